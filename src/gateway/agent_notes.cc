#include "gateway/agent_notes.h"

#include <algorithm>
#include <utility>

namespace berth::gateway {

void AgentNotes::note_acknowledged(const std::string& instance_key, std::int64_t sequence) {
  const std::lock_guard lock(mutex_);
  auto& known = notes_[instance_key].acknowledged;
  known = std::max(known, sequence);
}

std::int64_t AgentNotes::acknowledged(const std::string& instance_key) const {
  const std::lock_guard lock(mutex_);
  const auto found = notes_.find(instance_key);
  return found == notes_.end() ? 0 : found->second.acknowledged;
}

void AgentNotes::owe_stop(const std::string& instance_key, store::Ptr<domain::TaskRecord> task) {
  const std::lock_guard lock(mutex_);
  auto& owed = notes_[instance_key].owed;
  std::erase_if(owed, [&](const auto& other) { return other->arn == task->arn; });
  if (owed.size() >= kOwedMax) owed.erase(owed.begin());
  owed.push_back(std::move(task));
}

std::vector<store::Ptr<domain::TaskRecord>> AgentNotes::take_owed(const std::string& instance_key) {
  const std::lock_guard lock(mutex_);
  const auto found = notes_.find(instance_key);
  if (found == notes_.end()) return {};
  return std::exchange(found->second.owed, {});
}

}  // namespace berth::gateway
