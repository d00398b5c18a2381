#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/acs/agent_update.h"
#include "gateway/acs/deliveries.h"
#include "gateway/acs/role_credentials.h"
#include "gateway/conversation.h"
#include "gateway/envelope.h"
#include "gateway/handshake.h"
#include "gateway/instance_writes.h"
#include "store/store.h"

namespace berth::gateway::acs {

/// The session of one agent: a level-triggered loop over the records of its instance that delivers what the
/// agent has not acknowledged. Nothing outside calls it; it subscribes to the store.
///
/// It begins with a comparison (manifest.h) with agents that know it: what they run beside the store is
/// stopped, what they have forgotten is told again or over. Older agents are told again what they have when
/// they present a lower sequence number than they acknowledged.
///
/// Ends when: the peer goes; the instance is deregistered; the session changed hands (a higher epoch in the
/// record); an agent that promised answers says nothing for GatewayLimits::silence_max.
/// Borrows: what the services name.
/// Runs on: its connection's executor.
class AcsSession final : public Conversation {
 public:
  AcsSession(const SessionServices& services, SocketContext context,
             const domain::AgentPackages* packages = nullptr, const domain::TaskRoles* roles = nullptr);
  ~AcsSession() override;

  /// Takes the instance's session over. Call once, before run().
  /// Errors: those of open_session(): there is no session then.
  Async<Result<void>> open(std::string owner);
  std::int64_t epoch() const { return epoch_; }
  const SocketContext& context() const { return context_; }

 private:
  // What one look at the store showed.
  struct Look {
    bool exists = false;
    bool inactive = false;
    std::int64_t epoch = 0;
    std::optional<domain::AgentUpdateStatus> update;
    std::vector<WantedTask> wanted;
    /// Of the tasks in `wanted` and `kept`; a task whose definition is gone has none.
    std::map<const domain::TaskRecord*, store::Ptr<domain::TaskDefinitionRecord>> definitions;
    /// What the agent has and shall keep; only when their roles are to be looked at.
    std::vector<store::Ptr<domain::TaskRecord>> kept;
    store::Revision revision;  ///< The newest of what was seen; nothing is said of it before it is durable.
  };

  void on_message(std::string text) override;
  Async<Result<void>> work(runtime::MessageSocket& socket) override;
  MonotonicTime next_due() const override;

  void on_ack(const JsonObject& message);
  void on_nack(const JsonObject& message);
  /// Tasks that were declared STOPPED while the agent was away: it may still run them. Gives the revision of
  /// the view in which they were found.
  Async<store::Revision> find_given_up_tasks();
  /// Once it has acknowledged them.
  Async<void> end_absence();

  // reconciliation.cc: what the agent has, against what the store says.
  Async<Result<void>> send_manifest(runtime::MessageSocket& socket);
  void on_difference(const JsonObject& message, std::string_view type);
  /// Decides on what the agent named.
  Async<Result<void>> reconcile();
  std::vector<store::Ptr<domain::TaskRecord>> judge_surplus(const store::View& view) const;
  /// Ids.
  std::set<std::string> judge_missing(const store::View& view) const;
  Async<store::Revision> find_forgotten_tasks();
  Async<Result<bool>> skip_sequence();
  void take_owed();
  void add_told_again(const store::View& view, Look& into);
  void owe(store::Ptr<domain::TaskRecord> task);

  Async<Look> look();
  void add_definition(const store::View& view, const domain::TaskRecord& task, Look& into) const;
  /// False when the session is over.
  bool still_ours(const Look& look);
  Async<Result<void>> deliver(runtime::MessageSocket& socket, const Look& look);
  Async<Result<void>> send_payload(runtime::MessageSocket& socket, std::vector<WantedTask> tasks,
                                   const Look& look);
  Async<Result<void>> update_agent(runtime::MessageSocket& socket,
                                   std::optional<domain::AgentUpdateStatus> status);
  Async<Result<void>> refresh_credentials(runtime::MessageSocket& socket, Look look);
  Async<Result<std::int64_t>> next_sequence();
  Async<Result<void>> keep_alive(runtime::MessageSocket& socket);
  void retry_later() { retry_at_ = now() + limits_.retry_delay; }

  store::Store& store_;
  DeliveryMarks& marks_;
  AgentNotes& notes_;
  SocketContext context_;
  std::int64_t epoch_ = 0;
  std::int64_t sequence_next_ = 0;
  std::int64_t sequence_last_ = 0;
  bool was_away_ = false;  ///< And has not acknowledged all of given_up_.
  bool forgot_ = false;    ///< It presents a lower sequence number than it has acknowledged.
  enum class Manifest { none, due, sent, due_again, sent_again } manifest_ = Manifest::none;
  std::string manifest_id_;
  MonotonicTime manifest_sent_at_;
  std::set<std::string> manifest_delivered_;    ///< Ids of its tasks that the agent was known to have.
  std::vector<std::string> surplus_, missing_;  ///< ARNs that the agent named.
  /// Ids of tasks that it was told to stop since the manifest, while an answer to that may be on its way: the
  /// answer may name them although the agent knows by now.
  std::set<std::string> stops_told_;
  std::set<std::string> told_again_;  ///< Ids of tasks that it has forgotten.
  Deliveries deliveries_;
  const domain::AgentPackages* packages_;
  std::unique_ptr<AgentUpdate> update_;  ///< Only while an update is under way.
  RoleCredentials roles_;
  /// To be stopped although the store has them STOPPED, or not at all.
  std::vector<store::Ptr<domain::TaskRecord>> given_up_;
  MonotonicTime next_heartbeat_;
  MonotonicTime retry_at_;
  std::unique_ptr<store::Subscription> on_tasks_;
  std::unique_ptr<store::Subscription> on_instance_;
};

}  // namespace berth::gateway::acs
