#pragma once
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/session_services.h"
#include "runtime/runtime.h"
#include "runtime/sync.h"
#include "runtime/transport.h"

namespace berth::gateway {

/// Why and how a socket is closed. Agents come back at once after 1000 and 1001, and back off after other
/// codes.
struct CloseOrder {
  int code = 1000;
  std::string reason;
};

/// The close code for a peer that breaks the rules.
inline constexpr int kPolicyViolation = 1008;

/// One socket's talk: a reader that hands over each message, and a level-triggered loop that sends what is
/// due.
///
/// Borrows: what the services name, and the socket for run().
/// Runs on: one executor, but for request_close(), which any thread may call while the object lives.
class Conversation {
 public:
  explicit Conversation(const SessionServices& services);
  virtual ~Conversation() = default;
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  /// Talks until the peer goes or the conversation is closed; the socket's close has then been started.
  /// Cancellation: the socket is left, the reader awaited, the cancellation thrown.
  Async<void> run(runtime::MessageSocket& socket);
  /// The first order counts.
  void request_close(CloseOrder order);
  /// Something may be due. As request_close(), on any thread.
  void wake() { wake_.notify(); }

 protected:
  /// A whole message. Answers go out by say().
  virtual void on_message(std::string text) = 0;
  /// Sends what is due now. Called after each wake-up, and not later than next_due() named; it may be
  /// earlier.
  /// Errors: the socket's; they end the conversation.
  virtual Async<Result<void>> work(runtime::MessageSocket& socket) = 0;
  virtual MonotonicTime next_due() const = 0;

  /// Puts a message into the outbox.
  void say(std::string text);
  /// Counts a message that could not be read, and tells the peer.
  void complain(const Error& error);
  MonotonicTime now() const { return runtime_.clock().monotonic(); }
  bool closing() const;

  runtime::Runtime& runtime_;
  const GatewayLimits& limits_;
  Counters& counters_;
  runtime::Notifier wake_;
  MonotonicTime last_heard_;

 private:
  static Async<void> read(Conversation& self, runtime::MessageSocket& socket);
  Async<void> drive(runtime::MessageSocket& socket);
  Async<Result<void>> flush(runtime::MessageSocket& socket);
  void set_alarm(MonotonicTime due);

  mutable std::mutex mutex_;
  std::optional<CloseOrder> close_;
  std::vector<std::string> outbox_;
  std::size_t malformed_ = 0;
  bool peer_gone_ = false;
  Alarms& alarms_;
  MonotonicTime alarm_at_;
};

}  // namespace berth::gateway
