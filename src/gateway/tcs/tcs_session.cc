#include "gateway/tcs/tcs_session.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "base/arn.h"
#include "base/text.h"
#include "domain/arns.h"
#include "domain/text_bounds.h"
#include "model/tcs/tcs_codec.h"

namespace berth::gateway {
namespace {

constexpr int kNormal = 1000;
// Health reports that wait for the store; agents repeat them every 20 s.
constexpr std::size_t kHealthWaitingMax = 1000;
// Of a task's metrics: its ARN, and containers (ten, and those that agents add).
constexpr std::size_t kTaskArnBytesMax = 512;
constexpr std::size_t kContainersMax = 20;

std::string answer(std::string_view type) {
  return render_envelope(type, R"({"message":"ACK"})");
}

// The task of another realm is not this instance's, whatever its id.
bool is_of_realm(const std::string& task_arn, const domain::Realm& realm) {
  const auto arn = parse_arn(task_arn);
  return arn && arn->account == realm.account && arn->region == realm.region;
}

// What is kept of a task's metrics is its containers' figures, however much came. False: of no use.
bool cut_down(model::tcs::TaskMetric& metric) {
  if (metric.task_arn->size() > kTaskArnBytesMax) return false;
  model::tcs::TaskMetric kept;
  kept.task_arn = metric.task_arn;
  if (metric.container_metrics) {
    auto& containers = kept.container_metrics.emplace();
    for (const auto& from : *metric.container_metrics) {
      if (containers.size() == kContainersMax) break;
      auto& container = containers.emplace_back();
      if (from.container_name)
        container.container_name = cut_middle(*from.container_name, domain::kAgentTextBytesMax);
      container.cpu_stats_set = from.cpu_stats_set;
      container.memory_stats_set = from.memory_stats_set;
    }
  }
  metric = std::move(kept);
  return true;
}

domain::HealthReport report_of(const model::tcs::TaskHealth& task) {
  domain::HealthReport report;
  if (!task.containers) return report;
  for (const auto& container : *task.containers) {
    if (!container.container_name || !container.health_status) continue;
    const auto status = model::ecs::parse_health_status(to_string(*container.health_status));
    if (status) report.containers.emplace_back(*container.container_name, *status);
  }
  return report;
}

}  // namespace

TcsSession::TcsSession(const SessionServices& services, TelemetryStore& telemetry, SocketContext context)
    : Conversation(services),
      store_(services.store),
      telemetry_(telemetry),
      context_(std::move(context)),
      next_heartbeat_(now() + limits_.telemetry_heartbeat_interval),
      on_instance_(store_.subscribe_record<domain::ContainerInstanceRecord>(context_.instance_key, wake_)) {}

void TcsSession::on_message(std::string text) {
  if (text.size() > limits_.telemetry_message_bytes_max)
    return complain(Error{ErrorCode::too_large, "The message is too large.", Retry::no});
  const auto envelope = parse_envelope(strip_header_block(text), limits_.telemetry_message_bytes_max);
  if (!envelope) return complain(envelope.error());
  if (envelope->type == "PublishMetricsRequest") return on_metrics(envelope->message);
  if (envelope->type == "PublishHealthRequest") return on_health(envelope->message);
  // What the instance thinks of itself has no reader yet; its dates may be far before the epoch, so they are
  // not read.
  if (envelope->type == "PublishInstanceStatusRequest") {
    counters_.publishes.fetch_add(1, std::memory_order_relaxed);
    return say(answer("AckPublishInstanceStatus"));
  }
  spdlog::debug("gateway: {} sent {} on its telemetry", context_.instance_arn, envelope->type);
}

void TcsSession::on_metrics(const JsonObject& message) {
  auto request = decode_message<model::tcs::PublishMetricsRequest>(message);
  if (!request) return complain(request.error());
  counters_.publishes.fetch_add(1, std::memory_order_relaxed);
  if (request->task_metrics) {
    for (auto& metric : *request->task_metrics) {
      if (!metric.task_arn || !is_of_realm(*metric.task_arn, context_.realm)) continue;
      const std::string arn = *metric.task_arn;
      if (!cut_down(metric)) continue;
      telemetry_.put(arn, {std::move(metric), runtime_.clock().wall()});
    }
  }
  say(answer("AckPublishMetric"));
}

void TcsSession::on_health(const JsonObject& message) {
  const auto request = decode_message<model::tcs::PublishHealthRequest>(message);
  if (!request) return complain(request.error());
  counters_.publishes.fetch_add(1, std::memory_order_relaxed);
  if (request->tasks) {
    for (const auto& task : *request->tasks) {
      if (!task.task_arn || !is_of_realm(*task.task_arn, context_.realm)) continue;
      auto report = report_of(task);
      if (report.containers.empty() || health_.size() >= kHealthWaitingMax) continue;
      health_.insert_or_assign(std::string(domain::last_part(*task.task_arn)), std::move(report));
    }
  }
  say(answer("AckPublishHealth"));
}

MonotonicTime TcsSession::next_due() const {
  return health_.empty() ? next_heartbeat_ : std::min(next_heartbeat_, retry_at_);
}

Async<Result<void>> TcsSession::work(runtime::MessageSocket& socket) {
  const bool serves = co_await instance_serves();
  if (!serves) {
    request_close({kNormal, "the container instance has been deregistered"});
    co_return Result<void>();
  }
  if (!health_.empty() && now() >= retry_at_) co_await apply_health();
  if (now() < next_heartbeat_) co_return Result<void>();
  next_heartbeat_ = now() + limits_.telemetry_heartbeat_interval;
  co_return co_await socket.send(render_envelope("HeartbeatMessage", R"({"healthy":true})"));
}

Async<bool> TcsSession::instance_serves() {
  const store::View view = co_await store_.read();
  const auto* instance = view.find<domain::ContainerInstanceRecord>(context_.instance_key);
  co_return instance && instance->record->status != domain::InstanceStatus::inactive;
}

Async<void> TcsSession::apply_health() {
  auto events = std::exchange(health_, {});
  TaskPlace place{context_.realm, context_.cluster, context_.instance_key};
  const auto applied =
      co_await apply_task_events(store_, runtime_, std::move(place), events, limits_.tasks_per_commit);
  if (applied) co_return;
  // Newer reports, if any came meanwhile, win.
  health_.merge(events);
  retry_at_ = now() + limits_.retry_delay;
}

}  // namespace berth::gateway
