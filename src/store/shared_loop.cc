#include <unordered_set>

#include "base/log.h"
#include "store/check.h"
#include "store/commit_core.h"
#include "store/committer.h"
#include "store/record_codec.h"

namespace berth::store {
namespace {

// Between two tries to follow an engine that does not answer.
constexpr Duration kFollowDelay = std::chrono::milliseconds(100);
// Between two tries to write after the engine could not.
constexpr Duration kSharedProbeDelay = std::chrono::seconds(1);
// Longest wait, after a conflict, for what the other control plane wrote.
constexpr Duration kCatchUpDelay = std::chrono::milliseconds(20);

// Everything that a transaction reads or writes, and that its changes touch, as text. Two transactions whose
// sets do not meet can be checked against the same tables and appended together.
class Footprint {
 public:
  static std::string record(Kind kind, std::string_view key) { return topic('r', kind, 0, key); }
  static std::string group(Kind kind, std::uint8_t slot, std::string_view name) {
    return topic('g', kind, slot, name);
  }

  bool meets(const Transaction& transaction) const {
    using What = Transaction::Expectation::What;
    for (const auto& e : transaction.expectations()) {
      const bool of_record = e.what == What::revision || e.what == What::absent;
      if (touched_.contains(of_record ? record(e.kind, e.key) : group(e.kind, e.slot, e.key))) return true;
    }
    for (const auto& write : transaction.writes()) {
      if (touched_.contains(record(write.kind, write.key))) return true;
    }
    for (const auto& claim : transaction.claims()) {
      if (touched_.contains(record(Kind::container_instance, claim.instance_key))) return true;
      if (touched_.contains(record(Kind::allocation, claim.instance_key))) return true;
    }
    return false;
  }
  void add(const std::vector<Change>& changes) {
    for (const Change& change : changes) {
      touched_.insert(record(change.kind, change.key));
      add_groups(change.kind, change.before.get());
      add_groups(change.kind, change.after.get());
    }
  }

 private:
  static std::string topic(char what, Kind kind, std::uint8_t slot, std::string_view name) {
    std::string text{what, static_cast<char>(kind), static_cast<char>(slot)};
    text += name;
    return text;
  }
  void add_groups(Kind kind, const void* record) {
    if (!record) return;
    const IndexEntries entries = index_entries(kind, record);
    for (const auto& entry : entries.entries()) touched_.insert(group(kind, entry.slot, entry.group));
  }
  std::unordered_set<std::string> touched_;
};

// Decodes a batch of another control plane into changes of our tables.
Result<std::vector<Change>> changes_of(const Tables& tables, const EngineBatch& batch) {
  std::vector<Change> changes;
  std::unordered_map<std::string, std::shared_ptr<const void>> earlier;  // Written earlier in the same batch.
  for (std::size_t i = 0; i < batch.writes.size(); ++i) {
    for (const EngineWrite& write : batch.writes[i]) {
      Change change{batch.revision_of(i), write.kind, write.key, nullptr, nullptr};
      if (write.value) {
        Result<std::shared_ptr<const void>> record = decode_record(write.kind, write.key, *write.value);
        if (!record.ok()) return std::move(record).error();
        change.after = std::move(*record);
      }
      const std::string name = Footprint::record(write.kind, write.key);
      if (const auto found = earlier.find(name); found != earlier.end()) {
        change.before = found->second;
      } else {
        visit_record_type(write.kind, [&]<class R>(std::type_identity<R>) {
          if (const Stored<R>* stored = tables.of<R>().find(write.key)) change.before = stored->record;
        });
      }
      earlier[name] = change.after;
      changes.push_back(std::move(change));
    }
  }
  return changes;
}

// Two coroutines: commit() checks at the head, appends, and applies after success; follow() applies what
// others append. Either may be the first to apply a batch; the tables' head says whether it is in already.
class SharedLoop final : public CommitLoop {
 public:
  explicit SharedLoop(CommitCore& core) : core_(core) {}

  void start(runtime::TaskGroup& group, Revision) override {
    group.spawn(commit_loop());
    group.spawn(follow_loop());
  }

  void abandon(const Error& error) override {
    for (const Submission& submission : batch_submissions_) submission.answer.set(error);
    for (const Item& item : waiting_) refuse(item, error);
    batch_submissions_.clear();
    waiting_.clear();
  }

 private:
  Async<void> commit_loop() {
    for (;;) {
      if (waiting_.empty()) waiting_ = core_.submissions.take(kBatchTransactionsMax);
      if (waiting_.empty()) {
        co_await wait_for_work();
      } else if (std::holds_alternative<Question>(waiting_.front())) {
        co_await answer_question();
      } else {
        co_await commit_some();
      }
    }
  }

  // While nothing can be written it looks whether that is still so.
  Async<void> wait_for_work() {
    if (core_.health.report().writable) {
      co_await core_.submissions.wake().wait();
      co_return;
    }
    co_await core_.submissions.wake().wait_for(core_.runtime, kSharedProbeDelay);
    if (!core_.submissions.empty()) co_return;
    const Result<void> writes = co_await core_.engine.probe();
    if (writes.ok()) writes_again();
  }
  void writes_again() {
    if (core_.health.mended()) spdlog::warn("store: writes again");
  }
  void writes_no_more(const Error& error) {
    if (core_.health.broke(error.message, core_.runtime.clock().wall()))
      spdlog::error("store: nothing is written any more, {}; reads go on", error.message);
    core_.health.count_refused(batch_submissions_.size());
  }

  Async<void> answer_question() {
    const Question question = std::get<Question>(waiting_.front());
    Result<bool> known = co_await core_.engine.contains(question.transaction_id);
    question.answer.set(std::move(known));
    waiting_.pop_front();
  }

  // Moves what can be decided together from `waiting_` into `batch_submissions_`.
  EngineBatch decide() {
    EngineBatch batch{core_.tables->head(), core_.tables->head(), {}, {}};
    batch_changes_.clear();
    Footprint footprint;
    std::deque<Item> rest;
    std::size_t bytes = 0;
    while (!waiting_.empty() && std::holds_alternative<Submission>(waiting_.front()) &&
           bytes < kBatchBytesMax) {
      Submission& submission = std::get<Submission>(waiting_.front());
      if (footprint.meets(submission.transaction)) {
        rest.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
        continue;
      }
      const Revision revision(batch.head.value() + 1);
      Result<std::vector<Change>> changes =
          check_transaction(*core_.tables, submission.transaction, revision);
      if (changes.ok()) {
        footprint.add(*changes);
        batch.head = revision;
        batch.transaction_ids.push_back(submission.transaction.id());
        batch.writes.push_back(encode_changes(*changes, Allocations::written));
        for (const EngineWrite& write : batch.writes.back()) bytes += write.value ? write.value->size() : 0;
        batch_changes_.insert(batch_changes_.end(), changes->begin(), changes->end());
        batch_submissions_.push_back(std::move(submission));
      } else {
        submission.answer.set(std::move(changes).error());
      }
      waiting_.pop_front();
    }
    waiting_.insert(waiting_.begin(), std::make_move_iterator(rest.begin()),
                    std::make_move_iterator(rest.end()));
    return batch;
  }

  Async<void> commit_some() {
    EngineBatch batch = decide();
    if (batch.writes.empty()) co_return;
    const Revision base = batch.base;
    const Revision head = batch.head;
    Result<void> appended = co_await core_.engine.append(std::move(batch));
    if (appended.ok()) {
      conflicts_ = 0;
      writes_again();
      if (core_.tables->head() == base) apply(std::move(batch_changes_), head);
      answer_batch(head);
    } else if (appended.error().code == ErrorCode::conflict) {
      co_await try_again(base);
    } else if (appended.error().code == ErrorCode::internal) {
      writes_no_more(appended.error());
      for (const Submission& submission : batch_submissions_) submission.answer.set(appended.error());
      batch_submissions_.clear();
    } else {
      spdlog::error("store: a batch was not written: {}", appended.error().message);
      core_.health.broke(appended.error().message, core_.runtime.clock().wall());
      abandon({ErrorCode::unavailable, "the store failed: " + appended.error().message, Retry::no});
      co_await reload();
    }
  }

  void answer_batch(Revision head) {
    std::uint64_t revision = head.value() - batch_submissions_.size();
    for (const Submission& submission : batch_submissions_) submission.answer.set(Revision(++revision));
    batch_submissions_.clear();
  }

  Async<void> try_again(Revision base) {
    if (++conflicts_ > kConflictRetriesMax) {
      conflicts_ = 0;
      for (const Submission& submission : batch_submissions_) {
        submission.answer.set(unavailable("other control planes were always first"));
      }
      batch_submissions_.clear();
    } else {
      waiting_.insert(waiting_.begin(), std::make_move_iterator(batch_submissions_.begin()),
                      std::make_move_iterator(batch_submissions_.end()));
      batch_submissions_.clear();
    }
    // follow() catches up; with its applied batch the next try decides on what the other control plane left.
    if (core_.tables->head() == base) co_await advanced_.wait_for(core_.runtime, kCatchUpDelay);
  }

  Async<void> follow_loop() {
    for (;;) {
      Result<EngineBatch> batch = co_await core_.engine.next(core_.tables->head());
      co_await absorb(std::move(batch));
    }
  }

  Async<void> absorb(Result<EngineBatch> batch) {
    if (!batch.ok()) {
      if (batch.error().code == ErrorCode::too_large) {
        co_await reload();
      } else {
        spdlog::warn("store: cannot follow: {}", batch.error().message);
        co_await core_.runtime.sleep(kFollowDelay);
      }
      co_return;
    }
    if (batch->head <= core_.tables->head()) co_return;
    Result<std::vector<Change>> changes = invalid("the batch does not follow on what was read");
    if (batch->base == core_.tables->head()) changes = changes_of(*core_.tables, *batch);
    if (changes.ok()) {
      apply(std::move(*changes), batch->head);
    } else {
      spdlog::error("store: cannot follow: {}", changes.error().message);
      co_await core_.runtime.sleep(kFollowDelay);
      co_await reload();
    }
  }

  void apply(std::vector<Change> changes, Revision head) {
    core_.apply(changes, head);
    core_.publish(std::make_shared<const std::vector<Change>>(std::move(changes)), head);
    advanced_.notify();
  }

  // Both coroutines may find that they need it; one load serves both.
  Async<void> reload() {
    if (reloading_) {
      while (reloading_) co_await core_.runtime.sleep(kFollowDelay);
      co_return;
    }
    reloading_ = true;
    co_await core_.reload(Revision(0));
    reloading_ = false;
    core_.health.mended();
  }

  CommitCore& core_;
  std::deque<Item> waiting_;
  std::vector<Submission> batch_submissions_;
  std::vector<Change> batch_changes_;
  int conflicts_ = 0;
  bool reloading_ = false;
  runtime::Notifier advanced_;
};

}  // namespace

std::unique_ptr<CommitLoop> make_shared_loop(CommitCore& core) {
  return std::make_unique<SharedLoop>(core);
}

}  // namespace berth::store
