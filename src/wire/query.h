#pragma once
#include <string_view>

#include "base/result.h"
#include "model/query_support.h"
#include "wire/errors.h"

namespace berth::wire {

/// The parameters of a query request: of the body when it has the Action, else of the URL.
/// Errors: `invalid`, `too_large`, as model::QueryTree.
Result<model::QueryTree> parse_query_request(const RequestView& request);

/// Wraps a result: `<XResponse xmlns=…><XResult>…</XResult><ResponseMetadata><RequestId>…`. The result
/// element is there even when empty: clients fail without it. For EC2 `<XResponse
/// xmlns=…><requestId>…</requestId>…</XResponse>`. `result_xml` is what the generated encode_xml wrote of the
/// members.
RenderedAnswer render_query_result(const RequestIdentity& identity, std::string_view result_xml,
                                   std::string_view request_id);

}  // namespace berth::wire
