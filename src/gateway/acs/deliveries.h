#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/records.h"
#include "store/table.h"

namespace berth::gateway::acs {

/// A task of the instance, and which of the two an agent is to be told.
struct WantedTask {
  store::Ptr<domain::TaskRecord> task;
  bool stop = false;
  /// Also when the agent has acknowledged it before: it has forgotten it.
  bool again = false;
};

/// What one session has told its agent, and what of it the agent has acknowledged: the memory of the
/// level-triggered loop. A new session starts empty: then a task that the agent is known to have
/// (`delivered`) and that shall run is not told again – the agent may have finished and forgotten it, and
/// would run it a second time – while a stop always is.
///
/// Runs on: one thread. Pure: time is an argument.
/// Limits:  `messages_max` unacknowledged messages; an acknowledgement of an older one is not recognised.
class Deliveries {
 public:
  Deliveries(Duration redelivery, std::size_t messages_max)
      : redelivery_(redelivery), messages_max_(messages_max) {}

  /// What must be sent now of all that is wanted: stops first, then by age. Forgets tasks that are not wanted
  /// any more.
  std::vector<WantedTask> plan(const std::vector<WantedTask>& wanted, MonotonicTime now);
  /// These went out under `message_id`. Gives how many of them had been sent before.
  std::size_t note_sent(const std::string& message_id, const std::vector<WantedTask>& tasks,
                        MonotonicTime now, std::int64_t sequence = 0);
  /// Ids of the tasks that the message carried; empty when it is not known (any more).
  std::vector<std::string> acknowledge(const std::string& message_id);
  bool acknowledged(const std::string& task_id, bool stop) const;
  /// The highest sequence number of a payload that was acknowledged; 0: none.
  std::int64_t acknowledged_sequence() const { return acknowledged_sequence_; }
  /// As if it had never been told of the task.
  void forget(const std::string& task_id) { entries_.erase(task_id); }
  /// When something unacknowledged is to go out again; far away when there is nothing.
  MonotonicTime next_due() const;

 private:
  struct Entry {
    bool stop = false;
    bool acknowledged = false;
    MonotonicTime sent_at;
  };
  struct Message {
    std::string id;
    std::vector<std::pair<std::string, bool>> tasks;  ///< Id, stop.
    std::int64_t sequence = 0;
  };
  bool due(const WantedTask& wanted, MonotonicTime now);

  Duration redelivery_;
  std::size_t messages_max_;
  std::int64_t acknowledged_sequence_ = 0;
  std::map<std::string, Entry> entries_;
  std::vector<Message> messages_;  ///< Oldest first; few. An empty deque takes half a KiB.
};

}  // namespace berth::gateway::acs
