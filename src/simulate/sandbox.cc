#include "simulate/sandbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "controllers/instance_health/controller.h"
#include "controllers/service/controller.h"
#include "domain/agent_presence.h"
#include "domain/arns.h"
#include "runtime/sim/sim_world.h"
#include "scheduling/service_rules.h"
#include "scheduling/store_snapshot.h"
#include "scheduling/task_writes.h"
#include "services/berth/operations.h"
#include "simulate/apply_action.h"
#include "simulate/task_player.h"
#include "store/committer.h"
#include "store/memory/memory_engine.h"
#include "store/record_codec.h"

namespace berth::simulate {
namespace {

using domain::ContainerInstanceRecord;
using domain::ServiceRecord;
using domain::TaskRecord;

/// When nothing has changed for so long, everything is at rest; longer than any pause between two steps of
/// the controllers, save for the grace of a lost host.
constexpr Duration kRest = std::chrono::seconds(120);

/// All records as one batch at the revision of the export. Stopped tasks count as seen: their failures were
/// counted by the real scheduler.
store::EngineBatch batch_of(const SavedState& state) {
  store::EngineBatch batch;
  batch.base = store::Revision(0);
  batch.head = store::Revision(std::max<std::uint64_t>(state.revision, 1));
  batch.transaction_ids = {"saved-state"};
  batch.writes.emplace_back();
  for (const auto& one : state.records) {
    if (one.kind != store::Kind::service) {
      batch.writes[0].push_back({one.kind, one.key, store::encode_record(one.kind, one.record.get())});
      continue;
    }
    ServiceRecord service = *static_cast<const ServiceRecord*>(one.record.get());
    service.exits_seen = static_cast<std::int64_t>(batch.head.value());
    batch.writes[0].push_back({one.kind, one.key, store::encode_record(one.kind, &service)});
  }
  return batch;
}

/// One copy of the cluster, alive.
class Sandbox {
 public:
  Sandbox(const SavedState& state, const Options& options, std::uint64_t seed)
      : state_(state),
        options_(options),
        cluster_key_(store::cluster_key(state.realm, options.cluster)),
        world_(seed, {.epoch = state.at, .timer_jitter_max = Duration(0), .buggify = false}),
        node_(world_.add_node("berthd")),
        engine_(node_.runtime(), store::memory::MemoryEngine::Mode::private_),
        committer_(engine_, node_.runtime(), node_.executor()),
        times_(state),
        player_(committer_, node_.runtime(), times_),
        scheduler_(committer_, node_.runtime(), {state.compat, domain::limits_of(state.compat)}),
        health_(committer_, node_.runtime(), options.instance_grace),
        recorder_(committer_, node_.runtime(), cluster_key_),
        ecs_{.limits = domain::limits_of(state.compat), .compat = state.compat, .endpoint = {}},
        group_(node_.executor()) {}

  ~Sandbox() {
    group_.cancel();
    world_.run(node_, group_.drain());
    if (started_) world_.run(node_, committer_.stop());
  }
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  Result<void> start() {
    auto appended = world_.run(node_, engine_.append(batch_of(state_)));
    if (!appended) return appended;
    auto loaded = world_.run(node_, committer_.start());
    if (!loaded) return loaded;
    started_ = true;
    return world_.run(node_, begin(*this));
  }

  Result<void> act(const Action& action) {
    auto parts = new_parts();
    const services::ecs::Call call(api::Call(node_.runtime(), parts), ecs_);
    api::Exchange exchange{committer_};
    auto acted = world_.run(node_, apply_action(exchange, call, options_.cluster, action));
    if (!acted) return acted;
    group_.spawn(recorder_.run());
    group_.spawn(player_.run());
    group_.spawn(scheduler_.run());
    group_.spawn(health_.run());
    return {};
  }

  bool settle() {
    return world_.run_until(
        [this] {
          if (!player_.idle()) return false;
          return world_.now() - recorder_.last_change_time() > rest_;
        },
        options_.limit);
  }

  Outcome outcome() { return world_.run(node_, collect(*this)); }

 private:
  api::CallParts new_parts() {
    api::CallParts parts{.principal = {},
                         .realm = state_.realm,
                         .request_id = "simulation",
                         .endpoint = {},
                         .now = node_.runtime().clock().wall()};
    parts.principal.account_id = state_.realm.account;
    parts.principal.arn = fmt::format("arn:aws:iam::{}:root", state_.realm.account);
    return parts;
  }

  static Async<Result<void>> begin(Sandbox& self) {
    const Executor executor = self.node_.executor();
    const auto view = co_await self.committer_.read();
    const auto* cluster = view.find<domain::ClusterRecord>(self.cluster_key_);
    if (!cluster || cluster->record->status != domain::ClusterStatus::active)
      co_return invalid(fmt::format("there is no cluster {}", self.options_.cluster));
    self.recorder_.begin(view, executor);
    for (const auto& [sort, host] : view.group(store::kInstancesByCluster, self.cluster_key_))
      self.tasks_before_[host->key] =
          static_cast<std::int64_t>(view.group(store::kTasksByInstance, host->key).size());
    for (const auto& [sort, service] : view.group(store::kServicesByCluster, self.cluster_key_))
      self.desired_before_[service->record->name] = service->record->desired_count;
    co_return Result<void>();
  }

  static Async<Outcome> collect(Sandbox& self);
  static Async<std::string> explain(Sandbox& self, std::string service);
  void collect_instances(const store::View& view, Outcome& outcome) const;
  std::vector<std::string> collect_services(const store::View& view, Outcome& outcome) const;

 public:
  /// How long nothing must have changed for everything to be at rest.
  void rest_after(Duration rest) { rest_ = rest; }

 private:
  const SavedState& state_;
  const Options& options_;
  std::string cluster_key_;
  runtime::SimWorld world_;
  runtime::SimNode& node_;
  store::memory::MemoryEngine engine_;
  store::Committer committer_;
  TaskTimes times_;
  TaskPlayer player_;
  controllers::service::ServiceController scheduler_;
  controllers::instance_health::InstanceHealthController health_;
  Recorder recorder_;
  services::ecs::Deps ecs_;
  runtime::TaskGroup group_;
  std::map<std::string, std::int64_t> tasks_before_;    ///< By instance key.
  std::map<std::string, std::int64_t> desired_before_;  ///< By service.
  bool started_ = false;
  Duration rest_ = kRest;
};

void Sandbox::collect_instances(const store::View& view, Outcome& outcome) const {
  for (const auto& [sort, host] : view.group(store::kInstancesByCluster, cluster_key_)) {
    const auto& record = *host->record;
    InstanceOutcome one;
    one.id = record.id;
    one.ec2_instance_id = record.ec2_instance_id;
    one.zone = placement::zone_of(scheduling::instance_view(record, nullptr));
    one.status = domain::counts_as_connected(record) ? std::string(to_string(record.status)) : "lost";
    const auto before = tasks_before_.find(host->key);
    one.tasks_before = before == tasks_before_.end() ? 0 : before->second;
    const auto tasks = view.group(store::kTasksByInstance, host->key);
    one.tasks_after.take(static_cast<std::int64_t>(tasks.size()), true);
    if (record.status == domain::InstanceStatus::draining || !domain::counts_as_connected(record))
      for (const auto& [task_sort, task] : tasks)
        outcome.left_behind.push_back({task->record->id, task->record->service_name.value_or(""), record.id,
                                       record.ec2_instance_id,
                                       "it is of no service, and nothing replaces it"});
    outcome.instances.push_back(std::move(one));
  }
}

// Answers the services that are short of tasks.
std::vector<std::string> Sandbox::collect_services(const store::View& view, Outcome& outcome) const {
  std::vector<std::string> short_of;
  for (const auto& [name, seen] : recorder_.services()) {
    const auto* stored = view.find<ServiceRecord>(store::service_key(state_.realm, options_.cluster, name));
    if (!stored) continue;
    auto& one = outcome.services[name];
    const auto before = desired_before_.find(name);
    one.desired_before = before == desired_before_.end() ? 0 : before->second;
    one.desired = stored->record->desired_count;
    one.serving = seen.serving;
    one.seen = seen;
    const auto* primary = scheduling::primary_of(*stored->record);
    if (primary) {
      one.rollout = to_string(primary->rollout_state);
      if (stored->record->scheduling_strategy == model::ecs::SchedulingStrategy::daemon) {
        one.desired_before = one.desired = primary->desired_count;
      }
    }
    std::int64_t wanted = 0;
    for (const auto& [sort, task] : view.group(store::kTasksByService, stored->key))
      if (primary && task->record->deployment_id == primary->id &&
          task->record->desired_status == domain::TaskStatus::running)
        ++wanted;
    one.missing = std::max<std::int64_t>(one.desired - wanted, 0);
    if (stored->record->status == domain::ServiceStatus::active && one.missing > 0) short_of.push_back(name);
  }
  return short_of;
}

// The document of ExplainService; empty when there is none.
Async<std::string> Sandbox::explain(Sandbox& self, std::string service) {
  auto parts = self.new_parts();
  const services::ecs::Call call(api::Call(self.node_.runtime(), parts), self.ecs_);
  model::control::ExplainServiceRequest request;
  request.cluster = self.options_.cluster;
  request.service = std::move(service);
  const auto view = co_await self.committer_.read();
  auto decision = services::control::explain_service(call, view, request);
  co_return decision.answer ? decision.answer->document : std::string();
}

// What a service waits for, of its document: why its tasks are not replaced.
std::string why_it_stays(const std::string& document) {
  const auto parsed = parse_json(document);
  const auto* object = parsed && parsed->is_object() ? &parsed->get_object() : nullptr;
  const auto* waits = object ? object->if_contains("waits") : nullptr;
  std::string why;
  if (waits && waits->is_array())
    for (const auto& wait : waits->get_array())
      why += (why.empty() ? "" : " ") + std::string(wait.as_object().at("text").as_string());
  return why.empty() ? "its service does not replace it" : why;
}

Async<Outcome> Sandbox::collect(Sandbox& self) {
  Outcome outcome;
  std::vector<std::string> short_of;
  {
    const auto view = co_await self.committer_.read();
    self.collect_instances(view, outcome);
    short_of = self.collect_services(view, outcome);
  }
  for (const auto& name : short_of) outcome.services[name].short_of = co_await explain(self, name);
  std::map<std::string, std::string> why;
  for (auto& left : outcome.left_behind) {
    if (left.service.empty()) continue;
    const auto [at, first] = why.try_emplace(left.service);
    if (first) at->second = why_it_stays(co_await explain(self, left.service));
    left.why = at->second;
  }
  outcome.took = self.recorder_.last_change();
  outcome.moves = self.recorder_.moves();
  outcome.events = self.recorder_.events();
  co_return outcome;
}

// A host that is away keeps its tasks for the grace, and a service whose tasks failed pauses: nothing may
// happen meanwhile, and yet it is not over.
Duration rest_of(const SavedState& state, const Action& action, const Options& options) {
  bool away = std::holds_alternative<Lose>(action);
  Duration rest = kRest;
  state.each<ContainerInstanceRecord>([&](const ContainerInstanceRecord& host) {
    away = away || (host.cluster == options.cluster && !domain::counts_as_connected(host) &&
                    host.status != domain::InstanceStatus::inactive);
  });
  state.each<ServiceRecord>([&](const ServiceRecord& service) {
    const auto* primary = scheduling::primary_of(service);
    if (service.cluster == options.cluster && primary && primary->next_start_at)
      rest = std::max<Duration>(rest, *primary->next_start_at - state.at + kRest);
  });
  return away ? std::max<Duration>(rest, options.instance_grace + std::chrono::minutes(2)) : rest;
}

}  // namespace

Result<Outcome> play(const SavedState& state, const Action& action, const Options& options,
                     std::uint64_t seed) {
  Sandbox sandbox(state, options, seed);
  if (auto started = sandbox.start(); !started) return std::move(started).error();
  if (auto acted = sandbox.act(action); !acted) return std::move(acted).error();
  sandbox.rest_after(rest_of(state, action, options));
  const bool settled = sandbox.settle();
  Outcome outcome = sandbox.outcome();
  outcome.settled = settled;
  return outcome;
}

}  // namespace berth::simulate
