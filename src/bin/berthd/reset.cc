#include "bin/berthd/reset.h"

#include <string>
#include <type_traits>
#include <vector>

namespace berth::berthd {
namespace {

template <class R>
Async<Result<void>> erase_all(store::Store& store, runtime::Runtime& runtime) {
  for (;;) {
    std::vector<std::string> keys;
    {
      const store::View view = co_await store.read();
      view.walk<R>({}, [&](const store::Stored<R>& stored) {
        keys.push_back(stored.key);
        return keys.size() < store::kTransactionWritesMax;
      });
    }
    if (keys.empty()) co_return Result<void>();
    store::Transaction transaction(runtime.ids().uuid(), domain::Writer::restore);
    for (auto& key : keys) transaction.erase<R>(std::move(key));
    const auto done = co_await store.commit(std::move(transaction));
    if (!done && done.error().retry != Retry::re_decide) co_return done.error();
  }
}

}  // namespace

Async<Result<void>> reset_store(store::Store& store, runtime::Runtime& runtime) {
  using Step = Async<Result<void>> (*)(store::Store&, runtime::Runtime&);
  // Services go first, so that no scheduler starts tasks anew, then tasks, so that nothing is left that
  // claims an instance; then whatever kinds of records there are.
  std::vector<Step> steps = {erase_all<domain::ServiceRecord>, erase_all<domain::TaskRecord>};
  store::for_each_record_type([&steps]<class R>(std::type_identity<R>) { steps.push_back(erase_all<R>); });
  for (const Step step : steps) {
    auto done = co_await step(store, runtime);
    if (!done) co_return done;
  }
  co_return Result<void>();
}

}  // namespace berth::berthd
