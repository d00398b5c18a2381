#include "gateway/acs/deliveries.h"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

namespace berth::gateway::acs {

bool Deliveries::due(const WantedTask& wanted, MonotonicTime now) {
  const auto found = entries_.find(wanted.task->id);
  const bool known_to_agent = !wanted.stop && wanted.task->delivered && !wanted.again;
  if (found == entries_.end() || found->second.stop != wanted.stop) return !known_to_agent;
  Entry& entry = found->second;
  if (known_to_agent) entry.acknowledged = true;
  return !entry.acknowledged && now - entry.sent_at >= redelivery_;
}

std::vector<WantedTask> Deliveries::plan(const std::vector<WantedTask>& wanted, MonotonicTime now) {
  std::set<std::string_view> ids;
  std::vector<WantedTask> out;
  for (const auto& task : wanted) {
    if (!ids.insert(task.task->id).second) continue;
    if (due(task, now)) out.push_back(task);
  }
  std::erase_if(entries_, [&](const auto& entry) { return !ids.contains(entry.first); });
  std::sort(out.begin(), out.end(), [](const WantedTask& a, const WantedTask& b) {
    return std::tuple(!a.stop, a.task->created_at, std::string_view(a.task->id)) <
           std::tuple(!b.stop, b.task->created_at, std::string_view(b.task->id));
  });
  return out;
}

std::size_t Deliveries::note_sent(const std::string& message_id, const std::vector<WantedTask>& tasks,
                                  MonotonicTime now, std::int64_t sequence) {
  std::size_t again = 0;
  Message message{message_id, {}, sequence};
  for (const auto& task : tasks) {
    auto [at, created] = entries_.try_emplace(task.task->id);
    if (!created && at->second.stop == task.stop) ++again;
    at->second = {task.stop, false, now};
    message.tasks.emplace_back(task.task->id, task.stop);
  }
  messages_.push_back(std::move(message));
  if (messages_.size() > messages_max_) messages_.erase(messages_.begin());
  return again;
}

std::vector<std::string> Deliveries::acknowledge(const std::string& message_id) {
  const auto found = std::find_if(messages_.begin(), messages_.end(),
                                  [&](const Message& message) { return message.id == message_id; });
  std::vector<std::string> ids;
  if (found == messages_.end()) return ids;
  for (const auto& [id, stop] : found->tasks) {
    const auto entry = entries_.find(id);
    if (entry != entries_.end() && entry->second.stop == stop) entry->second.acknowledged = true;
    ids.push_back(id);
  }
  acknowledged_sequence_ = std::max(acknowledged_sequence_, found->sequence);
  messages_.erase(found);
  return ids;
}

bool Deliveries::acknowledged(const std::string& task_id, bool stop) const {
  const auto found = entries_.find(task_id);
  return found != entries_.end() && found->second.stop == stop && found->second.acknowledged;
}

MonotonicTime Deliveries::next_due() const {
  MonotonicTime due{std::numeric_limits<std::int64_t>::max()};
  for (const auto& [id, entry] : entries_)
    if (!entry.acknowledged) due = std::min(due, entry.sent_at + redelivery_);
  return due;
}

}  // namespace berth::gateway::acs
