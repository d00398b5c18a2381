#include "bin/berth_agent/host_services.h"

#include <spdlog/sinks/rotating_file_sink.h>

#include "base/log.h"

namespace berth::agent_program {
namespace {

namespace host = agent::drivers::host;

/// iptables and systemctl answer at once, or not at all.
constexpr Duration kCommandTimeout = std::chrono::seconds(20);
constexpr std::size_t kAuditLogBytesMax = 10U << 20;
constexpr std::size_t kAuditLogsKept = 3;
/// Where the guide's command line mounts the agent's data in its container; Docker sees another folder.
constexpr std::string_view kDataInContainer = "/data";

std::string trimmed(std::string folder) {
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  return folder;
}

}  // namespace

HostServices::HostServices(const agent::config::AgentConfig& config, runtime::Files& files,
                           runtime::Processes& processes, const runtime::Clock& clock)
    : config_(config),
      files_(files),
      processes_(processes),
      clock_(clock),
      secrets_(files, trimmed(config.secrets_dir), trimmed(config.environment_files_dir)) {}

Async<Result<void>> HostServices::run(std::vector<std::string> argv) {
  runtime::ProcessSpec spec;
  spec.argv = std::move(argv);
  auto outcome = co_await processes_.run(std::move(spec), kCommandTimeout);
  if (!outcome) co_return outcome.error();
  if (outcome->exit_code != 0) co_return internal_error(outcome->stderr_text);
  co_return Result<void>();
}

void HostServices::prepare(const agent::engine::EngineInfo& engine,
                           const agent::session::Registered& registered) {
  const auto run_command = [this](std::vector<std::string> argv) { return run(std::move(argv)); };
  const host::Layout layout = host::layout_of(engine.cgroup_driver, engine.cgroup_version);
  cgroups_.emplace(control_files_, run_command, layout, config_.cgroup_path);
  counters_.emplace(control_files_, clock_, layout, host::CounterRoots{.cgroups = config_.cgroup_path});
  if (config_.metadata_route) route_.emplace(control_files_, run_command, agent::endpoints::kTaskServerPort);
  if (!config_.enable_container_metadata) return;
  const std::string data =
      trimmed(config_.data_dir.empty() ? std::string(kDataInContainer) : config_.data_dir);
  const std::string seen = data == kDataInContainer ? trimmed(config_.host_data_dir) + "/data" : data;
  metadata_files_.emplace(
      files_, data + "/metadata", seen + "/metadata",
      agent::tasks::MetadataFileFacts{registered.cluster, registered.container_instance_arn,
                                      registered.availability_zone});
}

void HostServices::add_to(agent::tasks::TaskManager::Deps& deps, agent::tasks::TaskManagerOptions& options) {
  if (cgroups_) deps.cgroups = &*cgroups_;
  deps.secrets = &secrets_;
  if (metadata_files_) deps.metadata_files = &*metadata_files_;
  deps.kernel_files = &files_;
  options.task_limits = config_.enable_task_cpu_mem_limit;
  options.mapping.task_pids_limit = config_.task_pids_limit;
  options.mapping.log_max_size = config_.container_log_max_size;
  options.mapping.log_max_files = config_.container_log_max_files;
  options.mapping.ipv6_ports = !config_.exclude_ipv6_port_binding;
  if (const auto& range = config_.dynamic_host_port_range)
    options.dynamic_ports = agent::tasks::PortRange{range->first, range->second};
  options.reserved_ports.insert(config_.reserved_ports.begin(), config_.reserved_ports.end());
  options.reserved_ports.insert(config_.reserved_ports_udp.begin(), config_.reserved_ports_udp.end());
  options.image_cleanup = !config_.disable_image_cleanup &&
                          config_.image_pull_behavior != agent::config::PullBehavior::prefer_cached;
  options.image_cleanup_interval = config_.image_cleanup_interval;
  options.cleanup.minimum_age = config_.image_minimum_cleanup_age;
  options.cleanup.untracked = config_.enable_untracked_cleanup;
  options.cleanup.untracked_age = config_.untracked_minimum_cleanup_age;
  options.cleanup.untracked_containers_per_cycle = static_cast<int>(config_.untracked_containers_per_cycle);
  options.cleanup.per_cycle = static_cast<int>(config_.images_delete_per_cycle);
  options.cleanup.excluded.insert(config_.exclude_untracked_images.begin(),
                                  config_.exclude_untracked_images.end());
}

Async<void> HostServices::open_route() {
  if (!route_) co_return;
  const auto opened = co_await route_->install();
  if (opened) co_return;
  spdlog::warn("agent: containers will not find task metadata and credentials at 169.254.170.2: {}",
               opened.error().message);
  route_.reset();
}

Async<void> HostServices::close_route() {
  if (route_) co_await route_->remove();
}

agent::endpoints::TaskServerHandler::Audit HostServices::audit() {
  const std::string folder = config_.audit_log_file.substr(0, config_.audit_log_file.rfind('/') + 1);
  if (config_.audit_log_disabled || folder.empty() || !control_files_.exists(folder)) return {};
  try {
    auto sink = std::make_shared<spdlog::sinks::rotating_file_sink_st>(config_.audit_log_file,
                                                                       kAuditLogBytesMax, kAuditLogsKept);
    auto log = std::make_shared<spdlog::logger>("audit", std::move(sink));
    log->set_pattern("%v");
    log->flush_on(spdlog::level::info);
    return [log](const agent::endpoints::AuditEntry& entry) {
      log->info("{}", agent::endpoints::render_audit_line(entry));
    };
  } catch (const spdlog::spdlog_ex& problem) {
    spdlog::warn("agent: no audit log: {}", problem.what());
    return {};
  }
}

}  // namespace berth::agent_program
