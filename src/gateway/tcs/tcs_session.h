#pragma once
#include <map>
#include <memory>
#include <string>

#include "gateway/conversation.h"
#include "gateway/envelope.h"
#include "gateway/handshake.h"
#include "gateway/task_events.h"
#include "gateway/tcs/telemetry_store.h"
#include "store/store.h"

namespace berth::gateway {

/// The telemetry of one agent: every publish is acknowledged; metrics are kept, health goes to the tasks'
/// records.
///
/// Ends when: the peer goes, or the instance is deregistered.
/// Borrows:   what the services name, and telemetry.
/// Runs on:   its connection's executor.
class TcsSession final : public Conversation {
 public:
  TcsSession(const SessionServices& services, TelemetryStore& telemetry, SocketContext context);

 private:
  void on_message(std::string text) override;
  Async<Result<void>> work(runtime::MessageSocket& socket) override;
  MonotonicTime next_due() const override;

  void on_metrics(const JsonObject& message);
  void on_health(const JsonObject& message);
  Async<void> apply_health();
  Async<bool> instance_serves();

  store::Store& store_;
  TelemetryStore& telemetry_;
  SocketContext context_;
  std::map<std::string, domain::TaskEvent> health_;  ///< Newest report by task id, until it is applied.
  MonotonicTime next_heartbeat_;
  MonotonicTime retry_at_;
  std::unique_ptr<store::Subscription> on_instance_;
};

}  // namespace berth::gateway
