#include "api/exchange.h"

#include <algorithm>

namespace berth::api {

Async<store::View> Exchange::read() {
  auto view = co_await store.read();
  seen = std::max(seen, view.revision());
  co_return view;
}

}  // namespace berth::api
