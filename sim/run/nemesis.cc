#include "sim/run/nemesis.h"

#include <fmt/format.h>

namespace berth::sim {
namespace {

using std::chrono::milliseconds;

}  // namespace

Nemesis::Nemesis(Cluster& cluster, const Spec& spec, const std::set<std::string>& without)
    : cluster_(cluster),
      node_(cluster.world().add_node("nemesis")),
      group_(node_.executor()),
      means_(spec.faults) {
  for (const auto& [kind, mean] : spec.faults) {
    Prng random = cluster.world().stream("fault-on/" + kind);
    const bool on = static_cast<std::int64_t>(random.below(100)) < spec.fault_percent;
    if (on && !without.contains(kind)) kinds_.insert(kind);
  }
}

void Nemesis::start() {
  for (const auto& kind : kinds_) group_.spawn(haunt(kind, means_.at(kind)));
}

Async<void> Nemesis::haunt(std::string kind, std::int64_t mean_seconds) {
  Prng random = cluster_.world().stream("fault/" + kind);
  for (;;) {
    co_await pause(random, 0, 2 * mean_seconds * 1000);
    ++faults_;
    cluster_.world().probe("fault-" + kind);
    cluster_.world().trace(kind);
    co_await strike(kind, random);
  }
}

Async<void> Nemesis::pause(Prng& random, std::int64_t low_ms, std::int64_t high_ms) {
  const Duration duration = milliseconds(random.between(low_ms, high_ms));
  co_await node_.runtime().sleep(duration);
}

AgentHost& Nemesis::any_host(Prng& random) {
  return *cluster_.hosts()[random.below(cluster_.hosts().size())];
}

runtime::SimNode& Nemesis::any_plane(Prng& random) {
  return *cluster_.planes()[random.below(cluster_.planes().size())];
}

Async<void> Nemesis::strike(const std::string& kind, Prng& random) {
  if (kind == "plane-kill") {
    co_await kill_plane(random);
  } else if (kind == "plane-crash-loop") {
    co_await crash_loop(random);
  } else if (kind == "store-fails" || kind == "store-slow") {
    co_await fail_store(kind == "store-slow", random);
  } else if (kind == "agent-kill") {
    kill_agents(1, random);
  } else if (kind == "agent-storm") {
    kill_agents(cluster_.hosts().size(), random);
  } else if (kind == "host-loss") {
    co_await lose_host(random);
  } else if (kind == "disk-rollback") {
    co_await roll_back(random);
  } else if (kind == "disk-loss") {
    lose_disk(random);
  } else if (kind == "clock-step" || kind == "clock-drift") {
    step_clock(kind == "clock-drift", random);
  } else if (kind == "buggify") {
    cluster_.world().set_buggify(true);
    co_await pause(random, 5'000, 30'000);
    cluster_.world().set_buggify(false);
  } else if (kind.starts_with("docker") || kind.starts_with("container") || kind == "registry-down") {
    co_await strike_docker(kind, random);
  } else {
    co_await strike_network(kind, random);
  }
}

Async<void> Nemesis::kill_plane(Prng& random) {
  auto& plane = any_plane(random);
  plane.kill();
  // Now and then for longer than agents are thought to be connected.
  const bool longer = random.chance(1, 8);
  const std::int64_t most = longer ? 120'000 : 15'000;
  co_await pause(random, 0, most);
  plane.restart();
}

Async<void> Nemesis::crash_loop(Prng& random) {
  auto& plane = any_plane(random);
  const auto times = random.between(3, 12);
  for (std::int64_t i = 0; i < times; ++i) {
    plane.kill();
    plane.restart();
    // From the middle of loading to the middle of the first commits.
    const std::int64_t most = random.chance(1, 2) ? 20 : 2'000;
    co_await pause(random, 0, most);
  }
}

Async<void> Nemesis::fail_store(bool slow, Prng& random) {
  auto& faults = cluster_.disk().faults;
  if (slow) {
    faults.delay_max = milliseconds(random.between(10, 2'000));
    faults.watch_delay_max = milliseconds(random.between(10, 2'000));
  } else {
    faults.lost_before = static_cast<unsigned>(random.below(200));
    faults.lost_after = static_cast<unsigned>(random.below(200));
    faults.conflicts = static_cast<unsigned>(random.below(300));
    faults.compacted = static_cast<unsigned>(random.below(100));
    faults.load_fails = static_cast<unsigned>(random.below(300));
  }
  co_await pause(random, 1'000, 20'000);
  const StoreFaults healthy;
  if (slow) {
    faults.delay_max = healthy.delay_max;
    faults.watch_delay_max = healthy.watch_delay_max;
  } else {
    faults.lost_before = faults.lost_after = faults.conflicts = faults.compacted = faults.load_fails = 0;
  }
}

void Nemesis::come_back(AgentHost& host) {
  if (host.gone) return;
  if (host.lost) host.docker.power_on();
  host.lost = false;
  if (!host.node.up()) host.node.restart();
}

Async<void> Nemesis::bring_back(AgentHost& host, Duration after) {
  co_await node_.runtime().sleep(after);
  if (!host.lost) come_back(host);
}

void Nemesis::kill_agents(std::size_t count, Prng& random) {
  for (std::size_t i = 0; i < count; ++i) {
    AgentHost& host = count == 1 ? any_host(random) : *cluster_.hosts()[i];
    if (host.lost) continue;
    host.node.kill();
    const Duration after = milliseconds(random.between(0, random.chance(1, 3) ? 40'000 : 2'000));
    group_.spawn(bring_back(host, after));
  }
}

Async<void> Nemesis::lose_host(Prng& random) {
  AgentHost& host = any_host(random);
  if (host.lost) co_return;
  host.lost = true;
  host.node.kill();
  host.docker.power_off();
  // Shorter and longer than the grace after which its tasks are replaced.
  const std::int64_t most = random.chance(1, 3) ? 420'000 : 60'000;
  co_await pause(random, 5'000, most);
  come_back(host);
}

// As a virtual machine that is taken back to a snapshot, which its containers are not.
Async<void> Nemesis::roll_back(Prng& random) {
  AgentHost& host = any_host(random);
  runtime::SimDisk before = host.node.copy_disk();
  co_await pause(random, 1'000, 10'000);
  if (host.lost || !host.node.up() || !host.node.process()) co_return;
  cluster_.fall_back(host, std::move(before));
}

// Emptied, or another one: the containers run on, and their agent knows nothing.
void Nemesis::lose_disk(Prng& random) {
  AgentHost& host = any_host(random);
  if (host.lost || !host.node.up() || !host.node.process()) return;
  cluster_.fall_back(host, runtime::SimDisk());
}

void Nemesis::step_clock(bool drift, Prng& random) {
  const auto& nodes = cluster_.world().nodes();
  auto& node = *nodes[random.below(nodes.size())];
  if (drift) {
    node.set_drift_ppm(random.between(-1'000, 1'000));
    return;
  }
  // Two clocks stay within the 15 minutes that signatures allow.
  const Duration target = milliseconds(random.between(-300'000, 300'000));
  Duration& offset = offsets_[node.index()];
  node.step_wall(target - offset);
  offset = target;
}

Async<void> Nemesis::strike_network(const std::string& kind, Prng& random) {
  auto& network = cluster_.world().network();
  if (kind == "net-loss") {
    network.options.loss_per_mille = static_cast<unsigned>(random.between(1, 150));
    co_await pause(random, 1'000, 30'000);
    network.options.loss_per_mille = 0;
  } else if (kind == "net-delay") {
    network.options.delay_max = milliseconds(random.between(50, 3'000));
    co_await pause(random, 1'000, 30'000);
    network.options.delay_max = runtime::SimNetworkOptions().delay_max;
  } else if (kind == "clog") {
    auto& agent = any_host(random).node;
    network.clog(agent, any_plane(random), milliseconds(random.between(100, 20'000)));
  } else if (kind == "plane-cut") {
    auto& plane = any_plane(random);
    network.isolate(plane);
    co_await pause(random, 1'000, 60'000);
    for (const auto& other : cluster_.world().nodes())
      if (other->index() != plane.index()) network.heal(plane, *other);
  } else {
    auto& agent = any_host(random).node;
    auto& plane = any_plane(random);
    if (kind == "partition")
      network.partition(agent, plane);
    else if (random.chance(1, 2))
      network.block(agent, plane);
    else
      network.block(plane, agent);
    const std::int64_t most = random.chance(1, 4) ? 200'000 : 40'000;
    co_await pause(random, 1'000, most);
    network.heal(agent, plane);
  }
}

Async<void> Nemesis::strike_docker(const std::string& kind, Prng& random) {
  auto& docker = any_host(random).docker;
  if (kind == "docker-restart") {
    const auto containers =
        random.chance(1, 2) ? DockerHost::Containers::survive : DockerHost::Containers::die;
    docker.restart_daemon(milliseconds(random.between(100, 30'000)), containers);
    co_return;
  }
  if (kind == "container-return") {
    const auto over = [&](const std::string& task_arn) {
      const auto* task = cluster_.ledger().find_task(task_arn);
      return task && task->last_status == domain::TaskStatus::stopped;
    };
    if (docker.return_one(over)) cluster_.world().probe("container-returned");
    co_return;
  }
  if (kind == "container-exit" || kind == "container-oom") {
    static_cast<void>(docker.fail_one(kind == "container-oom"));
    co_return;
  }
  auto& faults = docker.faults;
  if (kind == "docker-calls") {
    faults.reply_lost = static_cast<unsigned>(random.below(300));
    faults.refused = static_cast<unsigned>(random.below(100));
  } else if (kind == "docker-events") {
    faults.events_lost = static_cast<unsigned>(random.below(700));
    faults.events_mixed = static_cast<unsigned>(random.below(500));
  } else if (kind == "docker-slow") {
    faults.slow = static_cast<unsigned>(random.below(500));
  } else {
    faults.registry_down = true;
  }
  co_await pause(random, 2'000, 40'000);
  if (kind == "docker-calls")
    faults.reply_lost = faults.refused = 0;
  else if (kind == "docker-events")
    faults.events_lost = faults.events_mixed = 0;
  else if (kind == "docker-slow")
    faults.slow = 0;
  else
    faults.registry_down = false;
}

void Nemesis::heal() {
  group_.cancel();
  cluster_.world().run(node_, group_.drain());
  auto& world = cluster_.world();
  world.set_buggify(false);
  world.network().heal_all();
  world.network().options = runtime::SimNetworkOptions();
  cluster_.disk().faults = StoreFaults();
  for (const auto& node : world.nodes()) {
    node->set_drift_ppm(0);
  }
  for (const auto& host : cluster_.hosts()) {
    host->docker.faults = DockerFaults();
    if (host->gone) {
      host->lost = true;
      host->node.kill();
      host->docker.power_off();
      continue;
    }
    host->docker.power_on();
    come_back(*host);
  }
  for (auto* plane : cluster_.planes())
    if (!plane->up()) plane->restart();
}

}  // namespace berth::sim
