#include "services/berth/registry.h"

#include "model/control/codec.h"
#include "model/control/operations.h"
#include "services/berth/handlers.h"

namespace berth::services::control {

void add_handlers(HandlerRegistry& registry) {
  registry.add<model::control::ExplainPlacementOperation>(explain_placement);
  registry.add<model::control::ExplainServiceOperation>(explain_service);
  registry.add<model::control::ExplainTaskOperation>(explain_task);
  registry.add<model::control::ExportStateOperation>(export_state);
}

}  // namespace berth::services::control
