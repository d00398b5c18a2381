#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "wire/errors.h"

namespace berth::wire {

/// Parameters of one form; more are refused.
inline constexpr std::size_t kFormParametersMax = 10'000;

using FormParameters = std::vector<std::pair<std::string, std::string>>;

/// Splits and decodes `a=b&c=d` (application/x-www-form-urlencoded), in order; a name without '=' has an
/// empty value. Errors: `invalid` (not percent-encoded, at which parameter), `too_large`.
Result<FormParameters> parse_form(std::string_view form);

/// The text that holds the parameters of a query request: the body when it has the Action, else the URL's
/// query.
std::string_view form_of(const RequestView& request);

/// Wraps a result: `<XResponse xmlns=…><XResult>…</XResult><ResponseMetadata><RequestId>…`. The result
/// element is there even when empty: clients fail without it. For EC2 `<XResponse
/// xmlns=…><requestId>…</requestId>…</XResponse>`. `result_xml` is the members' XML.
RenderedAnswer render_query_result(const RequestIdentity& identity, std::string_view result_xml,
                                   std::string_view request_id);

}  // namespace berth::wire
