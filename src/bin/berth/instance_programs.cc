#include "bin/berth/instance_programs.h"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <sstream>

#include "http/client.h"

namespace berth::cli {
namespace {

constexpr Duration kEngineTimeout = std::chrono::seconds(60);

// nsenter, not `ip netns exec`: the latter mounts a /sys of its own, which hides the control groups.
std::vector<std::string> inside(const InstanceSite& site, std::vector<std::string> words) {
  words.insert(words.begin(), {"nsenter", "--net=" + site.names.namespace_path(site.instance), "--"});
  return words;
}

// TOML escapes what JSON escapes, quotes in the names of folders among it.
std::string quoted(const std::string& text) {
  return render_json(JsonValue(text));
}

std::string containerd_config(const InstanceSite& site) {
  return fmt::format(
      "version = 2\nroot = {0}\nstate = {1}\n"
      "disabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n[grpc]\n  address = {2}\n",
      quoted(site.names.data_dir(site.instance) + "/containerd"),
      quoted(site.names.runtime_dir(site.instance) + "/containerd"),
      quoted(site.names.containerd_socket(site.instance)));
}

std::string dockerd_config(const InstanceSite& site) {
  const auto& names = site.names;
  JsonObject config;
  JsonArray hosts;
  hosts.emplace_back(names.docker_host(site.instance));
  config["hosts"] = std::move(hosts);
  config["data-root"] = names.data_dir(site.instance) + "/docker";
  config["exec-root"] = names.runtime_dir(site.instance) + "/exec";
  config["pidfile"] = names.runtime_dir(site.instance) + "/engine.pid";
  config["containerd"] = names.containerd_socket(site.instance);
  config["bip"] = names.docker_address(site.instance);
  return render_json(config);
}

std::int64_t memory_mib(CommandContext& context) {
  const auto text = context.files.read("/proc/meminfo");
  if (!text) return 0;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("MemTotal:")) return std::atoll(line.c_str() + std::strlen("MemTotal:")) / 1024;
  return 0;
}

std::vector<std::string> docker(const InstanceSite& site, std::vector<std::string> words) {
  words.insert(words.begin(), {"docker", "-H", site.names.docker_host(site.instance)});
  return words;
}

// Both engines name an image by the digest of its configuration, so equal ids are equal images.
Async<Result<std::string>> image_id(CommandContext& context, std::vector<std::string> docker_words,
                                    std::string image) {
  docker_words.insert(docker_words.end(), {"image", "inspect", "--format", "{{.Id}}", std::move(image)});
  auto id = co_await run_tool(context, std::move(docker_words));
  co_return id;
}

Async<Result<void>> copy_image(CommandContext& context, InstanceSite site, std::string image) {
  std::vector<std::string> here(1, "docker");
  const auto wanted = co_await image_id(context, std::move(here), image);
  if (!wanted) co_return wanted.error();
  auto there = docker(site, {});
  const auto present = co_await image_id(context, std::move(there), image);
  if (present && *present == *wanted) co_return Result<void>();
  const auto file = site.names.runtime_dir(site.instance) + "/image.tar";
  std::vector<std::string> save = {"docker", "save", "--output", file, image};
  auto saved = co_await run_tool(context, std::move(save));
  if (!saved) co_return std::move(saved).error();
  auto load = docker(site, {"load", "--quiet", "--input", file});
  auto loaded = co_await run_tool(context, std::move(load));
  (void)context.files.remove(file).ok();
  if (!loaded) co_return std::move(loaded).error();
  co_return Result<void>();
}

}  // namespace

Program instance_program(const InstanceNames& names, int instance, const std::string& name) {
  return {name, names.pid_file(instance, name), names.log_file(instance, name)};
}

Result<void> start_engine(CommandContext& context, const InstanceSite& site) {
  const auto& names = site.names;
  const auto runtime_dir = names.runtime_dir(site.instance);
  if (auto made = context.files.make_directories(names.data_dir(site.instance), 0711); !made) return made;
  const auto containerd = instance_program(names, site.instance, "containerd");
  if (!running(context, containerd)) {
    const auto config = runtime_dir + "/containerd.toml";
    if (auto made = context.files.write_atomically(config, containerd_config(site)); !made) return made;
    auto started = start(context, containerd,
                         inside(site, {"containerd", "--log-level", "warn", "--config", config}), {});
    if (!started) return started;
  }
  const auto dockerd = instance_program(names, site.instance, "dockerd");
  if (running(context, dockerd)) return {};
  // Left by one that was killed, it would keep the next from starting once its number is taken again.
  (void)context.files.remove(runtime_dir + "/engine.pid").ok();
  const auto config = runtime_dir + "/daemon.json";
  if (auto made = context.files.write_atomically(config, dockerd_config(site)); !made) return made;
  return start(context, dockerd, inside(site, {"dockerd", "--log-level", "warn", "--config-file", config}),
               {});
}

Async<Result<void>> wait_engine(CommandContext& context, InstanceSite site) {
  const auto containerd = instance_program(site.names, site.instance, "containerd");
  const auto dockerd = instance_program(site.names, site.instance, "dockerd");
  auto caller =
      http::make_http_caller(site.names.docker_host(site.instance), {}, context.executor, context.runtime);
  if (!caller) co_return std::move(caller).error();
  const auto deadline = context.runtime.clock().monotonic() + kEngineTimeout;
  for (;;) {
    runtime::HttpRequest ping;
    ping.method = "GET";
    ping.target = "/_ping";
    ping.headers.push_back({"Host", "docker"});
    const auto answer = co_await (*caller)->call(std::move(ping), kEngineTimeout);
    if (answer && answer->status == 200) co_return Result<void>();
    const bool containerd_ended = !running(context, containerd);
    if (context.runtime.clock().monotonic() > deadline || containerd_ended || !running(context, dockerd)) {
      const auto& culprit = containerd_ended ? containerd : dockerd;
      co_return unavailable(
          fmt::format("the Docker Engine of instance {} does not answer: {} says{}\n  the whole log: {}",
                      site.instance, culprit.name, told_since(context, culprit, 0), culprit.log_file));
    }
    co_await context.runtime.sleep(kPoll);
  }
}

Async<void> copy_images(CommandContext& context, InstanceSite site, std::vector<std::string> images) {
  for (auto& image : images) {
    const auto copied = co_await copy_image(context, site, image);
    if (!copied)
      fmt::print(stderr, "berth: the image {} is not copied to instance {}: {}\n", image, site.instance,
                 copied.error().message);
  }
}

Result<void> start_instance_agent(CommandContext& context, const InstanceSite& site,
                                  const Credentials& credentials) {
  const auto& installation = context.installation;
  const auto& names = site.names;
  const auto agent = instance_program(names, site.instance, "berth-agent");
  if (running(context, agent)) return {};
  const auto agent_dir = names.data_dir(site.instance) + "/agent";
  if (auto made = context.files.make_directories(agent_dir, 0700); !made) return made;
  const auto& zones = site.plan.zones;
  // Together the instances offer the memory that the machine has, not a multiple of it.
  const auto reserved = memory_mib(context) * (site.plan.count - 1) / site.plan.count;
  return start(
      context, agent, inside(site, {program_folder() + "/berth-agent"}),
      {{"ECS_BACKEND_HOST", fmt::format("https://{}:{}", names.bridge_address(), installation.port)},
       {"SSL_CERT_FILE", installation.data_dir + "/ca.pem"},
       {"ECS_CLUSTER", installation.cluster == "default" ? "" : installation.cluster},
       {"ECS_DATADIR", agent_dir},
       {"ECS_LOGLEVEL", "info"},
       {"ECS_RESERVED_MEMORY", std::to_string(reserved)},
       {"DOCKER_HOST", names.docker_host(site.instance)},
       {"BERTH_INSTANCE_ID", names.instance_id(site.instance)},
       {"BERTH_AVAILABILITY_ZONE", zones[static_cast<std::size_t>(site.instance - 1) % zones.size()]},
       {"AWS_DEFAULT_REGION", installation.region},
       {"AWS_ACCESS_KEY_ID", credentials.access_key_id},
       {"AWS_SECRET_ACCESS_KEY", credentials.secret}});
}

}  // namespace berth::cli
