#include "sim/run/runner.h"

#include <fmt/format.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iostream>
#include <mutex>

#include "sim/run/nemesis.h"
#include "sim/run/prompt.h"
#include "sim/run/shown.h"
#include "sim/run/workload.h"

namespace berth::sim {
namespace {

// Peers that say nothing are given up by then.
constexpr Duration kHalfOpenMax = std::chrono::seconds(150);
// How long it must stay quiet, and what may be written meanwhile for each task and host (jobs end).
constexpr Duration kStill = std::chrono::seconds(90);
constexpr std::size_t kStillWritesEach = 4;

// Everything that is logged, with virtual time and the node whose work it is.
class TraceSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit TraceSink(runtime::SimWorld& world) : world_(world) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    std::string node = "-";
    for (const auto& each : world_.nodes())
      if (world_.context().inside(each->index())) node = each->name();
    std::cout << fmt::format("{:10.3f} {:<12} {}\n", static_cast<double>(world_.now().ns) / 1e9, node,
                             std::string_view(message.payload.data(), message.payload.size()));
  }
  void flush_() override { std::cout.flush(); }

 private:
  runtime::SimWorld& world_;
};

class Tracing {
 public:
  Tracing(runtime::SimWorld& world, bool on) : before_(spdlog::default_logger()) {
    auto logger = std::make_shared<spdlog::logger>("sim");
    if (on) logger->sinks().push_back(std::make_shared<TraceSink>(world));
    logger->set_level(on ? spdlog::level::debug : spdlog::level::off);
    spdlog::set_default_logger(std::move(logger));
  }
  ~Tracing() { spdlog::set_default_logger(before_); }

 private:
  std::shared_ptr<spdlog::logger> before_;
};

// Limits and delays at their extremes.
void draw_tunables(ClusterOptions& options, Prng& random) {
  auto& gateway = options.plane.gateway;
  const auto seconds = [&](std::int64_t low, std::int64_t high) {
    return std::chrono::seconds(random.between(low, high));
  };
  gateway.heartbeat_interval = seconds(5, 50);
  gateway.redelivery = seconds(2, 120);
  gateway.absence = seconds(30, 180);
  gateway.sweep_interval = seconds(1, 30);
  gateway.tasks_per_payload = static_cast<std::size_t>(random.between(1, 10));
  gateway.tasks_per_commit = static_cast<std::size_t>(random.between(1, 50));
  gateway.sequence_block = random.between(1, 100);
  options.plane.controllers.instance_grace = seconds(60, 300);
  options.plane.controllers.retention.stopped_tasks = seconds(120, 3600);
  options.task_cleanup_wait = seconds(60, 600);
  options.stop_timeout = seconds(2, 30);
}

ClusterOptions draw_options(const Spec& spec, const RunRequest& request) {
  Prng random = Prng::stream(request.seed, "topology");
  ClusterOptions options;
  options.seed = request.seed;
  options.mutant = request.mutant;
  options.planes = static_cast<int>(spec.planes.draw(random));
  options.agents = static_cast<int>(spec.agents.draw(random));
  options.zones = static_cast<int>(spec.zones.draw(random));
  options.cpus = static_cast<std::int32_t>(spec.cpus);
  options.memory_mib = spec.cpus * 1024;
  options.metrics = static_cast<std::int64_t>(random.below(100)) < spec.metrics_percent;
  // Longer than the run in most seeds: nobody is given up for the time that a test takes.
  options.plane.controllers.instance_grace = std::chrono::seconds(random.between(60, 300));
  if (static_cast<std::int64_t>(random.below(100)) < spec.tunables_percent) draw_tunables(options, random);
  if (request.planes) options.planes = static_cast<int>(*request.planes);
  if (request.agents) options.agents = static_cast<int>(*request.agents);
  return options;
}

// Which hosts are lost for good, and whose instance is DRAINING in the end: what is left must do without
// them.
void draw_core(Cluster& cluster, const Spec& spec) {
  Prng random = cluster.world().stream("core");
  const auto& hosts = cluster.hosts();
  const bool gone = static_cast<std::int64_t>(random.below(100)) < spec.gone_percent;
  const bool drained = static_cast<std::int64_t>(random.below(100)) < spec.drained_percent;
  const auto first = random.below(hosts.size());
  if (gone && hosts.size() > 1) {
    hosts[first]->gone = true;
    cluster.world().probe("host-gone");
  }
  const auto next = (first + 1) % hosts.size();
  if (drained && hosts.size() > 2) {
    hosts[next]->kept_draining = true;
    cluster.world().probe("kept-draining");
  }
}

// When all is quiet it stays so: nobody moves tasks of services or loses instances, nor writes without need.
void check_stays(Cluster& cluster) {
  const auto count_live = [&] {
    std::set<std::string> live;
    for (const auto& [key, task] : cluster.ledger().tasks())
      if (task->service_name && task->last_status != domain::TaskStatus::stopped) live.insert(task->arn);
    return live;
  };
  const auto before = count_live();
  const auto connected = cluster.connected();
  const auto transactions = cluster.ledger().transactions();
  cluster.world().run_for(kStill);
  auto& violations = cluster.violations();
  if (count_live() != before) violations.add("still", "tasks of services came or went when all was quiet");
  if (cluster.connected() != connected) violations.add("still", "agents came or went when all was quiet");
  const auto written = cluster.ledger().transactions() - transactions;
  const auto most = kStillWritesEach * (cluster.ledger().tasks().size() + cluster.hosts().size() + 10);
  if (written > most) violations.add("still", fmt::format("{} transactions when all was quiet", written));
}

double seconds_of(Duration duration) {
  return static_cast<double>(duration.count()) / 1e9;
}

void settle(Cluster& cluster, Workload& workload, const Spec& spec, RunResult& result) {
  auto& world = cluster.world();
  const auto begin = world.now();
  const Duration limit = std::chrono::seconds(spec.settle_seconds);
  workload.finish();
  // Looking at everything is not free: once a second is enough.
  bool quiet = false;
  while (!quiet && world.now() - begin < limit && cluster.violations().empty()) {
    world.run_for(std::chrono::seconds(1));
    quiet = workload.ended() && cluster.unsettled().empty();
  }
  result.settle_s = seconds_of(world.now() - begin);
  if (!cluster.violations().empty()) return;
  if (!quiet) {
    result.waits = cluster.unsettled();
    if (!workload.ended()) result.waits.insert(result.waits.begin(), "clients still wait for answers");
    cluster.violations().add("liveness", result.waits.empty() ? "not quiet" : result.waits.front());
    return;
  }
  cluster.containers().check_settled();
  // Connections that are dead and nobody has noticed yet are found out first.
  world.run_for(kHalfOpenMax);
  check_prompt(cluster);
  check_shown(cluster);
  check_stays(cluster);
  cluster.check_views();
}

}  // namespace

RunResult run_spec(const Spec& spec, const RunRequest& request) {
  RunResult result;
  Cluster cluster(draw_options(spec, request));
  const Tracing tracing(cluster.world(), request.trace);
  Prng random = cluster.world().stream("clients");
  result.clients = request.clients.value_or(spec.clients.draw(random));
  result.planes = cluster.options().planes;
  result.agents = cluster.options().agents;
  Workload workload(cluster, spec, static_cast<std::size_t>(result.clients));
  Nemesis nemesis(cluster, spec, request.without);
  workload.prepare();
  for (int i = 0; i < 180 && cluster.connected() < cluster.hosts().size(); ++i)
    cluster.world().run_for(std::chrono::seconds(1));
  workload.start();
  nemesis.start();
  const auto end = cluster.world().now() + std::chrono::seconds(request.seconds.value_or(spec.seconds));
  while (cluster.world().now() < end && cluster.violations().empty())
    cluster.world().run_for(std::min<Duration>(std::chrono::seconds(1), end - cluster.world().now()));
  draw_core(cluster, spec);
  nemesis.heal();
  if (cluster.violations().empty()) settle(cluster, workload, spec, result);
  workload.stop();
  result.kinds = nemesis.kinds();
  result.faults = nemesis.faults();
  result.violations = cluster.violations().all();
  result.trace_hash = cluster.world().trace_hash();
  result.simulated_s = seconds_of(Duration(cluster.world().now().ns));
  result.steps = cluster.world().steps();
  result.transactions = cluster.ledger().transactions();
  result.tasks = cluster.ledger().tasks_ever();
  result.containers = cluster.containers().started_ever();
  result.requests = workload.requests();
  result.probes = cluster.world().probes();
  return result;
}

std::string replay_command(const Spec& spec, const RunRequest& request) {
  std::string command = fmt::format("berth-sim {} --seed {}", spec.name, request.seed);
  if (!request.mutant.empty()) command += " --mutant " + request.mutant;
  for (const auto& kind : request.without) command += " --without " + kind;
  if (request.planes) command += fmt::format(" --planes {}", *request.planes);
  if (request.agents) command += fmt::format(" --agents {}", *request.agents);
  if (request.clients) command += fmt::format(" --clients {}", *request.clients);
  if (request.seconds) command += fmt::format(" --seconds {}", *request.seconds);
  return command + " --trace";
}

RunRequest shrink(const Spec& spec, const RunRequest& request, const std::string& rule, int& tried) {
  const auto still_fails = [&](const RunRequest& smaller) {
    ++tried;
    const auto result = run_spec(spec, smaller);
    return result.failed() && result.violations.front().rule == rule;
  };
  RunRequest best = request;
  best.trace = false;
  const RunResult first = run_spec(spec, best);
  for (const auto& kind : first.kinds) {
    RunRequest smaller = best;
    smaller.without.insert(kind);
    if (still_fails(smaller)) best = smaller;
  }
  const auto reduce = [&](std::optional<std::int64_t> RunRequest::*member, std::int64_t from,
                          std::int64_t least) {
    for (std::int64_t value = least; value < from; value = std::max(value + 1, value * 2)) {
      RunRequest smaller = best;
      smaller.*member = value;
      if (!still_fails(smaller)) continue;
      best = smaller;
      return;
    }
  };
  if (first.planes > 1) reduce(&RunRequest::planes, first.planes, 1);
  reduce(&RunRequest::agents, first.agents, 1);
  reduce(&RunRequest::clients, first.clients, 1);
  reduce(&RunRequest::seconds, spec.seconds, 10);
  return best;
}

}  // namespace berth::sim
