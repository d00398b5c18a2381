#include "bin/berth_agent/program.h"

#include <fmt/format.h>

#include <csignal>
#include <memory>

#include "agent/drivers/docker/docker_runtime.h"
#include "agent/drivers/docker/registry_auth.h"
#include "agent/endpoints/endpoint_limits.h"
#include "agent/endpoints/handlers.h"
#include "agent/logs/log_shipper.h"
#include "agent/session/acs_session.h"
#include "agent/session/advice.h"
#include "agent/session/report_sender.h"
#include "agent/session/wanted_tasks.h"
#include "agent/state/state_store.h"
#include "agent/telemetry/tcs_session.h"
#include "agent/update/updater.h"
#include "base/log.h"
#include "bin/berth_agent/data_lock.h"
#include "bin/berth_agent/host_services.h"
#include "bin/berth_agent/local_peers.h"
#include "bin/berth_agent/state_view.h"
#include "http/client.h"
#include "http/server.h"
#include "runtime/real/io_threads.h"
#include "runtime/real/process_limits.h"
#include "runtime/real/real_files.h"
#include "runtime/real/real_processes.h"
#include "runtime/real/real_runtime.h"
#include "runtime/real/signals.h"

namespace berth::agent_program {
namespace {

using agent::config::AgentConfig;
using agent::session::HostFacts;
using agent::session::IfUnknown;
using agent::session::Registered;
namespace docker = agent::drivers::docker;
namespace session = agent::session;

constexpr std::size_t kPemBytesMax = 1U << 20;
constexpr Duration kDockerRetry = std::chrono::seconds(2);
/// For an agent that is stopping to let go of the data folder.
constexpr Duration kLockRetry = std::chrono::milliseconds(500);
constexpr int kLockTriesMax = 20;
constexpr const char* kLicense = "Apache License, Version 2.0\n";

// Everything of a running agent, on one event loop; built step by step by start().
class Agent {
 public:
  /// `end` asks for the end of the process with an exit code.
  Agent(const AgentConfig& config, HostFacts facts, runtime::RealRuntime& runtime,
        std::function<void(int)> end)
      : config_(config),
        facts_(std::move(facts)),
        runtime_(runtime),
        store_(files_, config.checkpoint ? data_dir(config) : std::string()),
        processes_(runtime),
        host_(config, files_, processes_, runtime.clock()),
        sessions_(runtime.executor()),
        end_(std::move(end)) {}

  /// kExitOk when it runs.
  Async<int> start() {
    if (auto built = build(); !built) co_return fail(built.error().message, kExitTerminal);
    auto locked = co_await lock_data();
    if (!locked) co_return fail(locked.error().message, kExitRestart);
    co_await wait_for_docker();
    spdlog::info("statemanager: Loading state!");
    auto saved = load_saved();
    if (!saved) co_return fail(saved.error().message, kExitTerminal);
    spdlog::info("main: Registering Instance with ECS");
    const auto if_unknown = store_.agent().deregistered ? IfUnknown::give_up : IfUnknown::register_anew;
    auto outcome =
        co_await session::register_instance(*api_, config_, facts_, std::move(*saved), if_unknown, runtime_);
    if (const auto* failure = std::get_if<session::RegistrationFailure>(&outcome))
      co_return fail(failure->message, failure->terminal ? kExitTerminal : kExitRestart);
    registered_ = std::get<Registered>(std::move(outcome));
    spdlog::info("api client: Registered!");
    spdlog::info("agent: registered as {} in cluster {}", registered_.container_instance_arn,
                 registered_.cluster);
    spdlog::info("main: Registration completed successfully containerInstance={} cluster={}",
                 registered_.container_instance_arn, registered_.cluster);
    spdlog::info("statemanager: Saving state!");
    if (auto written = save_identity(); !written) co_return fail(written.error().message, kExitRestart);
    const int code = co_await start_tasks();
    co_return code;
  }

  Async<void> stop() {
    if (updater_) co_await updater_->stop();
    sessions_.cancel();
    co_await sessions_.drain();
    if (introspection_) co_await introspection_->stop();
    if (task_server_) co_await task_server_->stop();
    if (tasks_) co_await tasks_->stop();
    co_await host_.close_route();
  }

 private:
  static std::string data_dir(const AgentConfig& config) {
    return config.data_dir.empty() ? "/data" : config.data_dir;
  }

  static int fail(const std::string& message, int code) {
    spdlog::critical("agent: {}", message);
    return code;
  }

  Result<void> build() {
    auto engine =
        docker::DockerRuntime::make({config_.docker_host, docker_timeouts()}, runtime_.executor(), runtime_);
    if (!engine) return std::move(engine).error();
    engine_ = *std::move(engine);
    auto auths = docker::RegistryAuths::parse(config_.engine_auth_type, config_.engine_auth_data);
    if (auths)
      auths_ = *std::move(auths);
    else
      spdlog::error("agent: ECS_ENGINE_AUTH_DATA is not used: {}", auths.error().message);
    const http::ClientOptions options = http_options();
    auto caller = http::make_http_caller(config_.backend_host, options, runtime_.executor(), runtime_);
    if (!caller) return std::move(caller).error();
    caller_ = *std::move(caller);
    auto dialer = http::make_socket_dialer(config_.backend_host, options, runtime_.executor(), runtime_);
    if (!dialer) return std::move(dialer).error();
    dialer_ = *std::move(dialer);
    auto endpoint =
        session::make_endpoint(config_.backend_host, config_.region,
                               {config_.access_key_id, config_.secret_access_key, config_.session_token});
    if (!endpoint) return std::move(endpoint).error();
    api_ = std::make_unique<session::EcsApi>(*std::move(endpoint), *caller_, runtime_);
    reports_ = std::make_unique<session::ReportSender>(*api_, runtime_, registered_);
    return {};
  }

  docker::DockerTimeouts docker_timeouts() const {
    docker::DockerTimeouts timeouts;
    timeouts.pull = config_.image_pull_timeout;
    timeouts.pull_begin = std::max(timeouts.pull_begin, config_.manifest_pull_timeout);
    timeouts.pull_inactivity = config_.image_pull_inactivity_timeout;
    timeouts.create = config_.container_create_timeout;
    timeouts.start = config_.container_start_timeout;
    return timeouts;
  }

  Error unusable_data(Error error) const {
    error.message = "ECS_DATADIR (" + data_dir(config_) +
                    ") must be a folder that this agent may write: " + error.message;
    return error;
  }

  Async<Result<void>> lock_data() {
    if (!store_.enabled()) co_return Result<void>();
    if (auto prepared = store_.prepare(); !prepared) co_return unusable_data(prepared.error());
    for (int tries = 1;; ++tries) {
      auto taken = lock_.take(data_dir(config_));
      if (!taken) co_return unusable_data(taken.error());
      if (*taken) co_return Result<void>();
      if (tries == kLockTriesMax) {
        co_return unavailable("another agent is running with the data of " + data_dir(config_) +
                              ": stop it, or set another ECS_DATADIR");
      }
      co_await runtime_.sleep(kLockRetry);
    }
  }

  Async<void> wait_for_docker() {
    // Both: an agent that guessed what the second says would be another instance with other limits.
    std::string said;
    for (;;) {
      auto version = co_await engine_->version();
      auto info = co_await engine_->info();
      if (version && info) {
        facts_.docker_version = version->version;
        facts_.docker_api_version = version->api_version;
        engine_info_ = *std::move(info);
        break;
      }
      const std::string problem = version ? info.error().text : version.error().text;
      if (problem != said)
        spdlog::error("agent: Docker does not answer on {}: {}; {}", config_.docker_host, problem,
                      session::advice_on_docker(problem));
      said = problem;
      co_await runtime_.sleep(kDockerRetry);
    }
    facts_.volume_plugins = engine_info_.volume_plugins;
    facts_.log_drivers = engine_info_.log_drivers;
    // An agent in a container does not see the host's machine id; all such agents would be the same instance.
    if (facts_.machine_id.empty()) facts_.machine_id = engine_info_.id;
  }

  // The saved container instance ARN; empty when there is none, or when it is another machine's.
  Result<std::string> load_saved() {
    auto saved = store_.load_agent();
    if (!saved) return std::move(saved).error();
    if (!*saved) return std::string();
    if (!(*saved)->instance_id.empty() && (*saved)->instance_id != instance_id()) {
      spdlog::warn("agent: the saved state is of instance {}: starting anew", (*saved)->instance_id);
      if (auto cleared = store_.clear(); !cleared) return cleared.error();
      return std::string();
    }
    if (auto same = agent::state::check_same_agent(**saved, cluster(), instance_type()); !same)
      return same.error();
    sequence_ = (*saved)->sequence;
    return (*saved)->container_instance_arn;
  }

  runtime::Files& files() { return files_; }
  std::string cluster() const { return config_.cluster.empty() ? "default" : config_.cluster; }
  std::string instance_type() const {
    return config_.instance_type.empty() ? "berth.local" : config_.instance_type;
  }
  std::string instance_id() const { return session::instance_id_of(config_, facts_); }

  Result<void> save_identity() {
    return store_.save_agent(
        {cluster(), registered_.container_instance_arn, instance_id(), instance_type(), sequence_});
  }

  // The control plane was restored from a backup that is older than this instance.
  Async<void> register_again() {
    auto outcome = co_await session::register_instance(
        *api_, config_, facts_, registered_.container_instance_arn, IfUnknown::register_anew, runtime_);
    if (const auto* failure = std::get_if<session::RegistrationFailure>(&outcome)) {
      spdlog::error("agent: {}", failure->message);
      co_return;
    }
    registered_ = std::get<Registered>(std::move(outcome));
    spdlog::info("agent: registered as {} in cluster {}", registered_.container_instance_arn,
                 registered_.cluster);
    tasks_->set_instance(registered_.container_instance_arn, session::host_label(registered_, instance_id()));
    if (auto written = save_identity(); !written) spdlog::error("agent: {}", written.error().message);
  }

  void note_deregistration() {
    agent::state::AgentRecord record = store_.agent();
    record.deregistered = true;
    if (auto written = store_.save_agent(record); !written)
      spdlog::error("agent: {}", written.error().message);
  }

  // Agents that were started together do not clean up together.
  Duration cleanup_jitter() {
    const auto most = static_cast<std::uint64_t>(config_.task_cleanup_jitter.count());
    return Duration(static_cast<std::int64_t>(runtime_.fork_random().below(most + 1)));
  }

  Async<int> start_tasks() {
    agent::tasks::TaskManagerOptions options;
    options.engine.stop_timeout = config_.container_stop_timeout;
    options.engine.cleanup_wait = config_.task_cleanup_wait + cleanup_jitter();
    options.engine.pull_dependents_upfront = config_.pull_dependent_containers_upfront;
    options.mapping.cluster = registered_.cluster;
    options.mapping.log_driver = engine_info_.log_driver;
    options.mapping.container_instance_arn = registered_.container_instance_arn;
    options.mapping.host = session::host_label(registered_, instance_id());
    options.pull_behavior = config_.image_pull_behavior;
    options.host_cpu = std::int64_t{facts_.cpus} * 1024;
    options.host_memory_mib = facts_.memory_mib - config_.reserved_memory_mib;
    agent::tasks::TaskManager::Deps deps{*engine_, runtime_, store_, *reports_,
                                         [this](std::string_view image) { return auths_.find(image); }};
    host_.prepare(engine_info_, registered_);
    deps.find_wanted = [this](std::vector<std::string> tasks) {
      return session::find_wanted_tasks(*api_, registered_.cluster, std::move(tasks));
    };
    host_.add_to(deps, options);
    tasks_ = std::make_unique<agent::tasks::TaskManager>(std::move(deps), std::move(options));
    if (auto loaded = tasks_->load(); !loaded) co_return fail(loaded.error().message, kExitTerminal);
    co_await tasks_->resume();
    tasks_->start();
    view_ =
        std::make_unique<StateView>(*tasks_, *engine_, registered_, *api_, !config_.disable_task_metadata_az);
    introspection_handler_ = std::make_unique<agent::endpoints::IntrospectionHandler>(*view_, kLicense);
    task_handler_ = std::make_unique<agent::endpoints::TaskServerHandler>(*view_, *view_, runtime_.clock(),
                                                                          host_.audit(), &*view_);
    if (const auto& limit = config_.task_metadata_rps) task_handler_->set_limit(limit->first, limit->second);
    http::ServerOptions for_all{"0.0.0.0", agent::endpoints::kIntrospectionPort};
    for_all.admits = admitted();
    introspection_ =
        serve(std::move(for_all), agent::endpoints::introspection_limits(), *introspection_handler_);
    task_server_ = serve({"127.0.0.1", agent::endpoints::kTaskServerPort},
                         agent::endpoints::task_server_limits(), *task_handler_);
    co_await host_.open_route();
    session::AcsDeps acs{
        *api_,
        *dialer_,
        runtime_,
        *tasks_,
        *reports_,
        registered_,
        facts_.docker_version,
        [this](const session::Envelope& envelope) { updater_->handle(envelope); },
        [this](const model::acs::IAMRoleCredentials& fresh) { return tasks_->set_credentials(fresh); },
        [this] { end_trial(); },
        [this] { return register_again(); },
        [this] { note_deregistration(); }};
    acs_ = std::make_unique<session::AcsSession>(std::move(acs));
    make_updater();
    spdlog::info("main: Beginning Polling for updates");
    spdlog::debug("updater: Added update handlers");
    sessions_.spawn(acs_->run());
    start_logs();
    start_telemetry();
    co_return kExitOk;
  }

  /// Who may look at this agent's tasks.
  std::function<bool(const std::string& address)> admitted() const {
    if (config_.allow_offhost_introspection || in_own_container()) return {};
    return [](const std::string& address) { return is_on_this_host(address); };
  }

  void make_updater() {
    agent::update::UpdateSettings settings;
    settings.enabled = config_.updates_enabled;
    settings.folder = config_.update_download_dir;
    if (auto key = files().read(config_.update_key_file)) settings.key_pem = *std::move(key);
    agent::update::Updater::Deps deps{
        files_,
        runtime_,
        [this](const std::string& url) {
          return http::make_http_caller(url, http_options(), runtime_.executor(), runtime_);
        },
        [this](std::string message) { return acs_->say(std::move(message)); },
        [this] {
          return session::Self{registered_.cluster, registered_.container_instance_arn};
        },
        [this] { end_(kExitUpdate); }};
    updater_ = std::make_unique<agent::update::Updater>(std::move(deps), std::move(settings));
  }

  // Connected: ecs-init need not go back to the agent before this one.
  void end_trial() {
    if (config_.trial_file.empty()) return;
    if (auto removed = files_.remove(config_.trial_file); !removed)
      spdlog::debug("agent: {}: {}", config_.trial_file, removed.error().message);
  }

  http::ClientOptions http_options() {
    http::ClientOptions options;
    options.proxy = {config_.http_proxy,
                     config_.https_proxy.empty() ? config_.http_proxy : config_.https_proxy,
                     config_.no_proxy};
    // From the configuration file; a variable of the environment reaches the TLS library by itself.
    if (config_.ca_file.empty()) return options;
    if (auto pem = files().read(config_.ca_file))
      options.ca_pem = *std::move(pem);
    else
      spdlog::error("agent: SSL_CERT_FILE cannot be read: {}", pem.error().message);
    return options;
  }

  void start_logs() {
    agent::logs::ShipperDeps deps{{*api_, *engine_, runtime_, files_},
                                  *tasks_,
                                  registered_,
                                  store_.enabled() ? data_dir(config_) + "/logs" : std::string(),
                                  config_.region};
    logs_ = std::make_unique<agent::logs::LogShipper>(std::move(deps));
    logs_->start(sessions_);
  }

  void start_telemetry() {
    if (config_.disable_metrics) return;
    agent::telemetry::TcsDeps deps{*api_,
                                   *dialer_,
                                   runtime_,
                                   *engine_,
                                   *tasks_,
                                   registered_,
                                   BERTH_VERSION,
                                   facts_.docker_version,
                                   !config_.disable_docker_health_check,
                                   host_.counters()};
    tcs_ = std::make_unique<agent::telemetry::TcsSession>(std::move(deps));
    tcs_->start(sessions_);
  }

  // A port that is taken is not fatal: tasks matter more than looking at them.
  std::unique_ptr<http::Server> serve(http::ServerOptions options, http::ServerLimits limits,
                                      runtime::RequestHandler& handler) {
    const auto port = options.port;
    limits.descriptor_max = descriptor_max_;
    auto server = std::make_unique<http::Server>(std::vector<Executor>{runtime_.executor()},
                                                 std::move(options), limits, handler, runtime_);
    const auto started = server->start();
    if (started) return server;
    spdlog::warn("agent: port {} is not served: {}", port, started.error().message);
    return nullptr;
  }

  const AgentConfig& config_;
  /// Docker and the control plane are talked to with what is left.
  const int descriptor_max_ = runtime::highest_connection_descriptor(runtime::raise_descriptor_limit());
  HostFacts facts_;
  runtime::RealRuntime& runtime_;
  runtime::RealFiles files_;
  agent::state::StateStore store_;
  DataLock lock_;
  runtime::RealProcesses processes_;
  HostServices host_;
  docker::RegistryAuths auths_;
  agent::engine::EngineInfo engine_info_;
  Registered registered_;
  std::int64_t sequence_ = 1;
  std::unique_ptr<docker::DockerRuntime> engine_;
  std::unique_ptr<runtime::HttpCaller> caller_;
  std::unique_ptr<runtime::SocketDialer> dialer_;
  std::unique_ptr<session::EcsApi> api_;
  std::unique_ptr<session::ReportSender> reports_;
  std::unique_ptr<agent::tasks::TaskManager> tasks_;
  std::unique_ptr<StateView> view_;
  std::unique_ptr<agent::endpoints::IntrospectionHandler> introspection_handler_;
  std::unique_ptr<agent::endpoints::TaskServerHandler> task_handler_;
  std::unique_ptr<http::Server> introspection_;
  std::unique_ptr<http::Server> task_server_;
  std::unique_ptr<session::AcsSession> acs_;
  std::unique_ptr<agent::update::Updater> updater_;
  std::unique_ptr<agent::telemetry::TcsSession> tcs_;
  std::unique_ptr<agent::logs::LogShipper> logs_;
  runtime::TaskGroup sessions_;
  std::function<void(int)> end_;
};

// Starts, or is interrupted by a signal while it still tries to.
Async<void> start_into(Agent& agent, std::optional<int>& code, runtime::Notifier& done) {
  code = co_await agent.start();
  done.notify();
}

Async<void> wait_into(std::optional<int>& signal, runtime::Notifier& done) {
  std::vector<int> signals(1, SIGTERM);
  signals.push_back(SIGINT);
  signal = co_await runtime::wait_signal(std::move(signals));
  done.notify();
}

Async<int> run(const AgentConfig& config, HostFacts facts, runtime::RealRuntime& runtime) {
  runtime::Notifier changed(runtime.executor());
  std::optional<int> code, signal;
  std::function<void(int)> end = [&](int exit_code) {
    code = exit_code;
    changed.notify();
  };
  Agent agent(config, std::move(facts), runtime, std::move(end));
  runtime::TaskGroup parts(runtime.executor());
  parts.spawn(wait_into(signal, changed));
  parts.spawn(start_into(agent, code, changed));
  while (!signal && code.value_or(kExitOk) == kExitOk) co_await changed.wait();
  if (signal) spdlog::info("agent: stopping on signal {}", *signal);
  parts.cancel();
  co_await parts.drain();
  co_await agent.stop();
  co_return signal ? kExitOk : *code;
}

}  // namespace

int run_agent(const AgentConfig& config, HostFacts facts) {
  runtime::IoThreads threads(1);
  runtime::RealRuntime runtime(threads.executor(0));
  threads.start();
  const int code = runtime::block_on(threads.executor(0), run(config, std::move(facts), runtime));
  threads.stop();
  return code;
}

}  // namespace berth::agent_program
