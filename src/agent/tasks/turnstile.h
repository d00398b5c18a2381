#pragma once
#include <array>
#include <cstddef>
#include <list>

#include "runtime/async.h"
#include "runtime/sync.h"

namespace berth::agent::tasks {

/// Lets so many through at once; the others wait, the more urgent ones first, equals in the order in which
/// they came.
///
/// Runs on:      one executor. It outlives its places.
/// Cancellation: who is cancelled while waiting leaves the queue; a place that was just given goes to the
/// next.
class Turnstile {
 public:
  enum class Urgency : std::size_t { first, normal, last };

  /// Somebody is through until it is destroyed.
  class Place {
   public:
    explicit Place(Turnstile& owner) : owner_(&owner) {}
    Place(Place&& other) noexcept : owner_(other.owner_) { other.owner_ = nullptr; }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (owner_ != nullptr) owner_->leave();
    }

   private:
    Turnstile* owner_;
  };

  explicit Turnstile(std::size_t places) : places_(places) {}
  Async<Place> enter(Urgency urgency);

 private:
  struct Waiting {
    runtime::Notifier wake;
    bool given = false;
  };
  struct Stand;
  void leave();

  std::size_t places_;
  std::size_t taken_ = 0;
  std::array<std::list<Waiting*>, 3> queues_;
};

}  // namespace berth::agent::tasks
