#include "gateway/session_table.h"

namespace berth::gateway {
namespace {

// The agent whose socket this was, or its twin with the same identity, must not come back at once.
constexpr int kReplacedCode = 1008;

}  // namespace

bool SessionTable::add(SocketKind kind, const std::string& instance_key, Conversation& session,
                       bool& replaced) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  Conversation*& slot = sessions_[{kind, instance_key}];
  replaced = slot != nullptr;
  if (slot) slot->request_close({kReplacedCode, "replaced by a newer connection"});
  slot = &session;
  ++running_;
  return true;
}

void SessionTable::remove(SocketKind kind, const std::string& instance_key, Conversation& session) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find({kind, instance_key});
    if (found != sessions_.end() && found->second == &session) sessions_.erase(found);
    --running_;
  }
  changed_.notify();
}

void SessionTable::wake(SocketKind kind, const std::string& instance_key) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find({kind, instance_key});
  if (found != sessions_.end()) found->second->wake();
}

bool SessionTable::has(SocketKind kind, const std::string& instance_key) const {
  const std::lock_guard lock(mutex_);
  return sessions_.contains({kind, instance_key});
}

std::size_t SessionTable::size(SocketKind kind) const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& [key, session] : sessions_) count += key.first == kind ? 1 : 0;
  return count;
}

void SessionTable::close(const CloseOrder& order) {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (const auto& [key, session] : sessions_) session->request_close(order);
}

bool SessionTable::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::size_t SessionTable::running() const {
  const std::lock_guard lock(mutex_);
  return running_;
}

}  // namespace berth::gateway
