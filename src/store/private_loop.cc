#include <algorithm>

#include "base/log.h"
#include "store/check.h"
#include "store/commit_core.h"
#include "store/committer.h"

namespace berth::store {
namespace {

// A transaction that is in the tables but not yet durable.
struct Applied {
  std::string id;
  Revision revision;
  std::vector<Change> changes;
  std::vector<EngineWrite> writes;
  std::size_t bytes = 0;
  runtime::Promise<Result<Revision>> answer;
};
using Pending = std::variant<Applied, Question>;

std::size_t bytes_of(const std::vector<EngineWrite>& writes) {
  std::size_t bytes = 0;
  for (const EngineWrite& write : writes) bytes += write.key.size() + (write.value ? write.value->size() : 0);
  return bytes;
}

// All of it need not last (Transaction::need_not_last).
bool has_nothing_to_write(const EngineBatch& batch) {
  return std::all_of(batch.writes.begin(), batch.writes.end(),
                     [](const auto& writes) { return writes.empty(); });
}

// Between two tries to write after the engine could not: the disk may have room again.
constexpr Duration kProbeDelayMin = std::chrono::milliseconds(250);
constexpr Duration kProbeDelayMax = std::chrono::seconds(5);

// Two coroutines on one executor: decide() checks and applies what was submitted, persist() makes it durable.
// While the engine writes a batch, decide() prepares the next one, up to the size of a batch. While the
// engine cannot write at all, decide() refuses what would have to be written, and persist() waits until it
// can.
class PrivateLoop final : public CommitLoop {
 public:
  explicit PrivateLoop(CommitCore& core) : core_(core) {}

  void start(runtime::TaskGroup& group, Revision engine_head) override {
    engine_head_ = engine_head;
    group.spawn(decide_loop());
    group.spawn(persist_loop());
  }

  void abandon(const Error& error) override {
    for (const Applied& applied : in_flight_) applied.answer.set(error);
    for (const Pending& pending : pending_) {
      std::visit([&](const auto& what) { what.answer.set(error); }, pending);
    }
    in_flight_.clear();
    pending_.clear();
    pending_bytes_ = 0;
  }

 private:
  Async<void> decide_loop() {
    for (;;) {
      co_await core_.submissions.wake().wait();
      while (!recovering_ && has_room() && !core_.submissions.empty()) decide_some();
    }
  }

  bool has_room() const { return pending_.size() < kBatchTransactionsMax && pending_bytes_ < kBatchBytesMax; }

  void decide_some() {
    const bool was_empty = pending_.empty();
    for (Item& item : core_.submissions.take(kBatchTransactionsMax - pending_.size())) {
      if (auto* submission = std::get_if<Submission>(&item)) {
        decide(std::move(*submission));
      } else {
        pending_.emplace_back(std::get<Question>(std::move(item)));
      }
    }
    if (was_empty && !pending_.empty()) work_.notify();
  }

  void decide(Submission submission) {
    if (refusal_ && submission.transaction.lasts()) {
      core_.health.count_refused(1);
      submission.answer.set(*refusal_);
      return;
    }
    const Revision revision(core_.tables->head().value() + 1);
    Result<std::vector<Change>> changes = check_transaction(*core_.tables, submission.transaction, revision);
    if (!changes.ok()) {
      submission.answer.set(std::move(changes).error());
      return;
    }
    Applied applied{submission.transaction.id(), revision, std::move(*changes), {}, 0, submission.answer};
    if (submission.transaction.lasts())
      applied.writes = encode_changes(applied.changes, Allocations::left_out);
    applied.bytes = bytes_of(applied.writes);
    core_.apply(applied.changes, revision);
    pending_bytes_ += applied.bytes;
    pending_.emplace_back(std::move(applied));
  }

  Async<void> persist_loop() {
    for (;;) {
      if (refusal_ && core_.runtime.clock().monotonic() >= probe_at_) {
        co_await probe();
        continue;
      }
      if (pending_.empty()) {
        if (refusal_)
          co_await work_.wait_for(core_.runtime, probe_at_ - core_.runtime.clock().monotonic());
        else
          co_await work_.wait();
        continue;
      }
      if (std::holds_alternative<Question>(pending_.front())) {
        co_await answer_question();
        continue;
      }
      EngineBatch batch = take_batch();
      const Revision head = batch.head;
      core_.submissions.wake().notify();
      if (has_nothing_to_write(batch)) {
        publish(head);
        continue;
      }
      Result<void> written = co_await core_.engine.append(std::move(batch));
      if (written.ok()) {
        engine_head_ = head;
        probe_delay_ = kProbeDelayMin;
        publish(head);
      } else if (written.error().code == ErrorCode::internal) {
        take_back(written.error());
      } else {
        co_await recover(written.error());
      }
    }
  }

  Async<void> answer_question() {
    // It stays in front until it is answered, so that abandon() finds it.
    const Question question = std::get<Question>(pending_.front());
    Result<bool> known = co_await core_.engine.contains(question.transaction_id);
    question.answer.set(std::move(known));
    pending_.pop_front();
    core_.submissions.wake().notify();
  }

  EngineBatch take_batch() {
    EngineBatch batch{engine_head_, engine_head_, {}, {}};
    std::size_t bytes = 0;
    while (!pending_.empty() && std::holds_alternative<Applied>(pending_.front()) &&
           (in_flight_.empty() || bytes < kBatchBytesMax)) {
      Applied& applied = std::get<Applied>(pending_.front());
      bytes += applied.bytes;
      batch.head = applied.revision;
      batch.transaction_ids.push_back(applied.id);
      batch.writes.push_back(std::move(applied.writes));
      in_flight_.push_back(std::move(applied));
      pending_.pop_front();
    }
    pending_bytes_ -= bytes;
    return batch;
  }

  void publish(Revision head) {
    auto changes = std::make_shared<std::vector<Change>>();
    for (Applied& applied : in_flight_) {
      changes->insert(changes->end(), std::make_move_iterator(applied.changes.begin()),
                      std::make_move_iterator(applied.changes.end()));
    }
    core_.publish(changes, head);
    for (const Applied& applied : in_flight_) applied.answer.set(applied.revision);
    in_flight_.clear();
  }

  // Nothing of the batch was written, nor will be what was decided on top of it. Who waits for it is told
  // when the tables do not show it any more.
  void take_back(const Error& error) {
    const Revision applied = core_.tables->head();
    const Revision undone(applied.value() + 1);
    std::vector<Change> changes;
    std::uint64_t transactions = in_flight_.size();
    for (const Applied& lost : in_flight_)
      changes.insert(changes.end(), lost.changes.begin(), lost.changes.end());
    for (const Pending& pending : pending_) {
      if (const auto* lost = std::get_if<Applied>(&pending)) {
        changes.insert(changes.end(), lost->changes.begin(), lost->changes.end());
        ++transactions;
      }
    }
    refuse_from_now_on(error);
    core_.health.count_refused(transactions);
    core_.take_back(changes, undone);
    core_.durability.lose(applied, error);
    // Who looked at it meanwhile, and found nothing to do, has to look again.
    core_.publish(std::make_shared<const std::vector<Change>>(), undone);
    core_.feed.compact();
    abandon(error);
    core_.submissions.wake().notify();
  }

  void refuse_from_now_on(const Error& error) {
    if (core_.health.broke(error.message, core_.runtime.clock().wall()))
      spdlog::error("store: nothing is written any more, {}; reads go on", error.message);
    refusal_ = error;
    probe_at_ = core_.runtime.clock().monotonic() + probe_delay_;
    probe_delay_ = std::min(probe_delay_ * 2, kProbeDelayMax);
  }

  Async<void> probe() {
    const Result<void> writes = co_await core_.engine.probe();
    if (writes.ok()) {
      refusal_.reset();
      if (core_.health.mended()) spdlog::warn("store: writes again");
    } else if (writes.error().code == ErrorCode::internal) {
      refuse_from_now_on(writes.error());
    } else {
      refusal_.reset();
      co_await recover(writes.error());
    }
  }

  // The tables hold transactions that are lost, or may be: they are thrown away, and their revisions with
  // them. Who waits for one is told when the tables have been read anew, or when that takes longer.
  Async<void> recover(Error error) {
    spdlog::error("store: a batch was not written: {}", error.message);
    core_.health.broke(error.message, core_.runtime.clock().wall());
    error = {ErrorCode::unavailable, "the store failed: " + error.message, Retry::no};
    recovering_ = true;
    const Revision applied = core_.tables->head();
    // Named, as g++ 12 destroys a temporary function in a co_await expression twice.
    const std::function<void()> tell = [this, applied, error] {
      core_.durability.lose(applied, error);
      abandon(error);
    };
    engine_head_ = co_await core_.reload(Revision(applied.value() + 1), tell);
    recovering_ = false;
    core_.health.mended();
    core_.submissions.wake().notify();
  }

  CommitCore& core_;
  Revision engine_head_;
  std::deque<Pending> pending_;
  std::size_t pending_bytes_ = 0;
  std::vector<Applied> in_flight_;
  bool recovering_ = false;
  std::optional<Error> refusal_;  // The engine cannot write; nor is anything tried before probe_at_.
  MonotonicTime probe_at_;
  Duration probe_delay_ = kProbeDelayMin;
  runtime::Notifier work_;
};

}  // namespace

std::unique_ptr<CommitLoop> make_private_loop(CommitCore& core) {
  return std::make_unique<PrivateLoop>(core);
}

}  // namespace berth::store
