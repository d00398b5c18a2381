#pragma once
#include "model/logs/codec.h"
#include "model/logs/operations.h"
#include "model/unit.h"
#include "services/logs/call.h"

/// One function an operation. They wait for the journal, not for the store, so none of them is a decision.
namespace berth::services::logs {

template <class Operation>
using Run = api::Run<Call, Operation>;
template <class Response>
using Answer = Async<ApiResult<Response>>;

// group_handlers.cc
Run<model::logs::CreateLogGroupOperation> create_log_group;
Run<model::logs::DeleteLogGroupOperation> delete_log_group;
Run<model::logs::DescribeLogGroupsOperation> describe_log_groups;
Run<model::logs::PutRetentionPolicyOperation> put_retention_policy;
Run<model::logs::DeleteRetentionPolicyOperation> delete_retention_policy;

// log_tag_handlers.cc
Run<model::logs::TagResourceOperation> tag_resource;
Run<model::logs::UntagResourceOperation> untag_resource;
Run<model::logs::ListTagsForResourceOperation> list_tags_for_resource;
Run<model::logs::TagLogGroupOperation> tag_log_group;
Run<model::logs::UntagLogGroupOperation> untag_log_group;
Run<model::logs::ListTagsLogGroupOperation> list_tags_log_group;
/// Errors: InvalidParameterException, TooManyTagsException.
ApiResult<std::map<std::string, std::string>> merge_tags(std::map<std::string, std::string> before,
                                                         const std::map<std::string, std::string>& added);

// stream_handlers.cc
Run<model::logs::CreateLogStreamOperation> create_log_stream;
Run<model::logs::DeleteLogStreamOperation> delete_log_stream;
Run<model::logs::DescribeLogStreamsOperation> describe_log_streams;

// put_log_events_handler.cc, get_log_events_handler.cc, filter_log_events_handler.cc
Run<model::logs::PutLogEventsOperation> put_log_events;
Run<model::logs::GetLogEventsOperation> get_log_events;
Run<model::logs::FilterLogEventsOperation> filter_log_events;

}  // namespace berth::services::logs
