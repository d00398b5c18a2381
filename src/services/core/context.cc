#include "services/core/context.h"

namespace berth::services {

Async<store::View> Context::read() {
  auto view = co_await services.store.read();
  seen = std::max(seen, view.revision());
  co_return view;
}

}  // namespace berth::services
