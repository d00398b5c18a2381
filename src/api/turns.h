#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "runtime/async.h"
#include "runtime/sync.h"
#include "store/transaction.h"

namespace berth::api {

/// Turns of requests that keep losing races for the same record: who holds the turn of a name decides and
/// commits, who wants it too waits, first come, first served. Others are not kept from committing, save those
/// that would write the same record (contended()): they queue as well, so that nobody is overtaken for ever.
///
/// Runs on:      any thread; waiting coroutines resume on their own executor.
/// Limits:       kTurnWaitersMax requests a name.
/// Cancellation: a place in the queue is given up.
class Turns {
  struct Shared;

 public:
  static constexpr std::size_t kTurnWaitersMax = 2'000;

  /// A place in the queue of one name, left when it is destroyed. Empty: none.
  class Turn {
   public:
    Turn() = default;
    Turn(Turn&& other) noexcept;
    Turn& operator=(Turn&& other) noexcept;
    ~Turn() { leave(); }
    explicit operator bool() const { return shared_ != nullptr; }
    const std::string& name() const { return name_; }
    void leave();

   private:
    friend class Turns;
    std::shared_ptr<Shared> shared_;
    std::string name_;
    std::uint64_t number_ = 0;
  };

  Turns();
  /// Waits for the turn of `name`. Empty when kTurnWaitersMax wait for it already.
  Async<Turn> take(std::string name);
  /// The name of a record that the transaction writes and others queue for; empty: none. Costs next to
  /// nothing while nobody queues.
  std::string contended(const store::Transaction& transaction) const;

 private:
  struct Place {
    std::uint64_t number;
    runtime::Promise<bool> granted;
  };
  struct Shared {
    std::mutex mutex;
    std::map<std::string, std::deque<Place>, std::less<>> queues;  ///< The first place of each has the turn.
    std::uint64_t last_number = 0;
    std::atomic<std::size_t> names{0};
  };
  std::shared_ptr<Shared> shared_;
};

}  // namespace berth::api
