#include "store/committer.h"

#include "store/commit_core.h"

namespace berth::store {
namespace {

// In simulation: how much older a decision may be when it gets here.
constexpr Duration kLate = std::chrono::milliseconds(150);

}  // namespace

Committer::Committer(Engine& engine, runtime::Runtime& runtime, Executor executor)
    : core_(std::make_unique<CommitCore>(engine, runtime)),
      loop_(engine.shared() ? make_shared_loop(*core_) : make_private_loop(*core_)),
      group_(std::move(executor)) {}

Committer::~Committer() = default;

Async<Result<void>> Committer::start() {
  Result<Revision> head = co_await core_->load(Revision(0));
  if (!head.ok()) co_return std::move(head).error();
  loop_->start(group_, *head);
  co_return Result<void>();
}

Async<void> Committer::stop() {
  const Error closed{ErrorCode::unavailable, "the store is closing", Retry::no};
  core_->submissions.close();
  group_.cancel();
  co_await group_.drain();
  core_->submissions.refuse_all(closed);
  loop_->abandon(closed);
  core_->durability.close(closed);
}

Async<Result<void>> Committer::backup(std::string path) {
  return core_->engine.backup(std::move(path));
}

WriteHealth::Report Committer::health() const {
  return core_->health.report();
}

Async<View> Committer::read() {
  if (core_->engine.shared()) co_await core_->catch_up();
  std::shared_lock<std::shared_mutex> lock = core_->lock.read();
  co_return View(*core_->tables, std::move(lock));
}

Async<Result<Revision>> Committer::commit(Transaction transaction) {
  if (core_->runtime.buggify("store.commit.late")) co_await core_->runtime.sleep(kLate);
  runtime::Promise<Result<Revision>> answer;
  Result<void> queued = core_->submissions.push(Submission{std::move(transaction), answer});
  if (!queued.ok()) co_return std::move(queued).error();
  Result<Revision> revision = co_await answer.wait();
  co_return revision;
}

Async<Result<bool>> Committer::outcome_of(std::string transaction_id) {
  runtime::Promise<Result<bool>> answer;
  Result<void> queued = core_->submissions.push(Question{std::move(transaction_id), answer});
  if (!queued.ok()) co_return std::move(queued).error();
  Result<bool> known = co_await answer.wait();
  co_return known;
}

Revision Committer::durable() const {
  return core_->durability.head();
}

Async<Result<void>> Committer::until_durable(Revision revision) {
  return core_->durability.until(revision);
}

std::unique_ptr<Watch> Committer::watch(Executor) {
  return core_->feed.watch();
}

std::unique_ptr<Subscription> Committer::subscribe_group(Kind kind, std::uint8_t slot, std::string group,
                                                         runtime::Notifier::Handle handle) {
  return core_->feed.subscribe_group(kind, slot, std::move(group), std::move(handle));
}

std::unique_ptr<Subscription> Committer::subscribe_key(Kind kind, std::string key,
                                                       runtime::Notifier::Handle handle) {
  return core_->feed.subscribe_key(kind, std::move(key), std::move(handle));
}

}  // namespace berth::store
