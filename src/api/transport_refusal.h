#pragma once
#include <string>
#include <string_view>

#include "runtime/transport.h"

namespace berth::api {

/// A refusal of the transport (400, 408, 413, 431, 503) for a request of which only the header was read, in
/// the protocol that the header names, so that SDKs show its words, and try again after 503 and 408; plain
/// text where none is named. Pure.
runtime::HttpResponse render_transport_refusal(const runtime::HttpRequest& head, int status,
                                               std::string_view reason, const std::string& request_id);

}  // namespace berth::api
