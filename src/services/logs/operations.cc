#include "services/logs/operations.h"

#include "services/logs/handlers.h"

namespace berth::services::logs {

void add_operations(api::OperationTable& table, const Deps& deps) {
  api::Operations<Deps> operations(table, "logs", words(), deps);
  operations.add<model::logs::CreateLogGroupOperation>(create_log_group);
  operations.add<model::logs::DeleteLogGroupOperation>(delete_log_group);
  operations.add<model::logs::DescribeLogGroupsOperation>(describe_log_groups);
  operations.add<model::logs::PutRetentionPolicyOperation>(put_retention_policy);
  operations.add<model::logs::DeleteRetentionPolicyOperation>(delete_retention_policy);
  operations.add<model::logs::TagResourceOperation>(tag_resource);
  operations.add<model::logs::UntagResourceOperation>(untag_resource);
  operations.add<model::logs::ListTagsForResourceOperation>(list_tags_for_resource);
  operations.add<model::logs::TagLogGroupOperation>(tag_log_group);
  operations.add<model::logs::UntagLogGroupOperation>(untag_log_group);
  operations.add<model::logs::ListTagsLogGroupOperation>(list_tags_log_group);
  operations.add<model::logs::CreateLogStreamOperation>(create_log_stream);
  operations.add<model::logs::DeleteLogStreamOperation>(delete_log_stream);
  operations.add<model::logs::DescribeLogStreamsOperation>(describe_log_streams);
  // Writers repeat what is refused, and a batch may be of a megabyte before it is written as JSON.
  operations.add<model::logs::PutLogEventsOperation>(put_log_events, {.report = true});
  operations.add<model::logs::GetLogEventsOperation>(get_log_events);
  operations.add<model::logs::FilterLogEventsOperation>(filter_log_events);
}

}  // namespace berth::services::logs
