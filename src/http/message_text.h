#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "runtime/transport.h"

namespace berth::http {

/// Compares as HTTP compares names: without regard to ASCII case.
bool equals_ignoring_case(std::string_view a, std::string_view b);
/// True when the comma-separated `list` of tokens holds `token`.
bool has_token(std::string_view list, std::string_view token);

/// "Fri, 20 Nov 2026 23:34:11 GMT".
std::string render_http_date(WallTime time);

/// What the transport, not the handler, decides about a response's header.
struct ResponseFraming {
  enum class Connection { implied, keep_alive, close };
  Connection connection = Connection::implied;
  std::string_view date;  ///< Left out when empty.
};

/// Appends status line and header, with the empty line. Content-Length is that of the body (none for 1xx and
/// 204). Line ends inside of values become spaces, so that no value can start another header.
void append_response_head(std::string& out, const runtime::HttpResponse& response,
                          const ResponseFraming& framing);

/// Appends request line and header, with the empty line. `host` is used when the request names none.
/// Content-Length is set for a body and for the methods that usually have one.
void append_request_head(std::string& out, const runtime::HttpRequest& request, std::string_view host);

}  // namespace berth::http
