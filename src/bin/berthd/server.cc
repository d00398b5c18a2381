#include "bin/berthd/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>
#include <thread>

#include "base/log.h"
#include "bin/berthd/agent_package_folder.h"
#include "bin/berthd/certificate_files.h"
#include "bin/berthd/credentials.h"
#include "bin/berthd/reset.h"
#include "bin/berthd/store_files.h"
#include "bin/berthd/switchboard.h"
#include "bin/berthd/task_role_file.h"
#include "controllers/controllers.h"
#include "frontend/transport_refusal.h"
#include "runtime/real/io_threads.h"
#include "runtime/real/process_limits.h"
#include "runtime/real/real_files.h"
#include "runtime/real/real_runtime.h"
#include "runtime/real/signals.h"
#include "services/berth/registry.h"
#include "services/core/throttles.h"
#include "services/ecs/registry.h"
#include "services/ecs/report_handlers.h"
#include "services/sts/registry.h"
#include "store/committer.h"
#include "store/sqlite/sqlite_engine.h"

namespace berth::berthd {
namespace {

constexpr std::size_t kThreadsMax = 8;

services::HandlerRegistry make_registry() {
  services::HandlerRegistry registry;
  services::control::add_handlers(registry);
  services::ecs::add_handlers(registry);
  services::sts::add_handlers(registry);
  return registry;
}

auth::KeyLookup make_key_lookup(const Options& options, const RootKey& key) {
  auto info = std::make_shared<auth::KeyInfo>();
  info->secret = key.secret;
  info->account_id = options.account_id;
  info->arn = fmt::format("arn:aws:iam::{}:root", options.account_id);
  info->user_id = options.account_id;
  return
      [id = key.access_key_id, info](std::string_view access_key_id) -> std::shared_ptr<const auth::KeyInfo> {
        return access_key_id == id ? info : nullptr;
      };
}

std::size_t connection_threads(const Options& options) {
  if (options.threads > 0) return options.threads;
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kThreadsMax);
}

// Loops begin on the executor that they run on.
Async<void> start_loops(gateway::Gateway& gateway, controllers::Controllers& controllers) {
  gateway.start();
  controllers.start();
  co_return;
}

// Everything that serves, in the order in which it is built; stop() goes the other way.
class Server {
 public:
  explicit Server(const Options& options)
      : options_(options),
        connections_(connection_threads(options), runtime::Wakeup::queue),
        background_(3),
        runtime_(background_.executor(0)),
        registry_(make_registry()) {}

  Result<void> start() {
    limits_.descriptor_max = runtime::highest_connection_descriptor(runtime::raise_descriptor_limit());
    connections_.start();
    background_.start();
    if (auto made = files_.make_directories(options_.data_dir, 0700); !made) return made;
    if (auto there = check_store_is_there(files_, options_.data_dir); !there) {
      if (!options_.accept_data_loss) return there;
      spdlog::warn("store: {}", there.error().message);
    }
    auto key = load_or_make_root_key(files_, runtime_.ids(), options_.data_dir, options_.region);
    if (!key) return std::move(key).error();
    const auto data_loss =
        options_.accept_data_loss ? store::sqlite::DataLoss::accepted : store::sqlite::DataLoss::refused;
    auto engine = store::sqlite::SqliteEngine::open(store_path(options_.data_dir), background_.executor(1),
                                                    background_.executor(2), {}, data_loss);
    if (!engine) return std::move(engine).error();
    engine_ = *std::move(engine);
    committer_ = std::make_unique<store::Committer>(*engine_, runtime_, background_.executor(1));
    if (auto loaded = runtime::block_on(background_.executor(1), committer_->start()); !loaded) return loaded;
    return serve(*key);
  }

  std::uint16_t port() const { return http_->port(); }

  void stop() {
    const auto main = background_.executor(0);
    for (auto& server : tls_only_) runtime::block_on(connections_.executor(0), server->stop());
    if (http_) runtime::block_on(connections_.executor(0), http_->stop());
    if (controllers_ && http_) runtime::block_on(main, controllers_->stop());
    if (gateway_ && http_) runtime::block_on(main, gateway_->stop());
    if (committer_) runtime::block_on(background_.executor(1), committer_->stop());
    if (engine_) runtime::block_on(main, engine_->close());
    connections_.stop();
    background_.stop();
  }

  Executor executor() const { return background_.executor(0); }

 private:
  Result<void> serve(const RootKey& key) {
    const auto find_key = make_key_lookup(options_, key);
    if (!options_.agent_packages.empty())
      packages_.emplace(files_, options_.agent_packages, options_.agent_packages_url);
    if (!options_.task_roles.empty())
      roles_.emplace(files_, runtime_.clock(), options_.task_roles, key.secret);
    services_.emplace(
        services::Services{*committer_, runtime_, options_.limits, options_.compat, {}, nullptr});
    if (options_.throttles) services_->throttles = &throttles_.emplace(options_.limits);
    const domain::AgentPackages* packages = packages_ ? &*packages_ : nullptr;
    services_->agent_packages = packages;
    gateway_ = std::make_unique<gateway::Gateway>(gateway::GatewayDeps{*committer_,
                                                                       runtime_,
                                                                       find_key,
                                                                       runtime_.ids().uuid(),
                                                                       true,
                                                                       {},
                                                                       packages,
                                                                       roles_ ? &*roles_ : nullptr});
    services::ecs::add_report_handlers(registry_, *gateway_);
    controllers::Options controller_options;
    controller_options.compat = options_.compat;
    controller_options.limits = options_.limits;
    controller_options.instance_grace = options_.instance_grace;
    controller_options.retention.stopped_tasks = options_.stopped_task_retention;
    controllers_ = std::make_unique<controllers::Controllers>(
        controllers::Controllers::Deps{*committer_, runtime_, controller_options});
    frontend::FrontEndDeps deps{
        *services_, registry_, find_key, [this] { return more_metrics(); }, [this] { return warning(); }, {}};
    if (options_.test_reset) deps.reset = [this] { return reset_store(*committer_, runtime_); };
    front_end_ = std::make_unique<frontend::FrontEnd>(std::move(deps));
    switchboard_ = std::make_unique<Switchboard>(*front_end_, *gateway_, packages_ ? &*packages_ : nullptr);

    http::ServerOptions http_options;
    http_options.address = options_.listen_address;
    http_options.port = options_.listen_port;
    http_options.plain = options_.tls_required ? http::PlainHttp::refused : http::PlainHttp::allowed;
    auto certificate = make_certificate();
    if (!certificate) return std::move(certificate).error();
    http_options.tls = *std::move(certificate);
    http_options.budget = std::make_shared<http::ByteBudget>(limits_.request_bytes_total_max);
    http_options.render_refusal = [this](const runtime::HttpRequest& head, int status,
                                         std::string_view reason) {
      return frontend::render_transport_refusal(head, status, reason, runtime_.ids().uuid());
    };
    runtime::block_on(executor(), gateway_->await_agents());
    http_ = make_http(http_options);
    auto started = http_->start();
    if (started) started = start_tls_only(http_options);
    if (!started) http_.reset();
    if (started) runtime::block_on(executor(), start_loops(*gateway_, *controllers_));
    return started;
  }

  std::string more_metrics() const {
    return gateway_->metrics() + render_store_metrics(committer_->health());
  }

  std::string warning() const {
    const auto health = committer_->health();
    return health.writable ? std::string() : "nothing can be stored: " + health.cause;
  }

  Result<http::TlsIdentity> make_certificate() {
    std::vector<std::string> names = options_.tls_names;
    for (const auto& listen : options_.tls_listen)
      if (listen.address != "0.0.0.0" && listen.address != "::") names.push_back(listen.address);
    return load_or_make_certificate(files_, options_.data_dir, options_.listen_address, options_.listen_port,
                                    options_.region, names, runtime_.clock().wall());
  }

  std::unique_ptr<http::Server> make_http(const http::ServerOptions& http_options) {
    std::vector<Executor> executors;
    for (std::size_t i = 0; i < connections_.size(); ++i) executors.push_back(connections_.executor(i));
    return std::make_unique<http::Server>(std::move(executors), http_options, limits_, *switchboard_,
                                          runtime_);
  }

  // The same answers on the further addresses. On failure nothing listens any more, the first address
  // included.
  Result<void> start_tls_only(http::ServerOptions http_options) {
    http_options.plain = http::PlainHttp::refused;
    for (const auto& listen : options_.tls_listen) {
      http_options.address = listen.address;
      http_options.port = listen.port;
      auto server = make_http(http_options);
      auto started = server->start();
      if (!started) {
        for (auto& other : tls_only_) runtime::block_on(connections_.executor(0), other->stop());
        tls_only_.clear();
        runtime::block_on(connections_.executor(0), http_->stop());
        return started;
      }
      tls_only_.push_back(std::move(server));
    }
    return {};
  }

  const Options& options_;
  http::ServerLimits limits_;  ///< Of each address; they share one budget of bytes.
  /// They queue: a client that sends to several connections is not interrupted at the first of them, and all
  /// are answered in one go.
  runtime::IoThreads connections_;
  runtime::IoThreads background_;  ///< 0: controllers and the like; 1: commits; 2: copying SQLite's log.
  runtime::RealRuntime runtime_;
  runtime::RealFiles files_;
  services::HandlerRegistry registry_;
  std::unique_ptr<store::sqlite::SqliteEngine> engine_;
  std::unique_ptr<store::Committer> committer_;
  std::optional<services::Throttles> throttles_;
  std::optional<services::Services> services_;
  std::optional<AgentPackageFolder> packages_;
  std::optional<TaskRoleFile> roles_;
  std::unique_ptr<gateway::Gateway> gateway_;
  std::unique_ptr<controllers::Controllers> controllers_;
  std::unique_ptr<frontend::FrontEnd> front_end_;
  std::unique_ptr<Switchboard> switchboard_;
  std::unique_ptr<http::Server> http_;
  std::vector<std::unique_ptr<http::Server>> tls_only_;  ///< Of --tls-listen.
};

}  // namespace

Result<void> run_server(const Options& options) {
  Server server(options);
  auto started = server.start();
  if (!started) {
    server.stop();
    return started;
  }
  const bool ipv6 = options.listen_address.find(':') != std::string::npos;
  std::printf("berthd ready on %s://%s%s%s:%u\n", options.tls_required ? "https" : "http", ipv6 ? "[" : "",
              options.listen_address.c_str(), ipv6 ? "]" : "", static_cast<unsigned>(server.port()));
  std::fflush(stdout);
  const int signal = runtime::block_on(server.executor(), runtime::wait_signal({SIGTERM, SIGINT}));
  spdlog::info("berthd: stopping on signal {}", signal);
  server.stop();
  return {};
}

std::vector<std::string> implemented_operations() {
  return make_registry().list();
}

}  // namespace berth::berthd
