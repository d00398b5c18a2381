#include "sim/run/workload.h"

#include <fmt/format.h>

#include "domain/task_lifecycle.h"
#include "sim/run/definitions.h"
#include "sim/run/workload_user.h"

namespace berth::sim {
namespace {

using agent::session::ApiFailure;
using domain::TaskStatus;

constexpr Duration kRetryPause = std::chrono::seconds(1);
constexpr std::size_t kOwnTasksMax = 12;
constexpr int kTriesMax = 1'000;
constexpr const char* kSharedPort = "shared-port";
constexpr std::int64_t kTogether = std::chrono::nanoseconds(std::chrono::seconds(2)).count();

std::vector<std::string> task_arns(const JsonObject& answer) {
  std::vector<std::string> arns;
  const auto* tasks = answer.if_contains("tasks");
  if (tasks && tasks->is_array())
    for (const auto& task : tasks->get_array())
      arns.emplace_back(agent::session::text_of(task.get_object(), "taskArn"));
  std::ranges::sort(arns);
  return arns;
}

}  // namespace

Workload::Workload(Cluster& cluster, const Spec& spec, std::size_t clients) : cluster_(cluster), spec_(spec) {
  for (std::size_t i = 0; i < clients; ++i) {
    Client& client = i == 0 ? cluster.client(0) : cluster.add_client();
    users_.push_back(std::make_unique<User>(*this, i, client));
    User& user = *users_.back();
    user.ports = static_cast<std::int64_t>(user.random.below(100)) < spec.ports_percent;
    user.daemon = static_cast<std::int64_t>(user.random.below(100)) < spec.daemon_percent;
    const bool constrained = static_cast<std::int64_t>(user.random.below(100)) < spec.constraint_percent;
    if (constrained && !user.daemon)
      user.constraint = user.random.chance(1, 2) ? User::Constraint::distinct : User::Constraint::zone;
    const auto& hosts = cluster.hosts();
    user.zone = hosts[user.random.below(hosts.size())]->config.availability_zone;
    // Bounds that leave a way to go on, each with the others' extremes.
    static constexpr std::pair<std::int64_t, std::int64_t> kBounds[] = {{100, 200}, {50, 100}, {0, 100},
                                                                        {50, 200},  {75, 150}, {100, 150}};
    const auto bounds = kBounds[user.random.below(std::size(kBounds))];
    const bool one_each = user.ports || user.constraint == User::Constraint::distinct;
    user.minimum = one_each ? 0 : bounds.first;
    user.maximum = bounds.second;
  }
}

Workload::~Workload() = default;

std::string Workload::draw(const std::map<std::string, std::int64_t>& weights, Prng& random) const {
  std::int64_t sum = 0;
  for (const auto& [name, weight] : weights) sum += weight;
  auto at =
      static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(std::max<std::int64_t>(sum, 1))));
  for (const auto& [name, weight] : weights)
    if ((at -= weight) < 0) return name;
  return weights.begin()->first;
}

std::string Workload::definition_of(User& user, const std::string& image) const {
  return user.ports ? fmt::format("port-{}-{}", user.number, image) : image;
}

Async<Workload::Outcome> Workload::insist(User& user, std::string operation, JsonObject request, int tries) {
  for (int i = 1;; ++i) {
    ++requests_;
    JsonObject copy = request;
    auto outcome = co_await user.client.call(operation, std::move(copy));
    const auto* failure = std::get_if<ApiFailure>(&outcome);
    if (!failure || !failure->retriable() || i >= tries) co_return outcome;
    if (failure->status == 0) cluster_.world().probe("request-without-answer");
    co_await user.client.node().runtime().sleep(kRetryPause);
  }
}

void Workload::prepare() {
  User& user = *users_.front();
  user.group.spawn(prepare_on(user));
  const bool done = cluster_.world().run_until([this] { return prepared_; }, std::chrono::minutes(10));
  if (!done) fail("liveness", "the cluster could not be prepared");
}

Async<void> Workload::prepare_on(User& user) {
  JsonObject request = JsonObject({{"clusterName", "default"}});
  static_cast<void>(co_await insist(user, "CreateCluster", std::move(request), kTriesMax));
  for (const auto& [image, weight] : spec_.images) {
    for (std::size_t i = 0; i <= users_.size(); ++i) {
      const bool ports = i < users_.size();
      if (ports && !users_[i]->ports) continue;
      const std::string family = ports ? definition_of(*users_[i], image) : image;
      const std::optional<std::int64_t> port =
          ports ? std::optional(static_cast<std::int64_t>(8000 + i)) : std::nullopt;
      JsonObject definition = definition_request(family, image, port);
      static_cast<void>(co_await insist(user, "RegisterTaskDefinition", std::move(definition), kTriesMax));
    }
  }
  JsonObject shared = definition_request(kSharedPort, "app", 7000);
  if (spec_.actions.contains("run-port"))
    static_cast<void>(co_await insist(user, "RegisterTaskDefinition", std::move(shared), kTriesMax));
  prepared_ = true;
}

void Workload::start() {
  for (auto& user : users_) {
    ++active_;
    user->group.spawn(live(*user));
  }
}

void Workload::stop() {
  for (auto& user : users_) {
    user->group.cancel();
    cluster_.world().run(user->client.node(), user->group.drain());
  }
}

Async<void> Workload::live(User& user) {
  while (!finishing_) {
    const auto most = static_cast<std::uint64_t>(2 * spec_.think_seconds * 1000);
    const Duration pause = std::chrono::milliseconds(user.random.below(most + 1));
    co_await user.client.node().runtime().sleep(pause);
    if (finishing_) break;
    std::string action = draw(spec_.actions, user.random);
    co_await act(user, action);
  }
  co_await repair(user);
  --active_;
}

Async<void> Workload::act(User& user, const std::string& action) {
  if (action == "run-task") {
    co_await run_task(user);
  } else if (action == "stop-task") {
    co_await stop_task(user);
  } else if (action == "describe") {
    co_await describe(user);
  } else if (action == "drain") {
    co_await drain(user);
  } else if (action == "delete-service") {
    co_await delete_service(user);
  } else if (action == "register") {
    co_await register_together(user);
  } else if (action == "run-port") {
    co_await run_port(user);
  } else if (action == "brief-cluster") {
    co_await brief_cluster(user);
  } else {
    const bool fresh = !user.has_service;
    co_await ensure_service(user);
    if (fresh) co_return;
    std::string definition;
    std::int64_t desired = -1;
    if (action == "deploy")
      definition = definition_of(user, draw(spec_.images, user.random));
    else
      desired = spec_.desired.draw(user.random);
    co_await update_service(user, std::move(definition), desired);
  }
}

Async<void> Workload::run_task(User& user) {
  if (user.tasks.size() >= kOwnTasksMax) {
    co_await stop_task(user);
    co_return;
  }
  const auto count = user.random.between(1, 3);
  const int number = ++user.requests;
  const std::string image = draw(spec_.images, user.random);
  JsonObject request = JsonObject({{"taskDefinition", image},
                                   {"count", count},
                                   {"startedBy", fmt::format("sim-{}-{}:{}", user.number, number, count)},
                                   {"clientToken", fmt::format("token-{}-{}", user.number, number)}});
  const bool again = user.random.chance(1, 3);
  JsonObject repeated = request;
  const auto acted = std::make_shared<int>(0);
  if (user.random.chance(1, 4)) {
    JsonObject other = request;
    other["count"] = count % 3 + 1;
    other["startedBy"] = fmt::format("sim-{}-{}x:{}", user.number, number, count % 3 + 1);
    user.group.spawn(contend(user, std::move(other), acted));
  }
  const auto outcome = co_await insist(user, "RunTask", std::move(request), kTriesMax);
  const auto* answer = answer_of(outcome);
  if (!answer) co_return;
  const auto arns = task_arns(*answer);
  if (static_cast<std::int64_t>(arns.size()) < count) cluster_.world().probe("no-room");
  for (const auto& arn : arns)
    if (!cluster_.ledger().find_task(arn))
      fail("acknowledged", "RunTask answered " + arn + ", which is not durable");
  user.tasks.insert(user.tasks.end(), arns.begin(), arns.end());
  if (!arns.empty() && ++*acted > 1) fail("token-once", "a client token acted for two requests that differ");
  if (!again || arns.empty()) co_return;
  const auto second = co_await insist(user, "RunTask", std::move(repeated), kTriesMax);
  const auto* same = answer_of(second);
  if (same && task_arns(*same) != arns) fail("token-once", "a repeated RunTask answered other tasks");
}

Async<void> Workload::contend(User& user, JsonObject request, std::shared_ptr<int> acted) {
  const auto outcome = co_await insist(user, "RunTask", std::move(request), kTriesMax);
  if (failure_of(outcome) == "ConflictException") cluster_.world().probe("token-refused");
  const auto* answer = answer_of(outcome);
  if (!answer) co_return;
  const auto arns = task_arns(*answer);
  user.tasks.insert(user.tasks.end(), arns.begin(), arns.end());
  if (!arns.empty() && ++*acted > 1) fail("token-once", "a client token acted for two requests that differ");
}

Async<void> Workload::run_port(User& user) {
  if (user.tasks.size() >= kOwnTasksMax) {
    co_await stop_task(user);
    co_return;
  }
  co_await until_tick(user);
  JsonObject request = JsonObject({{"taskDefinition", kSharedPort}, {"startedBy", "sim-port"}});
  const auto outcome = co_await insist(user, "RunTask", std::move(request), 1);
  const auto* answer = answer_of(outcome);
  if (!answer) co_return;
  const auto arns = task_arns(*answer);
  cluster_.world().probe(arns.empty() ? "port-refused" : "port-given");
  user.tasks.insert(user.tasks.end(), arns.begin(), arns.end());
}

Async<void> Workload::stop_task(User& user) {
  if (user.tasks.empty()) co_return;
  const auto at = user.random.below(user.tasks.size());
  const std::string arn = user.tasks[at];
  user.tasks.erase(user.tasks.begin() + static_cast<std::ptrdiff_t>(at));
  JsonObject request = JsonObject({{"task", arn}});
  const auto outcome = co_await insist(user, "StopTask", std::move(request), kTriesMax);
  if (!answer_of(outcome)) co_return;
  const auto* task = cluster_.ledger().find_task(arn);
  if (!task || task->desired_status != TaskStatus::stopped)
    fail("acknowledged", "StopTask was answered and " + arn + " is still wanted");
}

Async<void> Workload::describe(User& user) {
  if (user.tasks.empty()) co_return;
  const std::string arn = user.tasks[user.random.below(user.tasks.size())];
  JsonArray names;
  names.emplace_back(arn);
  JsonObject request = JsonObject({{"tasks", std::move(names)}});
  const auto outcome = co_await insist(user, "DescribeTasks", std::move(request), kTriesMax);
  const auto* answer = answer_of(outcome);
  if (!answer) co_return;
  const auto* known = cluster_.ledger().find_task(arn);
  const auto found = task_arns(*answer);
  if (found.empty()) {
    if (known && known->last_status != TaskStatus::stopped) fail("lost", arn + " was run and is not found");
    co_return;
  }
  const auto shown = domain::parse_task_status(
      agent::session::text_of(answer->at("tasks").get_array().at(0).get_object(), "lastStatus"));
  if (!known || (shown && domain::rank(*shown) > domain::rank(known->last_status)))
    fail("not-ahead", arn + " is shown as it is not yet durable");
}

Async<void> Workload::ensure_service(User& user) {
  if (user.has_service) co_return;
  user.desired = spec_.desired.draw(user.random);
  JsonObject configuration = JsonObject({{"minimumHealthyPercent", user.daemon ? 0 : user.minimum},
                                         {"maximumPercent", user.daemon ? std::int64_t{100} : user.maximum}});
  JsonObject request = JsonObject({{"serviceName", user.service},
                                   {"taskDefinition", definition_of(user, "app")},
                                   {"deploymentConfiguration", std::move(configuration)}});
  if (user.constraint == User::Constraint::distinct) {
    request["placementConstraints"] = JsonArray({JsonObject({{"type", "distinctInstance"}})});
  } else if (user.constraint == User::Constraint::zone) {
    request["placementConstraints"] = JsonArray({JsonObject(
        {{"type", "memberOf"}, {"expression", "attribute:ecs.availability-zone == " + user.zone}})});
  }
  if (user.random.chance(1, 4)) {
    JsonObject breaker = JsonObject({{"enable", true}, {"rollback", true}});
    request["deploymentConfiguration"].get_object()["deploymentCircuitBreaker"] = std::move(breaker);
  }
  if (user.daemon)
    request["schedulingStrategy"] = "DAEMON";
  else
    request["desiredCount"] = user.desired;
  const auto outcome = co_await insist(user, "CreateService", std::move(request), kTriesMax);
  // An earlier try whose answer was lost may have made it.
  const std::string failure = failure_of(outcome);
  user.has_service = answer_of(outcome) != nullptr || failure == "InvalidParameterException";
  if (!answer_of(outcome)) co_return;
  bool durable = false;
  for (const auto& [key, service] : cluster_.ledger().services()) durable |= service->name == user.service;
  if (!durable) fail("acknowledged", "CreateService was answered and " + user.service + " is not durable");
}

Async<void> Workload::update_service(User& user, std::string definition, std::int64_t desired) {
  JsonObject request = JsonObject({{"service", user.service}});
  if (!definition.empty()) request["taskDefinition"] = definition;
  if (desired >= 0 && !user.daemon) request["desiredCount"] = desired;
  // What the circuit breaker gave up while things failed is tried again.
  if (finishing_) request["forceNewDeployment"] = true;
  const auto since = cluster_.world().now();
  const auto outcome = co_await insist(user, "UpdateService", std::move(request), kTriesMax);
  const std::string failure = failure_of(outcome);
  if (failure == "ServiceNotFoundException" || failure == "ServiceNotActiveException")
    user.has_service = false;
  if (!answer_of(outcome) || desired < 0 || user.daemon) co_return;
  user.desired = desired;
  if (!cluster_.ledger().service_had(user.service, desired, since))
    fail("acknowledged",
         fmt::format("UpdateService of {} to {} was answered and is not durable", user.service, desired));
}

Async<void> Workload::delete_service(User& user) {
  if (!user.has_service) co_return;
  JsonObject request = JsonObject({{"service", user.service}, {"force", true}});
  static_cast<void>(co_await insist(user, "DeleteService", std::move(request), kTriesMax));
  user.has_service = false;
}

Async<void> Workload::until_tick(User& user) {
  const std::int64_t tick = cluster_.world().now().ns / kTogether + 1;
  co_await user.client.node().runtime().sleep(Duration(tick * kTogether - cluster_.world().now().ns));
}

Async<void> Workload::register_together(User& user) {
  // At the same moment and of the same new family as all others who mean to in these two seconds.
  const std::int64_t tick = cluster_.world().now().ns / kTogether + 1;
  co_await until_tick(user);
  JsonObject request = definition_request(fmt::format("together-{}", tick), "app", std::nullopt);
  request["cpu"] = std::to_string(128 + user.number);  // Tells them apart.
  const auto outcome = co_await insist(user, "RegisterTaskDefinition", std::move(request), kTriesMax);
  const auto* answer = answer_of(outcome);
  if (!answer) co_return;
  const auto& definition = answer->at("taskDefinition").get_object();
  std::string arn = agent::session::text_of(definition, "taskDefinitionArn");
  cluster_.world().probe("registered-together");
  if (!registered_.insert(arn).second)
    fail("definition", "two requests were answered with the revision " + arn);
}

Async<void> Workload::drain(User& user) {
  std::vector<std::string> arns;
  for (const auto& [key, instance] : cluster_.ledger().instances())
    if (instance->status == domain::InstanceStatus::active) arns.push_back(instance->arn);
  if (arns.size() < 2) {
    co_await activate_all(user);
    co_return;
  }
  JsonArray names;
  names.emplace_back(arns[user.random.below(arns.size())]);
  JsonObject request = JsonObject({{"containerInstances", std::move(names)}, {"status", "DRAINING"}});
  static_cast<void>(co_await insist(user, "UpdateContainerInstancesState", std::move(request), kTriesMax));
  cluster_.world().probe("drain");
  const Duration pause = std::chrono::seconds(user.random.between(5, 60));
  co_await user.client.node().runtime().sleep(pause);
  co_await activate_all(user);
}

Async<void> Workload::activate_all(User& user) {
  JsonArray names;
  for (const auto& arn : drained_by_mistake())
    if (names.size() < 10) names.emplace_back(arn);
  if (names.empty()) co_return;
  JsonObject request = JsonObject({{"containerInstances", std::move(names)}, {"status", "ACTIVE"}});
  static_cast<void>(co_await insist(user, "UpdateContainerInstancesState", std::move(request), kTriesMax));
}

std::vector<std::string> Workload::drained_by_mistake() const {
  std::set<std::string> kept;
  for (std::size_t i = 0; i < cluster_.hosts().size(); ++i)
    if (const auto* instance = cluster_.instance_of(i); instance && cluster_.hosts()[i]->kept_draining)
      kept.insert(instance->arn);
  std::vector<std::string> arns;
  for (const auto& [key, instance] : cluster_.ledger().instances())
    if (instance->status == domain::InstanceStatus::draining && !kept.contains(instance->arn))
      arns.push_back(instance->arn);
  return arns;
}

Async<void> Workload::drain_for_good(User& user) {
  // Others may have asked for ACTIVE before they knew what is to stay DRAINING.
  while (activated_ < users_.size()) co_await user.client.node().runtime().sleep(kRetryPause);
  for (std::size_t i = 0; i < cluster_.hosts().size(); ++i) {
    if (!cluster_.hosts()[i]->kept_draining) continue;
    // Its agent may still be about to register.
    while (!cluster_.instance_of(i)) co_await user.client.node().runtime().sleep(kRetryPause);
    JsonArray names;
    names.emplace_back(cluster_.instance_of(i)->arn);
    JsonObject request = JsonObject({{"containerInstances", std::move(names)}, {"status", "DRAINING"}});
    static_cast<void>(co_await insist(user, "UpdateContainerInstancesState", std::move(request), kTriesMax));
  }
}

Async<void> Workload::leave_drained(User& user) {
  const std::vector<std::string> arns = user.tasks;
  for (const auto& arn : arns) {
    const auto* task = cluster_.ledger().find_task(arn);
    bool stays = true;
    for (std::size_t i = 0; i < cluster_.hosts().size(); ++i) {
      const auto* instance = cluster_.instance_of(i);
      if (cluster_.hosts()[i]->kept_draining && instance && task && task->instance_arn == instance->arn)
        stays = false;
    }
    if (stays) continue;
    JsonObject request = JsonObject({{"task", arn}});
    static_cast<void>(co_await insist(user, "StopTask", std::move(request), kTriesMax));
  }
}

Async<void> Workload::repair(User& user) {
  for (int i = 0; i < 20 && !drained_by_mistake().empty(); ++i) co_await activate_all(user);
  ++activated_;
  if (user.number == 0) co_await drain_for_good(user);
  co_await leave_drained(user);
  while (spec_.tight > 0 && !user.tasks.empty()) co_await stop_task(user);
  co_await ensure_service(user);
  // Bounds that leave no room at this count would hold a deployment for ever, and rightly.
  const bool stuck = (user.desired * user.minimum + 99) / 100 >= user.desired * user.maximum / 100;
  if (stuck || (spec_.tight > 0 && user.desired > 2)) user.desired = 2;
  const bool zone = user.constraint == User::Constraint::zone;
  const auto usable = static_cast<std::int64_t>(cluster_.usable_hosts(zone ? user.zone : std::string()));
  const bool one_each = user.ports || user.constraint == User::Constraint::distinct;
  if (one_each || usable == 0) user.desired = std::min(user.desired, usable);
  std::string definition = definition_of(user, "app");
  co_await update_service(user, std::move(definition), user.desired);
}

}  // namespace berth::sim
