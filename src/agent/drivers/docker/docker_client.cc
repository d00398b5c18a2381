#include "agent/drivers/docker/docker_client.h"

#include "agent/drivers/docker/api_version.h"
#include "agent/drivers/docker/system_json.h"
#include "runtime/sync.h"

namespace berth::agent::drivers::docker {
namespace {

using engine::DriverResult;

/// Of an answer that is an error; the rest is cut off.
constexpr std::size_t kErrorBodyBytesMax = 64U << 10;
constexpr Duration kErrorBodyLimit = std::chrono::seconds(10);

runtime::HttpRequest make_request(DockerRequest request, const std::string& version) {
  runtime::HttpRequest out{std::move(request.method), "/v" + version + request.path,
                           std::move(request.headers), std::move(request.body)};
  if (!out.body.empty()) out.headers.push_back({"Content-Type", std::move(request.content_type)});
  return out;
}

Async<Result<std::string>> read_error_body(http::BodyStream& body) {
  std::string text;
  while (text.size() < kErrorBodyBytesMax) {
    auto piece = co_await body.next();
    if (!piece || !*piece) break;
    text += **piece;
  }
  co_return text;
}

}  // namespace

DockerClient::DockerClient(std::string endpoint, std::unique_ptr<runtime::HttpCaller> caller,
                           std::unique_ptr<http::StreamClient> streams, runtime::Runtime& runtime)
    : endpoint_(std::move(endpoint)),
      caller_(std::move(caller)),
      streams_(std::move(streams)),
      runtime_(runtime) {}

engine::DriverError DockerClient::lost(const Operation& operation, const Error& error) {
  if (error.code == ErrorCode::unavailable) version_.clear();
  engine::DriverError failure = failure_of_transport(operation, error, endpoint_);
  failure.unanswered = error.code != ErrorCode::too_large;
  return failure;
}

Async<DriverResult<engine::EngineVersion>> DockerClient::negotiate(Operation operation) {
  runtime::HttpRequest request{"GET", "/version", {}, {}};
  auto answer = co_await caller_->call(std::move(request), operation.limit);
  if (!answer) co_return lost(operation, answer.error());
  if (!is_success(answer->status)) co_return failure_of_answer(operation, answer->status, answer->body);
  auto version = parse_engine_version(answer->body);
  if (!version) co_return failure_of_parsing(operation, version.error());
  auto chosen = choose_api_version(*version);
  if (!chosen) co_return failure_of_parsing(operation, chosen.error());
  version_ = *chosen;
  co_return *version;
}

Async<DriverResult<std::string>> DockerClient::api_version(Operation operation) {
  if (version_.empty()) {
    auto engine = co_await negotiate(operation);
    if (!engine) co_return engine.error();
  }
  co_return version_;
}

Async<DriverResult<runtime::HttpResponse>> DockerClient::call(Operation operation, DockerRequest request) {
  auto version = co_await api_version(operation);
  if (!version) co_return version.error();
  auto message = make_request(std::move(request), *version);
  auto answer = co_await caller_->call(std::move(message), operation.limit);
  if (!answer) co_return lost(operation, answer.error());
  co_return std::move(*answer);
}

Async<DriverResult<std::string>> DockerClient::fetch(Operation operation, DockerRequest request) {
  auto answer = co_await call(operation, std::move(request));
  if (!answer) co_return answer.error();
  if (!is_success(answer->status)) co_return failure_of_answer(operation, answer->status, answer->body);
  co_return std::move(answer->body);
}

Async<DriverResult<std::unique_ptr<http::BodyStream>>> DockerClient::open(Operation operation,
                                                                          DockerRequest request) {
  auto version = co_await api_version(operation);
  if (!version) co_return version.error();
  auto message = make_request(std::move(request), *version);
  auto opening = streams_->open_stream(std::move(message), operation.limit);
  auto stream = co_await runtime::with_deadline(runtime_, operation.limit, std::move(opening));
  if (!stream) co_return lost(operation, stream.error());
  if (!is_success(stream->status)) {
    auto text = co_await runtime::with_deadline(runtime_, kErrorBodyLimit, read_error_body(*stream->body));
    co_return failure_of_answer(operation, stream->status, text ? *text : std::string());
  }
  co_return std::move(stream->body);
}

}  // namespace berth::agent::drivers::docker
