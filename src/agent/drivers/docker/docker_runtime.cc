#include "agent/drivers/docker/docker_runtime.h"

#include <fmt/format.h>

#include <algorithm>

#include "agent/drivers/docker/api_version.h"
#include "agent/drivers/docker/container_json.h"
#include "agent/drivers/docker/json_fields.h"
#include "agent/drivers/docker/stats_json.h"
#include "agent/drivers/docker/system_json.h"
#include "base/encoding.h"

namespace berth::agent::drivers::docker {
namespace {

using engine::DriverError;
using engine::DriverResult;

constexpr std::size_t kAnswerBytesMax = 64U << 20;
constexpr int kNotModified = 304;
constexpr int kConflict = 409;

std::string container_path(const std::string& id, std::string_view rest) {
  return fmt::format("/containers/{}{}", encode_uri(id), rest);
}

}  // namespace

Result<std::unique_ptr<DockerRuntime>> DockerRuntime::make(DockerOptions options, Executor executor,
                                                           runtime::Runtime& runtime) {
  http::ClientOptions client_options;
  client_options.body_bytes_max = kAnswerBytesMax;
  // An engine that hangs takes no connections: each call has a limit of its own.
  client_options.connect_timeout = options.timeouts.pull;
  auto caller = http::make_http_caller(options.endpoint, client_options, executor, runtime);
  if (!caller) return caller.error();
  auto streams = http::make_stream_client(options.endpoint, client_options, executor, runtime);
  if (!streams) return streams.error();
  auto client =
      std::make_unique<DockerClient>(options.endpoint, std::move(*caller), std::move(*streams), runtime);
  return std::make_unique<DockerRuntime>(std::move(client), options.timeouts);
}

DockerRuntime::DockerRuntime(std::unique_ptr<DockerClient> client, DockerTimeouts timeouts)
    : client_(std::move(client)), timeouts_(timeouts) {}

Async<DriverResult<std::string>> DockerRuntime::create(engine::ContainerConfig config) {
  const Operation operation{"CannotCreateContainerError", "created", timeouts_.create};
  DockerRequest request{"POST", "/containers/create?name=" + encode_uri(config.name),
                        render_json(config.body)};
  auto answer = co_await client_->fetch(operation, std::move(request));
  if (!answer) co_return answer.error();
  const auto json = parse_json(*answer);
  if (!json) co_return failure_of_parsing(operation, json.error());
  std::string id = json->is_object() ? text_member(json->get_object(), "Id") : std::string();
  if (id.empty()) co_return failure_of_parsing(operation, invalid("a created container without Id"));
  co_return id;
}

Async<DriverResult<engine::Done>> DockerRuntime::start(std::string id) {
  const Operation operation{"CannotStartContainerError", "started", timeouts_.start};
  DockerRequest request{"POST", container_path(id, "/start")};
  auto answer = co_await client_->call(operation, std::move(request));
  if (!answer) co_return answer.error();
  if (is_success(answer->status) || answer->status == kNotModified) co_return Done{};
  co_return failure_of_answer(operation, answer->status, answer->body);
}

Async<DriverResult<engine::Done>> DockerRuntime::stop(std::string id, Duration grace) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(std::max(grace, Duration::zero()));
  const Operation operation{"CannotStopContainerError", "stopped", seconds + timeouts_.stop_margin};
  DockerRequest request{"POST", container_path(id, fmt::format("/stop?t={}", seconds.count()))};
  auto answer = co_await client_->call(operation, std::move(request));
  if (!answer) co_return answer.error();
  const int status = answer->status;
  if (is_success(status) || status == kNotModified || status == kNotFound) co_return Done{};
  co_return failure_of_answer(operation, status, answer->body);
}

Async<DriverResult<engine::Done>> DockerRuntime::kill(std::string id, std::string signal) {
  const Operation operation{"CannotStopContainerError", "stopped", timeouts_.stop_margin};
  DockerRequest request{"POST", container_path(id, "/kill?signal=" + encode_uri(signal))};
  auto answer = co_await client_->fetch(operation, std::move(request));
  if (!answer) co_return answer.error();
  co_return Done{};
}

Async<DriverResult<engine::Done>> DockerRuntime::remove(std::string id, Force force) {
  const Operation operation{"CannotRemoveContainerError", "removed", timeouts_.remove};
  DockerRequest request{"DELETE", container_path(id, force == Force::yes ? "?v=1&force=1" : "?v=1")};
  auto answer = co_await client_->call(operation, std::move(request));
  if (!answer) co_return answer.error();
  const int status = answer->status;
  if (is_success(status) || status == kNotFound) co_return Done{};
  // Somebody else is at it: the outcome is the one that was wanted.
  const bool under_way = answer->body.find("is already in progress") != std::string::npos;
  if (status == kConflict && under_way) co_return Done{};
  co_return failure_of_answer(operation, status, answer->body);
}

Async<DriverResult<engine::ContainerInfo>> DockerRuntime::inspect(std::string id) {
  const Operation operation{"CannotInspectContainerError", "inspecting", timeouts_.inspect};
  DockerRequest request{"GET", container_path(id, "/json")};
  auto answer = co_await client_->fetch(operation, std::move(request));
  if (!answer) co_return answer.error();
  auto info = parse_container_info(*answer);
  if (!info) co_return failure_of_parsing(operation, info.error());
  co_return std::move(*info);
}

Async<DriverResult<std::vector<engine::ContainerSummary>>> DockerRuntime::list(std::string label) {
  const Operation operation{"CannotListContainersError", "listed", timeouts_.list};
  DockerRequest request{"GET", "/containers/json?all=1"};
  if (!label.empty()) {
    JsonObject filters;
    filters["label"] = JsonArray{JsonValue(label)};
    request.path += "&filters=" + encode_uri(render_json(filters));
  }
  auto answer = co_await client_->fetch(operation, std::move(request));
  if (!answer) co_return answer.error();
  auto containers = parse_container_list(*answer);
  if (!containers) co_return failure_of_parsing(operation, containers.error());
  co_return std::move(*containers);
}

Async<DriverResult<engine::ContainerStats>> DockerRuntime::stats(std::string id) {
  const Operation operation{"CannotGetStatsError", "measured", timeouts_.stats};
  auto version = co_await client_->api_version(operation);
  if (!version) co_return version.error();
  // Without one-shot, Docker waits for a second reading to compare with: one to two seconds.
  const bool one_shot = is_api_at_least(*version, "1.41");
  DockerRequest request{
      "GET", container_path(id, one_shot ? "/stats?stream=false&one-shot=true" : "/stats?stream=false")};
  auto answer = co_await client_->fetch(operation, std::move(request));
  if (!answer) co_return answer.error();
  auto stats = parse_container_stats(*answer);
  if (stats) co_return std::move(*stats);
  if (stats.error().code == ErrorCode::not_found) {
    co_return DriverError{std::string(operation.error_name), stats.error().message};
  }
  co_return failure_of_parsing(operation, stats.error());
}

Async<DriverResult<engine::EngineVersion>> DockerRuntime::version() {
  const Operation operation{"CannotGetDockerClientVersionError", "versioned", timeouts_.system};
  co_return co_await client_->negotiate(operation);
}

Async<DriverResult<engine::EngineInfo>> DockerRuntime::info() {
  const Operation operation{"DockerError", "described", timeouts_.system};
  DockerRequest request{"GET", "/info"};
  auto answer = co_await client_->fetch(operation, std::move(request));
  if (!answer) co_return answer.error();
  auto info = parse_engine_info(*answer);
  if (!info) co_return failure_of_parsing(operation, info.error());
  co_return std::move(*info);
}

Async<DriverResult<engine::Done>> DockerRuntime::ping() {
  const Operation operation{"DockerError", "pinged", timeouts_.system};
  DockerRequest request{"GET", "/_ping"};
  auto answer = co_await client_->fetch(operation, std::move(request));
  if (!answer) co_return answer.error();
  co_return Done{};
}

}  // namespace berth::agent::drivers::docker
