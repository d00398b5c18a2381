#pragma once
#include <map>
#include <mutex>
#include <string>

#include "gateway/conversation.h"
#include "gateway/handshake.h"
#include "runtime/sync.h"

namespace berth::gateway {

/// The sockets that this process holds, by instance: the truth about who is connected while it runs.
/// Runs on: any thread.
class SessionTable {
 public:
  /// Enters a session. One of the same kind that was there is told to close: agents reconnect while the old
  /// TCP side may linger. False when the table is closed: the session must not begin. True in `replaced`:
  /// there was one.
  bool add(SocketKind kind, const std::string& instance_key, Conversation& session, bool& replaced);
  /// Takes it out, before it is destroyed.
  void remove(SocketKind kind, const std::string& instance_key, Conversation& session);
  /// The session, if there is one, looks at what is due.
  void wake(SocketKind kind, const std::string& instance_key);
  bool has(SocketKind kind, const std::string& instance_key) const;
  std::size_t size(SocketKind kind) const;
  /// Tells all to close, and refuses further ones.
  void close(const CloseOrder& order);
  bool closed() const;
  /// Sessions under way, those that were replaced but have not ended included.
  std::size_t running() const;
  /// Woken when a session is taken out.
  runtime::Notifier& changed() { return changed_; }

 private:
  using Key = std::pair<SocketKind, std::string>;
  mutable std::mutex mutex_;
  std::map<Key, Conversation*> sessions_;
  std::size_t running_ = 0;
  bool closed_ = false;
  runtime::Notifier changed_;
};

}  // namespace berth::gateway
