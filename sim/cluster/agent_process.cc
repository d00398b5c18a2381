#include "sim/cluster/agent_process.h"

#include <utility>

#include "agent/session/wanted_tasks.h"
#include "base/log.h"
#include "bin/berth_agent/program.h"

namespace berth::sim {
namespace {

namespace session = agent::session;
using agent_program::kExitOk;
using agent_program::kExitRestart;
using agent_program::kExitTerminal;

constexpr Duration kDockerRetry = std::chrono::seconds(2);

int fail(const std::string& message, int code) {
  spdlog::critical("agent: {}", message);
  return code;
}

session::Endpoint endpoint_of(const agent::config::AgentConfig& config) {
  auto endpoint = session::make_endpoint(config.backend_host, config.region,
                                         {config.access_key_id, config.secret_access_key, {}});
  check(endpoint.ok(), "the endpoint of a simulated agent");
  return *std::move(endpoint);
}

}  // namespace

AgentProcess::AgentProcess(runtime::SimNode& node, Deps deps)
    : node_(node),
      deps_(deps),
      facts_(deps.facts),
      files_(node.files(), deps.mutant),
      store_(files_, deps.config.checkpoint ? deps.config.data_dir : std::string()),
      driver_(deps.docker, node.runtime()),
      containers_(driver_, deps.mutant),
      caller_(deps.world.network(), node, deps.addresses),
      dialer_(deps.world.network(), node, deps.addresses),
      api_(std::make_unique<session::EcsApi>(endpoint_of(deps.config), caller_, node.runtime())),
      reports_(std::make_unique<session::ReportSender>(*api_, node.runtime(), registered_)),
      report_sink_(std::make_unique<MutantReports>(*reports_, deps.mutant, deps.deliveries)),
      sessions_(node.executor()) {
  sessions_.spawn(start(*this));
}

Async<void> AgentProcess::start(AgentProcess& self) {
  const int code = co_await self.run();
  if (code != kExitOk) self.exit_code_ = code;
}

Async<int> AgentProcess::run() {
  co_await wait_for_docker();
  auto saved = load_saved();
  if (!saved) co_return fail(saved.error().message, kExitTerminal);
  const auto if_unknown =
      store_.agent().deregistered ? session::IfUnknown::give_up : session::IfUnknown::register_anew;
  auto outcome = co_await session::register_instance(*api_, deps_.config, facts_, *std::move(saved),
                                                     if_unknown, node_.runtime());
  if (const auto* failure = std::get_if<session::RegistrationFailure>(&outcome))
    co_return fail(failure->message, failure->terminal ? kExitTerminal : kExitRestart);
  registered_ = std::get<session::Registered>(std::move(outcome));
  auto written = store_.save_agent({cluster(), registered_.container_instance_arn,
                                    session::instance_id_of(deps_.config, facts_), "berth.local", sequence_});
  if (!written) co_return fail(written.error().message, kExitRestart);
  const int code = co_await start_tasks();
  co_return code;
}

Async<void> AgentProcess::wait_for_docker() {
  for (;;) {
    auto version = co_await containers_.version();
    if (version) {
      facts_.docker_version = version->version;
      facts_.docker_api_version = version->api_version;
      break;
    }
    co_await node_.runtime().sleep(kDockerRetry);
  }
  auto info = co_await containers_.info();
  if (info) facts_.volume_plugins = info->volume_plugins;
}

Result<std::string> AgentProcess::load_saved() {
  if (auto prepared = store_.prepare(); !prepared) return prepared.error();
  auto saved = store_.load_agent();
  if (!saved) return std::move(saved).error();
  if (!*saved) return std::string();
  if (!(*saved)->instance_id.empty() &&
      (*saved)->instance_id != session::instance_id_of(deps_.config, facts_)) {
    if (auto cleared = store_.clear(); !cleared) return cleared.error();
    return std::string();
  }
  if (auto same = agent::state::check_same_agent(**saved, cluster(), "berth.local"); !same)
    return same.error();
  sequence_ = (*saved)->sequence;
  return (*saved)->container_instance_arn;
}

Async<int> AgentProcess::start_tasks() {
  const auto& config = deps_.config;
  agent::tasks::TaskManagerOptions options;
  options.engine.stop_timeout = config.container_stop_timeout;
  options.engine.cleanup_wait = config.task_cleanup_wait;
  options.engine.pull_dependents_upfront = config.pull_dependent_containers_upfront;
  options.mapping.cluster = registered_.cluster;
  options.mapping.container_instance_arn = registered_.container_instance_arn;
  options.mapping.host = session::host_label(registered_, session::instance_id_of(deps_.config, facts_));
  options.pull_behavior = config.image_pull_behavior;
  options.host_cpu = std::int64_t{facts_.cpus} * 1024;
  options.host_memory_mib = facts_.memory_mib - config.reserved_memory_mib;
  agent::tasks::TaskManager::Deps deps{containers_, node_.runtime(), store_, *report_sink_, {}};
  if (!deps_.mutant.is("strays-of-before-kept"))
    deps.find_wanted = [this](std::vector<std::string> tasks) {
      return session::find_wanted_tasks(*api_, registered_.cluster, std::move(tasks));
    };
  tasks_ = std::make_unique<agent::tasks::TaskManager>(std::move(deps), std::move(options));
  if (auto loaded = tasks_->load(); !loaded) co_return fail(loaded.error().message, kExitTerminal);
  co_await tasks_->resume();
  tasks_->start();
  task_sink_ = std::make_unique<MutantTasks>(*tasks_, deps_.mutant, deps_.deliveries, registered_);
  session::AcsDeps acs{
      *api_,
      dialer_,
      node_.runtime(),
      *task_sink_,
      *report_sink_,
      registered_,
      facts_.docker_version,
      {},
      [this](const model::acs::IAMRoleCredentials& fresh) { return tasks_->set_credentials(fresh); },
      [this] { task_sink_->connected(); },
      [this] { return register_again(); },
      [this] {
        agent::state::AgentRecord record = store_.agent();
        record.deregistered = true;
        static_cast<void>(store_.save_agent(record));
      }};
  acs_ = std::make_unique<session::AcsSession>(std::move(acs));
  sessions_.spawn(acs_->run());
  if (!config.disable_metrics) {
    agent::telemetry::TcsDeps telemetry{*api_,       dialer_, node_.runtime(),       containers_, *tasks_,
                                        registered_, "1.0.0", facts_.docker_version, true};
    tcs_ = std::make_unique<agent::telemetry::TcsSession>(std::move(telemetry));
    tcs_->start(sessions_);
  }
  co_return kExitOk;
}

Async<void> AgentProcess::register_again() {
  auto outcome =
      co_await session::register_instance(*api_, deps_.config, facts_, registered_.container_instance_arn,
                                          session::IfUnknown::register_anew, node_.runtime());
  if (!std::holds_alternative<session::Registered>(outcome)) co_return;
  registered_ = std::get<session::Registered>(std::move(outcome));
  tasks_->set_instance(registered_.container_instance_arn,
                       session::host_label(registered_, session::instance_id_of(deps_.config, facts_)));
  agent::state::AgentRecord record = store_.agent();
  record.container_instance_arn = registered_.container_instance_arn;
  static_cast<void>(store_.save_agent(record));
}

Async<void> AgentProcess::stop() {
  sessions_.cancel();
  co_await sessions_.drain();
  if (tasks_) co_await tasks_->stop();
}

}  // namespace berth::sim
