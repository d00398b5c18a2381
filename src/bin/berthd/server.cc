#include "bin/berthd/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>
#include <thread>

#include "api/transport_refusal.h"
#include "base/log.h"
#include "bin/berthd/agent_package_folder.h"
#include "bin/berthd/certificate_files.h"
#include "bin/berthd/credentials.h"
#include "bin/berthd/journal_metrics.h"
#include "bin/berthd/reset.h"
#include "bin/berthd/store_files.h"
#include "bin/berthd/task_role_file.h"
#include "bin/command_line/served_at.h"
#include "control_plane/control_plane.h"
#include "journal/log_journal.h"
#include "runtime/real/io_threads.h"
#include "runtime/real/process_limits.h"
#include "runtime/real/real_files.h"
#include "runtime/real/real_runtime.h"
#include "runtime/real/signals.h"
#include "store/committer.h"
#include "store/sqlite/sqlite_engine.h"

namespace berth::berthd {
namespace {

constexpr std::size_t kThreadsMax = 8;

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
Async<void> start_loops(control_plane::ControlPlane& plane) {
  plane.start();
  co_return;
}

// Everything that serves, in the order in which it is built; stop() goes the other way.
class Server {
 public:
  explicit Server(const Options& options)
      : options_(options),
        connections_(connection_threads(options), runtime::Wakeup::queue),
        background_(5),
        runtime_(background_.executor(0)) {}

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
    journal_ = std::make_unique<journal::LogJournal>(
        journal::JournalDeps{files_, runtime_, background_.executor(3), background_.executor(4),
                             options_.data_dir + "/logs"},
        journal::LogLimits{});
    if (auto opened = journal_->open(); !opened) return opened;
    return serve(*key);
  }

  std::uint16_t port() const { return http_->port(); }

  void stop() {
    const auto main = background_.executor(0);
    for (auto& server : tls_only_) runtime::block_on(connections_.executor(0), server->stop());
    if (http_) runtime::block_on(connections_.executor(0), http_->stop());
    if (plane_ && http_) runtime::block_on(main, plane_->stop());
    if (journal_) runtime::block_on(main, journal_->close());
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
    const domain::AgentPackages* packages = packages_ ? &*packages_ : nullptr;
    control_plane::Settings settings;
    settings.controllers.compat = options_.compat;
    settings.controllers.limits = options_.limits;
    settings.controllers.instance_grace = options_.instance_grace;
    settings.controllers.retention.stopped_tasks = options_.stopped_task_retention;
    settings.throttles = options_.throttles;
    control_plane::Deps deps{.store = *committer_,
                             .runtime = runtime_,
                             .find_key = find_key,
                             .name = runtime_.ids().uuid(),
                             .agent_packages = packages,
                             .task_roles = roles_ ? &*roles_ : nullptr,
                             .journal = journal_.get(),
                             .more_metrics = [this] { return more_metrics(); },
                             .warning = [this] { return warning(); }};
    if (packages_) deps.downloads = [this](const runtime::HttpRequest& request) { return download(request); };
    if (options_.test_reset) deps.reset = [this] { return reset_store(*committer_, runtime_); };
    plane_ = std::make_unique<control_plane::ControlPlane>(std::move(deps), settings);

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
      return api::render_transport_refusal(head, status, reason, runtime_.ids().uuid());
    };
    runtime::block_on(executor(), plane_->prepare());
    http_ = make_http(http_options);
    auto started = http_->start();
    if (started) started = start_tls_only(http_options);
    if (!started) http_.reset();
    if (started) write_served_at();
    if (started) runtime::block_on(executor(), start_loops(*plane_));
    return started;
  }

  // For `berth` on this machine. It serves without it too, on a full disk for one.
  void write_served_at() {
    const command_line::ServedAt served{
        command_line::url_of(options_.tls_required ? "https" : "http", options_.listen_address, port()),
        options_.region};
    const auto path = command_line::served_at_path(options_.data_dir);
    const auto written = files_.write_atomically(path, command_line::render_served_at(served), 0644);
    if (!written) spdlog::warn("berthd: {} is not written: {}", path, written.error().message);
  }

  std::optional<runtime::HttpResponse> download(const runtime::HttpRequest& request) const {
    if (!request.target.starts_with(AgentPackageFolder::kPackagesPath)) return std::nullopt;
    return packages_->serve(request);
  }

  std::string more_metrics() const {
    return plane_->gateway().metrics() + render_store_metrics(committer_->health()) +
           render_journal_metrics(journal_->figures());
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
    return std::make_unique<http::Server>(std::move(executors), http_options, limits_, plane_->handler(),
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
  runtime::IoThreads background_;  ///< 0: controllers and the like; 1: commits; 2: copying SQLite's log; 3:
                                   ///< writing log events; 4: reading them.
  runtime::RealRuntime runtime_;
  runtime::RealFiles files_;
  std::unique_ptr<store::sqlite::SqliteEngine> engine_;
  std::unique_ptr<store::Committer> committer_;
  std::unique_ptr<journal::LogJournal> journal_;
  std::optional<AgentPackageFolder> packages_;
  std::optional<TaskRoleFile> roles_;
  std::unique_ptr<control_plane::ControlPlane> plane_;
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
  return control_plane::implemented_operations();
}

}  // namespace berth::berthd
