#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "bin/berth_load/api_pool.h"
#include "bin/berth_load/web_socket.h"

namespace berth::load {

/// Where the wishes of the control plane go.
class TaskReceiver {
 public:
  virtual ~TaskReceiver() = default;
  virtual void on_run(const std::string& arn, std::vector<std::string> containers) = 0;
  virtual void on_stop(const std::string& arn, std::vector<std::string> containers) = 0;
  virtual void on_connection(bool connected) = 0;
  virtual void on_payload() = 0;
  /// A call that it needs to connect was not answered well; it tries again.
  virtual void on_refused(const Reply& reply) = 0;
};

/// How one hollow instance presents itself.
struct InstanceShape {
  std::string id;  ///< i-…
  std::string zone;
  std::int32_t cpu_cores = 1;
  std::int64_t memory_mib = 0;
  bool telemetry = false;
};

/// One container instance without a Docker: registers, asks for its endpoint, holds the ACS websocket (and,
/// if wanted, the TCS one), acknowledges what comes, and connects again when it is cut off.
///
/// Borrows: all that it is given.
class HollowInstance {
 public:
  HollowInstance(Loop& loop, const Target& target, ApiPool& pool, TaskReceiver& receiver,
                 InstanceShape shape);
  /// Begins with the registration.
  void start();

 private:
  void discover();
  void connect();
  void connect_telemetry();
  void retry(std::function<void()> step);
  void on_message(std::string_view text);
  void on_payload(const JsonObject& message);
  void publish();

  Loop& loop_;
  const Target& target_;
  ApiPool& pool_;
  TaskReceiver& receiver_;
  InstanceShape shape_;
  std::string arn_;
  std::string path_;  ///< Of the ACS endpoint.
  std::string telemetry_path_;
  bool was_connected_ = false;
  std::unique_ptr<WebSocket> control_;
  std::unique_ptr<WebSocket> telemetry_;
};

}  // namespace berth::load
