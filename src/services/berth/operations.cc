#include "services/berth/operations.h"

#include "model/control/codec.h"

namespace berth::services::control {

void add_operations(api::OperationTable& table, const ecs::Deps& deps) {
  api::Operations<ecs::Deps> operations(table, "berth", ecs::words(), deps);
  operations.add<model::control::ExplainPlacementOperation>(explain_placement);
  operations.add<model::control::ExplainServiceOperation>(explain_service);
  operations.add<model::control::ExplainTaskOperation>(explain_task);
  operations.add<model::control::ExportStateOperation>(export_state);
}

}  // namespace berth::services::control
