#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/runtime.h"
#include "runtime/sync.h"
#include "store/engine.h"

namespace berth::store::memory {

/// What goes wrong, decided call by call; empty functions: nothing. For simulation and tests.
struct MemoryFaults {
  enum class Fate {
    applied,             ///< As it should.
    conflict,            ///< Refused although the head is right (a spurious compare-and-swap failure).
    unavailable_before,  ///< Answers `unavailable`; nothing was applied.
    unavailable_after,   ///< Answers `unavailable`; all of it was applied.
    refused,             ///< Answers `internal`; nothing was applied, and that is certain: the disk is full.
  };
  std::function<Fate(const EngineBatch& batch)> append;
  std::function<Duration()> append_delay;  ///< Slept before the append takes place.
  std::function<Duration()> watch_delay;   ///< Slept before next() answers.
  std::function<bool()> compact;           ///< next() answers `too_large`.
  std::function<bool()> head_fails;        ///< head() answers `unavailable`.
  std::function<bool()> load_fails;        ///< load() answers `unavailable`.
  std::function<bool()> probe_fails;       ///< probe() answers `internal`.
};

/// Batches that next() can still hand out.
inline constexpr std::size_t kMemoryLogMax = 10'000;

/// An engine whose durable state lives in this object: it outlives the committers that use it, as a disk
/// outlives a process. Private (one committer) or shared (several at a time, with compare-and-swap and
/// next()), the stand-in for etcd.
///
/// Borrows: the runtime.
/// Runs on: any thread. backup() is not possible.
class MemoryEngine final : public Engine {
 public:
  enum class Mode { private_, shared };

  MemoryEngine(runtime::Runtime& runtime, Mode mode) : runtime_(runtime), mode_(mode) {}

  Async<Result<Revision>> load(Loader each) override;
  Async<Result<void>> append(EngineBatch batch) override;
  Async<Result<void>> probe() override;
  bool shared() const override { return mode_ == Mode::shared; }
  Async<Result<EngineBatch>> next(Revision after) override;
  Async<Result<Revision>> head() override;
  Async<Result<bool>> contains(std::string transaction_id) override;
  Async<Result<void>> backup(std::string path) override;

  /// The functions are called on the committers' executors.
  void set_faults(MemoryFaults faults);
  /// Forgets all batches: who has not read them yet must reload.
  void compact();
  Revision newest() const;
  /// Stored text by key.
  std::map<std::string, std::string> dump(Kind kind) const;

 private:
  struct Value {
    std::string text;
    Revision revision;
  };
  Result<void> apply(EngineBatch batch);
  std::shared_ptr<const MemoryFaults> faults() const;

  runtime::Runtime& runtime_;
  Mode mode_;
  mutable std::mutex mutex_;
  std::shared_ptr<const MemoryFaults> faults_ = std::make_shared<const MemoryFaults>();
  std::map<Kind, std::map<std::string, Value>> records_;
  Revision head_;
  std::deque<std::string> ids_;
  std::deque<EngineBatch> log_;
  Revision log_begin_;  // The base of the first batch in the log.
  std::vector<runtime::Promise<bool>> waiters_;
};

}  // namespace berth::store::memory
