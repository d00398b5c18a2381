#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/task_group.h"
#include "sim/cluster/cluster.h"
#include "sim/run/spec.h"

namespace berth::sim {

/// What clients ask of the cluster. Each client owns one service and the tasks it ran; it repeats a request,
/// with the same client token, until it is answered. It checks what it is told:
///
///   acknowledged   what an answer says is durable when the answer comes.
///   token-once     a repeated RunTask answers the same tasks; with other parameters it does not act.
///   not-ahead      nothing is shown that is not durable.
///   definition     no two requests are answered with one revision.
///   lost           a task that was run is found, until retention deletes it; also by another control plane.
///
/// Runs on: the clients' nodes.
class Workload {
 public:
  Workload(Cluster& cluster, const Spec& spec, std::size_t clients);
  ~Workload();

  /// Makes the cluster and the task definitions; ends when that is done.
  void prepare();
  void start();
  /// No new requests but one: each client gives its service a definition that works, and sets instances
  /// ACTIVE. Then it ends.
  void finish() { finishing_ = true; }
  bool ended() const { return active_ == 0; }
  /// Cancels what still runs.
  void stop();
  std::uint64_t requests() const { return requests_; }

 private:
  struct User;
  using Outcome = agent::session::ApiOutcome;

  Async<void> live(User& user);
  Async<void> act(User& user, const std::string& action);
  Async<void> run_task(User& user);
  Async<void> stop_task(User& user);
  Async<void> describe(User& user);
  Async<void> ensure_service(User& user);
  Async<void> update_service(User& user, std::string definition, std::int64_t desired);
  Async<void> delete_service(User& user);
  Async<void> register_together(User& user);
  /// RunTask of one host port, at the same moment as all others who mean to.
  Async<void> run_port(User& user);
  /// The same token with other parameters, while the first request is under way.
  Async<void> contend(User& user, JsonObject request, std::shared_ptr<int> acted);
  /// A cluster that all clients of these two seconds share: each brings an instance into it, runs a task,
  /// takes the instance away again, and deletes the cluster.
  Async<void> brief_cluster(User& user);
  Async<void> until_tick(User& user);
  Async<void> drain(User& user);
  Async<void> activate_all(User& user);
  Async<void> repair(User& user);
  Async<void> drain_for_good(User& user);
  /// Draining moves the tasks of services only, and daemons stay as long as others do.
  Async<void> leave_drained(User& user);
  /// ARNs of instances that are DRAINING and should not be at the end.
  std::vector<std::string> drained_by_mistake() const;
  /// Repeats until there is an answer other than "try again", at most `tries` times.
  Async<Outcome> insist(User& user, std::string operation, JsonObject request, int tries);
  Async<void> prepare_on(User& user);
  std::string draw(const std::map<std::string, std::int64_t>& weights, Prng& random) const;
  std::string definition_of(User& user, const std::string& image) const;
  void fail(std::string rule, std::string text) {
    cluster_.violations().add(std::move(rule), std::move(text));
  }

  Cluster& cluster_;
  const Spec& spec_;
  std::vector<std::unique_ptr<User>> users_;
  bool finishing_ = false;
  bool prepared_ = false;
  std::size_t active_ = 0;
  std::size_t activated_ = 0;  ///< Users that drain nothing any more.
  std::set<std::string>
      registered_;  ///< ARNs of task definitions that register_together() was answered with.
  std::uint64_t requests_ = 0;
};

}  // namespace berth::sim
