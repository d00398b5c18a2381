#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/engine/task_spec.h"

namespace berth::agent::engine {

/// What a task holds of its host while it is not STOPPED.
struct ResourceNeeds {
  std::int64_t cpu = 0;  ///< CPU units.
  std::int64_t memory_mib = 0;
  std::set<std::pair<std::string, std::int32_t>> ports;  ///< Protocol and fixed host port.
};
ResourceNeeds compute_needs(const TaskSpec& spec);

/// Who may start: tasks are let in first come, first served, as room for them becomes free. The control plane
/// placed them with the same arithmetic, so a task waits only for ones that are still stopping.
///
/// A task that would not fit an empty host is let in when nothing else holds anything, so that nothing waits
/// for ever.
class HostResources {
 public:
  HostResources(std::int64_t cpu, std::int64_t memory_mib) : cpu_(cpu), memory_mib_(memory_mib) {}

  /// Queues a task (unless it holds or waits already).
  void enqueue(const std::string& task, ResourceNeeds needs);
  /// Takes what a task holds without asking: it was running before the agent was.
  void adopt(const std::string& task, ResourceNeeds needs);
  /// It has stopped, or does not want to start any more.
  void release(const std::string& task);
  /// Lets in, and names, all that fit now, in order.
  std::vector<std::string> admit();
  std::size_t waiting() const { return queue_.size(); }

 private:
  bool fits(const ResourceNeeds& needs) const;
  std::int64_t cpu_, memory_mib_;
  std::int64_t cpu_held_ = 0, memory_held_mib_ = 0;
  std::multiset<std::pair<std::string, std::int32_t>> ports_held_;
  std::map<std::string, ResourceNeeds> holders_;
  std::deque<std::pair<std::string, ResourceNeeds>> queue_;
};

}  // namespace berth::agent::engine
