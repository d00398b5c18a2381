#include "bin/berthd/reset.h"

#include <string>
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
  // Tasks go first, so that nothing is left that claims an instance.
  static constexpr Step kSteps[] = {erase_all<domain::TaskRecord>,
                                    erase_all<domain::InstanceAllocation>,
                                    erase_all<domain::ContainerInstanceRecord>,
                                    erase_all<domain::TaskDefinitionRecord>,
                                    erase_all<domain::FamilyRecord>,
                                    erase_all<domain::ClusterRecord>,
                                    erase_all<domain::AccountSettingRecord>,
                                    erase_all<domain::ClientTokenRecord>};
  for (const Step step : kSteps) {
    auto done = co_await step(store, runtime);
    if (!done) co_return done;
  }
  co_return Result<void>();
}

}  // namespace berth::berthd
