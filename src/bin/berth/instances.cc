#include "bin/berth/instances.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>
#include <sstream>

#include "bin/berth/control_plane.h"
#include "bin/berth/host_network.h"
#include "bin/berth/instance_programs.h"
#include "bin/berth/reserved_ports.h"
#include "bin/berth/sweep.h"
#include "runtime/real/signals.h"
#include "runtime/sync.h"
#include "runtime/task_group.h"

namespace berth::cli {
namespace {

constexpr Duration kConnectTimeout = std::chrono::seconds(60);
// Docker gives each container ten seconds of its own, more if the container asks for them.
constexpr Duration kEngineStopTimeout = std::chrono::seconds(60);
constexpr std::array<const char*, 3> kStopOrder = {"berth-agent", "dockerd", "containerd"};

struct Tool {
  const char* name;
  const char* package;
};
constexpr std::array<Tool, 6> kTools = {{{"ip", "iproute2"},
                                         {"iptables", "iptables"},
                                         {"nsenter", "util-linux"},
                                         {"containerd", "containerd"},
                                         {"dockerd", "docker.io"},
                                         {"docker", "docker.io (docker-cli)"}}};

bool in_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (access((folder + "/" + program).c_str(), X_OK) == 0) return true;
  return false;
}

Result<void> check_machine() {
  if (geteuid() != 0)
    return invalid("`up --instances` needs root: it makes network namespaces, a bridge and firewall rules");
  for (const auto& tool : kTools)
    if (!in_path(tool.name))
      return invalid(
          fmt::format("`up --instances` needs the program {}, which is not in PATH: install Debian's "
                      "package {}",
                      tool.name, tool.package));
  return {};
}

std::string plan_file(const CommandContext& context) {
  return context.installation.data_dir + "/instances/instances.json";
}

std::optional<InstancePlan> read_plan(CommandContext& context) {
  const auto text = context.files.read(plan_file(context), 1U << 16);
  if (!text) return std::nullopt;
  auto plan = parse_plan(*text);
  return plan ? std::optional(*std::move(plan)) : std::nullopt;
}

InstanceNames names_of(CommandContext& context, std::uint32_t block) {
  const auto machine_id = context.files.read("/etc/machine-id", 256);
  return {canonical_folder(context.installation.data_dir), machine_id ? *machine_id : std::string(), block};
}

// The plan of this `up`: the one that is up already, if it is the same, or a new one with free addresses.
Async<Result<InstancePlan>> decide_plan(CommandContext& context) {
  const auto& installation = context.installation;
  auto zones = parse_zones(installation.zones, installation.region);
  if (!zones) co_return std::move(zones).error();
  const auto present = read_plan(context);
  if (present && (present->count != installation.instances || present->zones != *zones))
    co_return invalid(fmt::format("{} instances in {} are up already: `berth down` first", present->count,
                                  fmt::join(present->zones, ",")));
  if (present) co_return *present;
  auto networks = co_await list_networks(context);
  if (!networks) co_return std::move(networks).error();
  auto block = choose_block(*networks);
  if (!block) co_return std::move(block).error();
  InstancePlan plan{installation.instances, *std::move(zones), *block};
  auto made = context.files.make_directories(installation.data_dir + "/instances", 0711);
  if (made) made = context.files.write_atomically(plan_file(context), render_json(render_plan(plan)));
  if (!made) co_return made.error();
  co_return plan;
}

// An instance's namespace counts as made when the note of it, which no reboot survives, is there too.
Async<Result<void>> ensure_network(CommandContext& context, const InstanceNames& names, int instance) {
  const auto note = names.runtime_dir(instance) + "/network";
  const auto made_before = context.files.read(note, 64);
  if (made_before && access(names.namespace_path(instance).c_str(), F_OK) == 0) co_return Result<void>();
  auto swept = co_await sweep_instance(context, names, instance);
  if (!swept) co_return swept;
  co_await remove_namespace(context, names, instance);
  if (auto folder = context.files.make_directories(names.runtime_dir(instance), 0711); !folder)
    co_return folder;
  auto made = co_await make_namespace(context, names, instance);
  if (!made) co_return made;
  co_return context.files.write_atomically(note, names.address(instance) + "\n");
}

std::vector<std::string> images_of(const Installation& installation) {
  std::vector<std::string> images;
  std::istringstream list(installation.images.empty() ? "busybox:latest" : installation.images);
  for (std::string image; std::getline(list, image, ',');)
    if (!image.empty()) images.push_back(image);
  return images;
}

ShownInstance shown_instance(const InstancePlan& plan, const InstanceNames& names, int instance) {
  return {instance,
          names.instance_id(instance),
          plan.zones[static_cast<std::size_t>(instance - 1) % plan.zones.size()],
          names.address(instance),
          names.docker_host(instance),
          {}};
}

// Lines of the agents' logs that tell why they do not connect.
std::string told_by_agents(CommandContext& context, const InstancePlan& plan, const InstanceNames& names) {
  std::string told;
  for (int instance = 1; instance <= plan.count; ++instance) {
    const auto agent = instance_program(names, instance, "berth-agent");
    const auto lines = told_since(context, agent, 0);
    if (!lines.empty()) told += fmt::format("\n  instance {}:{}", instance, lines);
  }
  return told;
}

Async<Result<void>> start_instances(CommandContext& context, const InstancePlan& plan,
                                    const InstanceNames& names, const Credentials& credentials) {
  for (int instance = 1; instance <= plan.count; ++instance) {
    auto made = co_await ensure_network(context, names, instance);
    if (!made) co_return made;
    const InstanceSite site{plan, names, instance};
    if (auto started = start_engine(context, site); !started) co_return started;
  }
  const auto images = images_of(context.installation);
  for (int instance = 1; instance <= plan.count; ++instance) {
    const InstanceSite site{plan, names, instance};
    auto answers = co_await wait_engine(context, site);
    if (!answers) co_return answers;
    co_await copy_images(context, site, images);
    if (auto started = start_instance_agent(context, site, credentials); !started) co_return started;
  }
  std::vector<std::string> ids;
  for (int instance = 1; instance <= plan.count; ++instance) ids.push_back(names.instance_id(instance));
  std::function<bool()> alive = [&] {
    for (int instance = 1; instance <= plan.count; ++instance)
      if (!running(context, instance_program(names, instance, "berth-agent"))) return false;
    return true;
  };
  const auto missing =
      co_await wait_connected(context, credentials, std::move(ids), kConnectTimeout, std::move(alive));
  if (!missing.empty())
    co_return unavailable(fmt::format("{} of {} agents do not connect:{}\n  the whole logs: {}/logs/",
                                      missing.size(), plan.count, told_by_agents(context, plan, names),
                                      context.installation.data_dir));
  for (int instance = 1; instance <= plan.count; ++instance)
    fmt::print("{}", render_instance(shown_instance(plan, names, instance)));
  co_return Result<void>();
}

Async<Result<void>> bring_up(CommandContext& context) {
  const auto plan = co_await decide_plan(context);
  if (!plan) co_return plan.error();
  const auto names = names_of(context, plan->block);
  auto bridge = co_await make_bridge(context, names);
  if (!bridge) co_return bridge;
  auto listen = fmt::format("{}:{}", names.bridge_address(), context.installation.port);
  const auto credentials = co_await start_control_plane(context, std::move(listen));
  if (!credentials) co_return credentials.error();
  auto started = co_await start_instances(context, *plan, names, *credentials);
  co_return started;
}

Async<void> bring_up_into(CommandContext& context, std::optional<Result<void>>& outcome,
                          runtime::Notifier& done) {
  outcome = co_await bring_up(context);
  done.notify();
}

Async<void> wait_into(std::optional<int>& signal, runtime::Notifier& done) {
  std::vector<int> signals = {SIGINT, SIGTERM, SIGHUP};
  signal = co_await runtime::wait_signal(std::move(signals));
  done.notify();
}

// Brings everything up; a signal ends that early.
Async<Result<void>> bring_up_or_signal(CommandContext& context) {
  runtime::Notifier changed(context.executor);
  std::optional<Result<void>> outcome;
  std::optional<int> signal;
  runtime::TaskGroup parts(context.executor);
  parts.spawn(wait_into(signal, changed));
  parts.spawn(bring_up_into(context, outcome, changed));
  while (!signal && !outcome) co_await changed.wait();
  parts.cancel();
  co_await parts.drain();
  if (outcome) co_return *outcome;
  co_return Error{ErrorCode::cancelled, "interrupted", Retry::no};
}

}  // namespace

Async<int> up_instances(CommandContext& context) {
  if (auto checked = check_machine(); !checked) co_return fail(checked.error().message);
  auto& installation = context.installation;
  installation.data_dir = canonical_folder(installation.data_dir);
  if (auto made = context.files.make_directories(installation.data_dir, 0700); !made)
    co_return fail(made.error().message);
  const bool were_up = read_plan(context).has_value();
  const bool berthd_ran = running(context, host_program(context, "berthd"));
  reserve_agent_ports(context);
  const auto done = co_await bring_up_or_signal(context);
  if (done) co_return 0;
  (void)fail(done.error().message);
  // Instances that were up before are not this command's to take down.
  if (were_up) co_return 1;
  const auto removed = co_await down_instances(context);
  if (!removed) (void)fail(removed.error().message);
  std::vector<Program> berthd(1, host_program(context, "berthd"));
  if (!berthd_ran) co_await stop(context, std::move(berthd), kStopTimeout, Tell::nothing);
  co_return 1;
}

Async<Result<void>> down_instances(CommandContext& context) {
  const auto plan = read_plan(context);
  if (!plan) co_return Result<void>();
  if (geteuid() != 0) co_return invalid("the instances can be taken down by root only");
  const auto names = names_of(context, plan->block);
  // All at once: each may need its time.
  for (const char* name : kStopOrder) {
    std::vector<Program> programs;
    for (int instance = 1; instance <= plan->count; ++instance)
      programs.push_back(instance_program(names, instance, name));
    co_await stop(context, std::move(programs), kEngineStopTimeout, Tell::nothing);
  }
  Result<void> outcome;
  for (int instance = 1; instance <= plan->count; ++instance) {
    auto swept = co_await sweep_instance(context, names, instance);
    if (!swept) outcome = std::move(swept);
    co_await remove_namespace(context, names, instance);
    if (outcome) fmt::print("instance {}: stopped\n", instance);
  }
  co_await remove_bridge(context, names);
  // Kept when something is left, so that the next `down` finds it.
  if (outcome) outcome = context.files.remove(plan_file(context));
  co_return outcome;
}

std::vector<ShownInstance> shown_instances(CommandContext& context) {
  std::vector<ShownInstance> shown;
  const auto plan = read_plan(context);
  if (!plan) return shown;
  const auto names = names_of(context, plan->block);
  for (int instance = 1; instance <= plan->count; ++instance) {
    shown.push_back(shown_instance(*plan, names, instance));
    for (const char* name : kStopOrder)
      if (!running(context, instance_program(names, instance, name))) shown.back().missing.emplace_back(name);
  }
  return shown;
}

std::string render_instance(const ShownInstance& instance) {
  std::string text = fmt::format("instance {}: {} in {}, address {}, engine: docker -H {}\n", instance.number,
                                 instance.id, instance.zone, instance.address, instance.docker_host);
  for (const auto& program : instance.missing) text += fmt::format("  {} does not run\n", program);
  return text;
}

}  // namespace berth::cli
