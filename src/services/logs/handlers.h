#pragma once
#include "model/logs/codec.h"
#include "model/logs/operations.h"
#include "model/unit.h"
#include "services/logs/call.h"

/// One function an operation. They wait for the journal, not for the store, so none of them is a decision.
namespace berth::services::logs {

template <class Response>
using Answer = Async<ApiResult<Response>>;

// group_handlers.cc
Answer<model::Unit> create_log_group(Exchange& exchange, const Call& call,
                                     model::logs::CreateLogGroupRequest request);
Answer<model::Unit> delete_log_group(Exchange& exchange, const Call& call,
                                     model::logs::DeleteLogGroupRequest request);
Answer<model::logs::DescribeLogGroupsResponse> describe_log_groups(
    Exchange& exchange, const Call& call, model::logs::DescribeLogGroupsRequest request);
Answer<model::Unit> put_retention_policy(Exchange& exchange, const Call& call,
                                         model::logs::PutRetentionPolicyRequest request);
Answer<model::Unit> delete_retention_policy(Exchange& exchange, const Call& call,
                                            model::logs::DeleteRetentionPolicyRequest request);

// log_tag_handlers.cc
Answer<model::Unit> tag_resource(Exchange& exchange, const Call& call,
                                 model::logs::TagResourceRequest request);
Answer<model::Unit> untag_resource(Exchange& exchange, const Call& call,
                                   model::logs::UntagResourceRequest request);
Answer<model::logs::ListTagsForResourceResponse> list_tags_for_resource(
    Exchange& exchange, const Call& call, model::logs::ListTagsForResourceRequest request);
Answer<model::Unit> tag_log_group(Exchange& exchange, const Call& call,
                                  model::logs::TagLogGroupRequest request);
Answer<model::Unit> untag_log_group(Exchange& exchange, const Call& call,
                                    model::logs::UntagLogGroupRequest request);
Answer<model::logs::ListTagsLogGroupResponse> list_tags_log_group(
    Exchange& exchange, const Call& call, model::logs::ListTagsLogGroupRequest request);
/// Errors: InvalidParameterException, TooManyTagsException.
ApiResult<std::map<std::string, std::string>> merge_tags(std::map<std::string, std::string> before,
                                                         const std::map<std::string, std::string>& added);

// stream_handlers.cc
Answer<model::Unit> create_log_stream(Exchange& exchange, const Call& call,
                                      model::logs::CreateLogStreamRequest request);
Answer<model::Unit> delete_log_stream(Exchange& exchange, const Call& call,
                                      model::logs::DeleteLogStreamRequest request);
Answer<model::logs::DescribeLogStreamsResponse> describe_log_streams(
    Exchange& exchange, const Call& call, model::logs::DescribeLogStreamsRequest request);

// put_log_events_handler.cc, get_log_events_handler.cc, filter_log_events_handler.cc
Answer<model::logs::PutLogEventsResponse> put_log_events(Exchange& exchange, const Call& call,
                                                         model::logs::PutLogEventsRequest request);
Answer<model::logs::GetLogEventsResponse> get_log_events(Exchange& exchange, const Call& call,
                                                         model::logs::GetLogEventsRequest request);
Answer<model::logs::FilterLogEventsResponse> filter_log_events(Exchange& exchange, const Call& call,
                                                               model::logs::FilterLogEventsRequest request);

}  // namespace berth::services::logs
