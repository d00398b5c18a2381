// The events of DockerRuntime.
#include "agent/drivers/docker/docker_runtime.h"
#include "agent/drivers/docker/docker_time.h"
#include "agent/drivers/docker/event_json.h"
#include "agent/drivers/docker/json_lines.h"
#include "base/encoding.h"

namespace berth::agent::drivers::docker {
namespace {

using engine::DriverResult;

constexpr std::string_view kEventsError = "CannotListenToEventsError";
constexpr std::string_view kFilters = R"({"type":{"container":true}})";

class LineEvents final : public engine::EventStream {
 public:
  LineEvents(std::unique_ptr<http::BodyStream> body, std::string endpoint)
      : body_(std::move(body)), endpoint_(std::move(endpoint)) {}

  Async<DriverResult<engine::ContainerEvent>> next() override {
    const Operation operation{kEventsError, "heard", {}};
    while (true) {
      while (auto line = lines_.next()) {
        auto event = parse_container_event(*line);
        if (!event) co_return failure_of_parsing(operation, event.error());
        if (*event) co_return std::move(**event);
      }
      auto piece = co_await body_->next();
      if (!piece) co_return failure_of_transport(operation, piece.error(), endpoint_);
      if (!*piece)
        co_return engine::DriverError{std::string(kEventsError), "The Docker daemon ended its events"};
      auto fed = lines_.feed(**piece);
      if (!fed) co_return failure_of_parsing(operation, fed.error());
    }
  }

 private:
  std::unique_ptr<http::BodyStream> body_;
  std::string endpoint_;
  JsonLines lines_;
};

}  // namespace

Async<DriverResult<std::unique_ptr<engine::EventStream>>> DockerRuntime::events(
    std::optional<WallTime> since) {
  const Operation operation{kEventsError, "heard", timeouts_.system};
  DockerRequest request{"GET", "/events?filters=" + encode_uri(kFilters)};
  if (since) request.path += "&since=" + render_since(*since);
  auto body = co_await client_->open(operation, std::move(request));
  if (!body) co_return body.error();
  std::unique_ptr<engine::EventStream> stream =
      std::make_unique<LineEvents>(std::move(*body), client_->endpoint());
  co_return std::move(stream);
}

}  // namespace berth::agent::drivers::docker
