#include "sim/cluster/plane_store.h"

#include <utility>

namespace berth::sim {
namespace {

using store::Transaction;

// The door to the protected members of another store.
struct Door : store::Store {
  static auto group() { return &Door::subscribe_group; }
  static auto key() { return &Door::subscribe_key; }
};

void copy_write(Transaction& into, const Transaction::Write& write) {
  store::visit_record_type(write.kind, [&]<class R>(std::type_identity<R>) {
    if (write.record)
      into.put(R(*static_cast<const R*>(write.record.get())));
    else
      into.erase<R>(write.key);
  });
}

void copy_expectation(Transaction& into, const Transaction::Expectation& expectation) {
  using What = Transaction::Expectation::What;
  store::visit_record_type(expectation.kind, [&]<class R>(std::type_identity<R>) {
    const store::Index<R> index{expectation.slot, "", false};
    if (expectation.what == What::revision) into.expect<R>(expectation.key, expectation.revision);
    if (expectation.what == What::absent) into.expect_absent<R>(expectation.key);
    if (expectation.what == What::none) into.expect_none<R>(index, expectation.key);
    if (expectation.what == What::unchanged)
      into.expect_unchanged<R>(index, expectation.key, expectation.revision);
  });
}

// Loses one batch of changes in ten.
class LeakyWatch final : public store::Watch {
 public:
  LeakyWatch(std::unique_ptr<store::Watch> inner, Prng random) : inner_(std::move(inner)), random_(random) {}
  Async<Result<std::vector<store::Change>>> next() override {
    for (;;) {
      auto changes = co_await inner_->next();
      if (changes.ok() && random_.chance(1, 10)) continue;
      co_return changes;
    }
  }

 private:
  std::unique_ptr<store::Watch> inner_;
  Prng random_;
};

class NoSubscription final : public store::Subscription {};

}  // namespace

PlaneStore::PlaneStore(store::Store& inner, runtime::SimRuntime& runtime, const Mutant& mutant, Checks checks)
    : inner_(inner),
      checks_(std::move(checks)),
      mutant_(mutant),
      random_(mutant.name.empty() ? Prng(1) : runtime.fork_random()),
      group_(runtime.executor()) {}

Async<void> PlaneStore::stop() {
  group_.cancel();
  co_await group_.drain();
}

Async<store::View> PlaneStore::read() {
  return inner_.read();
}

store::Transaction PlaneStore::mutate(const Transaction& transaction, bool without_ports) {
  using Claim = Transaction::Claim;
  using What = Transaction::Expectation::What;
  Transaction changed(transaction.id(), transaction.writer());
  for (const auto& expectation : transaction.expectations()) {
    const bool record = expectation.what == What::revision;
    const bool absent = expectation.what == What::absent;
    if (mutant_.is("no-expect") && record) continue;
    if (mutant_.is("no-expect-absent") && absent) continue;
    if (mutant_.is("no-expect-none") && expectation.what == What::none) continue;
    if (mutant_.is("no-expect-tasks") && record && expectation.kind == store::Kind::task) continue;
    copy_expectation(changed, expectation);
  }
  for (const auto& write : transaction.writes()) {
    if (mutant_.is("no-client-token") && write.kind == store::Kind::client_token) continue;
    copy_write(changed, write);
  }
  for (const auto& claim : transaction.claims()) {
    const bool release = claim.what == Claim::What::release;
    if (mutant_.is("no-claim") && !release) continue;
    if (mutant_.is("no-release") && release) continue;
    store::Resources resources = claim.resources;
    if (mutant_.is("claim-without-ports") || without_ports) resources.tcp_ports.clear();
    if (mutant_.is("claim-half-memory")) resources.memory /= 2;
    if (claim.what == Claim::What::claim)
      changed.claim(claim.instance_key, resources);
    else if (claim.what == Claim::What::claim_any_status)
      changed.claim_any_status(claim.instance_key, resources);
    else
      changed.release(claim.instance_key, resources);
    if (mutant_.is("release-twice") && release) changed.release(claim.instance_key, resources);
  }
  return changed;
}

Async<void> PlaneStore::commit_later(store::Store& inner, Transaction transaction) {
  const auto done = co_await inner.commit(std::move(transaction));
  static_cast<void>(done);
}

Async<Result<store::Revision>> PlaneStore::commit(Transaction transaction) {
  if (mutant_.name.empty()) co_return co_await inner_.commit(std::move(transaction));
  Transaction changed = mutate(transaction, false);
  if (mutant_.is("answer-before-commit") && transaction.writer() == domain::Writer::api) {
    group_.spawn(commit_later(inner_, std::move(changed)));
    co_return inner_.durable();
  }
  auto done = co_await inner_.commit(std::move(changed));
  if (mutant_.is("ports-not-checked") && !done.ok() &&
      done.error().message.find("is in use on the instance") != std::string::npos) {
    Transaction unchecked = mutate(transaction, true);
    done = co_await inner_.commit(std::move(unchecked));
  }
  if (mutant_.is("unknown-is-success") && !done.ok() && done.error().code == ErrorCode::unavailable)
    co_return inner_.durable();
  if (mutant_.is("conflict-is-success") && !done.ok() && done.error().code == ErrorCode::conflict)
    co_return inner_.durable();
  co_return done;
}

Async<Result<bool>> PlaneStore::outcome_of(std::string transaction_id) {
  return inner_.outcome_of(std::move(transaction_id));
}

store::Revision PlaneStore::durable() const {
  // So that no answer is ever held.
  if (mutant_.is("answer-not-held")) return store::Revision(~std::uint64_t{0});
  return inner_.durable();
}

Async<Result<void>> PlaneStore::until_durable(store::Revision revision) {
  if (mutant_.is("answer-not-held")) co_return Result<void>();
  co_return co_await inner_.until_durable(revision);
}

std::unique_ptr<store::Watch> PlaneStore::watch(Executor executor) {
  const auto durable = inner_.durable();
  auto watch = inner_.watch(std::move(executor));
  if (mutant_.is("watch-loses-changes"))
    watch = std::make_unique<LeakyWatch>(std::move(watch), Prng(random_.next()));
  return std::make_unique<CheckedWatch>(std::move(watch), checks_.ledger, checks_.violations, checks_.owner,
                                        durable);
}

std::unique_ptr<store::Subscription> PlaneStore::subscribe_group(store::Kind kind, std::uint8_t slot,
                                                                 std::string group,
                                                                 runtime::Notifier::Handle handle) {
  if (mutant_.is("no-subscription")) return std::make_unique<NoSubscription>();
  return (inner_.*Door::group())(kind, slot, std::move(group), std::move(handle));
}

std::unique_ptr<store::Subscription> PlaneStore::subscribe_key(store::Kind kind, std::string key,
                                                               runtime::Notifier::Handle handle) {
  return (inner_.*Door::key())(kind, std::move(key), std::move(handle));
}

}  // namespace berth::sim
