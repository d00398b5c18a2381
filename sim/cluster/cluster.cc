#include "sim/cluster/cluster.h"

#include <fmt/format.h>

#include <algorithm>

#include "auth/testing_request.h"
#include "base/log.h"
#include "store/record_codec.h"

namespace berth::sim {
namespace {

constexpr Duration kSupervisorPeriod = std::chrono::seconds(5);

agent::session::Endpoint client_endpoint() {
  auto endpoint =
      agent::session::make_endpoint(std::string("http://") + kBackend, "us-east-1",
                                    {std::string(auth::kTestKeyId), std::string(auth::kTestSecret), {}});
  check(endpoint.ok(), "the endpoint of a simulated client");
  return *std::move(endpoint);
}

bool ends_by_itself(const std::string& image) {
  return image.starts_with("job-") || image.starts_with("fail-") || image.starts_with("hog-");
}

control_plane::Settings settings_of(const ClusterOptions& options) {
  control_plane::Settings settings = options.plane;
  settings.sole = options.planes == 1;
  if (options.mutant == "no-grace") settings.controllers.instance_grace = Duration(0);
  return settings;
}

}  // namespace

const JsonObject* answer_of(const agent::session::ApiOutcome& outcome) {
  return std::get_if<JsonObject>(&outcome);
}

std::string failure_of(const agent::session::ApiOutcome& outcome) {
  const auto* failure = std::get_if<agent::session::ApiFailure>(&outcome);
  if (!failure) return {};
  return failure->code.empty() ? "no answer" : failure->code;
}

Client::Client(runtime::SimWorld& world, runtime::SimNode& node, const std::vector<std::string>& addresses,
               const Mutant& mutant)
    : node_(node),
      mutant_(mutant),
      caller_(world.network(), node, addresses),
      api_(client_endpoint(), caller_, node.runtime()) {}

Async<agent::session::ApiOutcome> Client::call(std::string operation, JsonObject request) {
  if (mutant_.is("token-by-parameters") && request.contains("clientToken")) {
    const std::string token(request.at("clientToken").as_string());
    request.erase("clientToken");
    request["clientToken"] = token + std::to_string(hash_bytes(render_json(request)));
  }
  std::string body = render_json(JsonValue(std::move(request)));
  co_return co_await api_.call(std::move(operation), std::move(body));
}

Cluster::Cluster(const ClusterOptions& options)
    : options_(options),
      mutant_{options.mutant},
      world_(options.seed),
      violations_(world_),
      ledger_(world_, violations_),
      containers_(ledger_, violations_),
      deliveries_(ledger_, violations_, world_),
      disk_(world_, options.planes == 1 ? StoreDisk::Mode::private_ : StoreDisk::Mode::shared, &ledger_),
      supervisor_(world_.add_node("supervisor")),
      supervision_(supervisor_.executor()) {
  options_.plane = settings_of(options);
  ledger_.expect({options.plane.controllers.instance_grace, options.plane.controllers.retention.stopped_tasks,
                  options.planes > 1});
  ledger_.set_task_watcher(&containers_);
  deliveries_.expect(options.plane.gateway.redelivery);
  disk_.mutants.forgets_batches = mutant_.is("store-forgets");
  disk_.mutants.tears_batches = mutant_.is("store-tears");
  disk_.mutants.ignores_base = mutant_.is("store-no-compare");
  for (int i = 0; i < options_.planes; ++i) {
    addresses_.push_back(fmt::format("berth-{}:51670", i));
    planes_.push_back(&world_.add_node(fmt::format("plane-{}", i)));
  }
  for (int i = 0; i < options_.agents; ++i) add_host(static_cast<std::size_t>(i));
  add_client();
  for (std::size_t i = 0; i < planes_.size(); ++i) boot_plane(i);
  for (auto& host : hosts_) boot_agent(*host);
  supervision_.spawn(supervise());
}

Cluster::~Cluster() {
  // While store and hosts are still there.
  supervision_.cancel();
  for (const auto& node : world_.nodes()) node->kill();
  world_.run_until([this] {
    return supervision_.size() == 0 &&
           std::ranges::all_of(world_.nodes(), [](const auto& node) { return node->down(); });
  });
}

AgentHost& Cluster::add_host(std::size_t number) {
  auto& node = world_.add_node(fmt::format("agent-{}", number));
  hosts_.push_back(std::make_unique<AgentHost>(world_, node, containers_));
  AgentHost& host = *hosts_.back();
  auto& config = host.config;
  config.cluster = "default";
  config.backend_host = std::string("http://") + kBackend;
  config.region = "us-east-1";
  config.access_key_id = auth::kTestKeyId;
  config.secret_access_key = auth::kTestSecret;
  config.data_dir = "/data";
  config.checkpoint = true;
  config.disable_metrics = !options_.metrics;
  config.task_cleanup_wait = options_.task_cleanup_wait;
  config.container_stop_timeout = options_.stop_timeout;
  config.availability_zone =
      fmt::format("us-east-1{}", static_cast<char>('a' + number % static_cast<std::size_t>(options_.zones)));
  host.facts.cpus = options_.cpus;
  host.facts.memory_mib = options_.memory_mib;
  host.facts.machine_id = fmt::format("machine-{}", number);
  return host;
}

Client& Cluster::add_client() {
  auto& node = world_.add_node(fmt::format("client-{}", clients_.size()));
  clients_.push_back(std::make_unique<Client>(world_, node, addresses_, mutant_));
  return *clients_.back();
}

void Cluster::boot_plane(std::size_t number) {
  planes_[number]->boot([this, number](runtime::SimNode& node) {
    return std::make_unique<ControlPlaneProcess>(
        node,
        ControlPlaneProcess::Deps{world_, disk_, options_.plane, mutant_, auth::lookup_of(auth::test_key()),
                                  addresses_[number], ledger_, violations_});
  });
}

void Cluster::boot_agent(AgentHost& host) {
  host.node.boot([this, &host](runtime::SimNode& node) {
    return std::make_unique<AgentProcess>(
        node,
        AgentProcess::Deps{world_, host.docker, host.config, host.facts, addresses_, mutant_, deliveries_});
  });
}

ControlPlaneProcess* Cluster::plane(std::size_t number) {
  auto& node = *planes_.at(number);
  return node.up() ? static_cast<ControlPlaneProcess*>(node.process()) : nullptr;
}

AgentProcess* Cluster::agent(std::size_t number) {
  auto& node = hosts_.at(number)->node;
  return node.up() ? static_cast<AgentProcess*>(node.process()) : nullptr;
}

Async<void> Cluster::supervise() {
  for (;;) {
    co_await supervisor_.runtime().sleep(kSupervisorPeriod);
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
      const auto* process = agent(i);
      if (!process || !process->exit_code()) continue;
      hosts_[i]->node.kill();
      hosts_[i]->node.restart();
    }
  }
}

const domain::ContainerInstanceRecord* Cluster::instance_of(std::size_t host) const {
  const std::string id = agent::session::instance_id_of(hosts_.at(host)->config, hosts_.at(host)->facts);
  const domain::ContainerInstanceRecord* newest = nullptr;
  // A host that lost its disk while its old session was taken for alive has two of them.
  for (const auto& [key, instance] : ledger_.instances())
    if (instance->ec2_instance_id == id && instance->status != domain::InstanceStatus::inactive &&
        (!newest || instance->registered_at > newest->registered_at))
      newest = instance.get();
  return newest;
}

std::size_t Cluster::usable_hosts(const std::string& zone) const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    if (hosts_[i]->gone || hosts_[i]->kept_draining) continue;
    if (zone.empty() || hosts_[i]->config.availability_zone == zone) ++count;
  }
  return count;
}

void Cluster::fall_back(AgentHost& host, runtime::SimDisk before) {
  const std::string id = agent::session::instance_id_of(host.config, host.facts);
  // All that it has been: what the disk says now may be of before it became the newest of them.
  for (const auto& [key, instance] : ledger_.instances()) {
    if (instance->ec2_instance_id != id) continue;
    containers_.fell_back(instance->arn);
    deliveries_.fell_back(instance->arn);
  }
  host.node.kill();
  host.node.restore_disk(std::move(before));
  host.node.restart();
}

std::size_t Cluster::hosts_gone() const {
  return static_cast<std::size_t>(std::ranges::count_if(hosts_, [](const auto& host) { return host->gone; }));
}

std::size_t Cluster::connected() const {
  std::size_t count = 0;
  for (const auto& [key, instance] : ledger_.instances())
    if (instance->agent_connected && instance->status != domain::InstanceStatus::inactive) ++count;
  return count;
}

std::vector<std::string> Cluster::unsettled() {
  std::vector<std::string> waits;
  for (std::size_t i = 0; i < planes_.size(); ++i)
    if (!plane(i) || !plane(i)->ready())
      waits.push_back(fmt::format("{} does not serve", planes_[i]->name()));
  check_instances(waits);
  for (const auto& [key, task] : ledger_.tasks()) {
    if (task->last_status == domain::TaskStatus::stopped) continue;
    if (task->last_status != domain::TaskStatus::running ||
        task->desired_status != domain::TaskStatus::running || !task->delivered)
      waits.push_back(fmt::format("task {} is {}, wanted {}, {}", task->id, to_string(task->last_status),
                                  to_string(task->desired_status),
                                  task->delivered ? "delivered" : "not delivered"));
  }
  for (const auto& [key, task] : ledger_.tasks())
    if (task->last_status == domain::TaskStatus::running && !task->service_name &&
        ends_by_itself(task->family))
      waits.push_back(fmt::format("task {} is to end by itself", task->id));
  check_services(waits);
  if (const auto why = containers_.unsettled(); !why.empty()) waits.push_back(why);
  return waits;
}

}  // namespace berth::sim
