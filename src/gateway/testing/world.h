#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "auth/testing_request.h"
#include "base/json.h"
#include "domain/agent_update.h"
#include "gateway/gateway.h"
#include "runtime/sim/sim_world.h"
#include "store/committer.h"
#include "store/memory/memory_engine.h"

namespace berth::gateway::testing {

inline const domain::Realm kRealm{"123456789012", "us-east-1"};
inline constexpr std::string_view kAddress = "berth:51670";

/// A control plane with a gateway on one simulated node, and agents on another; cluster "default" has the
/// instance "i1", and "web:1" is a task definition. Time is virtual.
class World {
 public:
  explicit World(std::uint64_t seed = 1);
  ~World();

  Gateway& gateway();
  store::Store& store();
  /// What the gateway offers as the newest agent; nothing unless a test says so.
  struct Offer final : domain::AgentPackages {
    std::optional<domain::AgentPackage> newest() const override { return package; }
    std::string location(const domain::AgentPackage& of, const std::string& origin) const override {
      return origin + "/packages/" + of.file;
    }
    std::optional<domain::AgentPackage> package;
  };
  Offer offer{};
  /// Keys by role; none unless a test says so.
  struct Roles final : domain::TaskRoles {
    std::optional<domain::RoleKeys> find(std::string_view role) const override {
      const auto found = keys.find(std::string(role));
      return found == keys.end() ? std::nullopt : std::optional(found->second);
    }
    std::string credentials_id(std::string_view task_arn, std::string_view kind) const override {
      return std::string(task_arn.substr(task_arn.rfind('/') + 1)) + "-" + std::string(kind);
    }
    std::map<std::string, domain::RoleKeys> keys;
  };
  Roles roles{};
  runtime::SimWorld& sim() { return sim_; }
  runtime::SimNode& server() { return server_; }
  runtime::SimNode& agents() { return agents_; }

  /// The URL of instance i1's control socket, with `more` added (`&seqNum=7`).
  static std::string acs_target(const std::string& more = {});
  static std::string tcs_target();
  /// Dials with a good signature, or none.
  Result<std::unique_ptr<runtime::MessageSocket>> dial(const std::string& target, bool sign = true);
  std::unique_ptr<runtime::MessageSocket> connect(const std::string& target);

  /// The next message within `limit`; the error's text in braces when there is none.
  JsonObject receive(runtime::MessageSocket& socket, Duration limit = std::chrono::minutes(5));
  /// The next message that is no heartbeat.
  JsonObject receive_payload(runtime::MessageSocket& socket, Duration limit = std::chrono::minutes(5));
  /// The error with which the socket ends within `limit`, skipping messages; nothing when it stays.
  std::optional<Error> wait_closed(runtime::MessageSocket& socket, Duration limit = std::chrono::minutes(5));
  void send(runtime::MessageSocket& socket, const std::string& text);
  void acknowledge(runtime::MessageSocket& socket, const JsonObject& payload);

  void put_task(const std::string& id, domain::TaskStatus desired = domain::TaskStatus::running);
  void change_task(const std::string& id, const domain::TaskEvent& event, domain::Writer writer);
  void change_instance(const std::function<void(domain::ContainerInstanceRecord&)>& change);
  domain::TaskRecord task(const std::string& id);
  domain::ContainerInstanceRecord instance();
  /// The engine applies the next transaction, and its answer is lost.
  void lose_next_answer();
  void run_for(Duration duration) { sim_.run_for(duration); }

 private:
  struct Process;
  Process& process();
  void commit(store::Transaction transaction);
  void seed_records();

  runtime::SimWorld sim_;
  runtime::SimNode& disk_;
  runtime::SimNode& server_;
  runtime::SimNode& agents_;
  store::memory::MemoryEngine engine_;
  auth::SigningKeyCache keys_;
  int transactions_ = 0;
  bool answer_lost_ = false;
};

/// A member of a message, by names.
const JsonValue& at(const JsonObject& envelope, std::string_view member);
std::string text_at(const JsonObject& envelope, std::string_view member);
std::string type_of(const JsonObject& envelope);

}  // namespace berth::gateway::testing
