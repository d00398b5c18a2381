// The calls of DockerRuntime that are about images.
#include <algorithm>

#include "agent/drivers/docker/docker_runtime.h"
#include "agent/drivers/docker/image_json.h"
#include "agent/drivers/docker/json_lines.h"
#include "agent/drivers/docker/registry_auth.h"
#include "base/encoding.h"
#include "runtime/sync.h"

namespace berth::agent::drivers::docker {
namespace {

using engine::DriverResult;

constexpr std::string_view kPullError = "CannotPullContainerError";
constexpr std::string_view kImageError = "DockerError";

std::string image_path(const std::string& name, std::string_view rest) {
  return "/images/" + encode_uri(name, Slash::keep) + std::string(rest);
}

DockerRequest pull_request(const std::string& image, const std::optional<engine::RegistryAuth>& auth) {
  const ImageName name = split_image_name(image);
  std::string version = !name.digest.empty() ? name.digest : name.tag;
  if (version.empty()) version = "latest";  // Without one, Docker pulls every tag there is.
  DockerRequest request{
      "POST", "/images/create?fromImage=" + encode_uri(name.repository) + "&tag=" + encode_uri(version)};
  if (auth) request.headers.push_back({"X-Registry-Auth", render_registry_auth(*auth)});
  return request;
}

}  // namespace

Async<DriverResult<engine::Done>> DockerRuntime::pull(std::string image,
                                                      std::optional<engine::RegistryAuth> auth,
                                                      ProgressSink progress) {
  const Operation begin{kPullError, "pullBegin", timeouts_.pull_begin};
  auto body = co_await client_->open(begin, pull_request(image, auth));
  if (!body) {
    engine::DriverError error = body.error();
    // Docker answers once the registry has: until then, it was the registry that kept silent.
    if (error.name == "DockerTimeoutError") {
      error.unreachable = true;
      error.unanswered = false;
    }
    co_return error;
  }
  co_return co_await follow_pull(**body, std::move(progress));
}

Async<DriverResult<engine::Done>> DockerRuntime::follow_pull(http::BodyStream& body, ProgressSink progress) {
  const Operation whole{kPullError, "pulled", timeouts_.pull};
  const Operation silence{kPullError, "pulled", timeouts_.pull_inactivity};
  auto& runtime = client_->runtime();
  const MonotonicTime end = runtime.clock().monotonic() + timeouts_.pull;
  JsonLines lines;
  std::optional<std::string> line;
  bool over = false;
  while (!over) {
    const Duration left = end - runtime.clock().monotonic();
    if (left <= Duration::zero()) co_return failure_of_time(whole);
    auto piece =
        co_await runtime::with_deadline(runtime, std::min(left, timeouts_.pull_inactivity), body.next());
    if (!piece && piece.error().code == ErrorCode::timeout) {
      co_return failure_of_time(left < timeouts_.pull_inactivity ? whole : silence);
    }
    if (!piece) co_return failure_of_transport(whole, piece.error(), client_->endpoint());
    over = !piece->has_value();
    if (!over) {
      auto fed = lines.feed(**piece);
      if (!fed) co_return failure_of_transport(whole, fed.error(), client_->endpoint());
    }
    while ((line = lines.next()) || (over && (line = lines.rest()))) {
      auto parsed = parse_pull_line(*line);
      if (!parsed) co_return failure_of_parsing(whole, parsed.error());
      if (!parsed->error.empty()) co_return failure_of_stream(whole, parsed->error);
      if (progress) progress(parsed->progress);
    }
  }
  co_return Done{};
}

Async<DriverResult<engine::ImageInfo>> DockerRuntime::inspect_image(std::string image) {
  const Operation operation{kImageError, "inspecting", timeouts_.inspect};
  DockerRequest request{"GET", image_path(image, "/json")};
  auto answer = co_await client_->fetch(operation, std::move(request));
  if (!answer) co_return answer.error();
  auto info = parse_image_info(*answer);
  if (!info) co_return failure_of_parsing(operation, info.error());
  co_return std::move(*info);
}

Async<DriverResult<std::vector<engine::ImageInfo>>> DockerRuntime::list_images() {
  const Operation operation{kImageError, "listed", timeouts_.list};
  DockerRequest request{"GET", "/images/json"};
  auto answer = co_await client_->fetch(operation, std::move(request));
  if (!answer) co_return answer.error();
  auto images = parse_image_list(*answer);
  if (!images) co_return failure_of_parsing(operation, images.error());
  co_return std::move(*images);
}

Async<DriverResult<engine::Done>> DockerRuntime::remove_image(std::string name) {
  const Operation operation{"CannotRemoveImageError", "removed", timeouts_.remove};
  DockerRequest request{"DELETE", image_path(name, "")};
  auto answer = co_await client_->call(operation, std::move(request));
  if (!answer) co_return answer.error();
  if (answer->status < 300 || answer->status == kNotFound) co_return Done{};
  co_return failure_of_answer(operation, answer->status, answer->body);
}

Async<DriverResult<engine::Done>> DockerRuntime::tag_image(std::string source, std::string target) {
  const Operation operation{kImageError, "tagged", timeouts_.inspect};
  const ImageName name = split_image_name(target);
  DockerRequest request{"POST", image_path(source, "/tag?repo=" + encode_uri(name.repository) +
                                                       "&tag=" + encode_uri(name.tag))};
  auto answer = co_await client_->fetch(operation, std::move(request));
  if (!answer) co_return answer.error();
  co_return Done{};
}

Async<DriverResult<engine::Done>> DockerRuntime::import_image(std::string name, std::string tar) {
  const Operation operation{kImageError, "imported", timeouts_.import};
  const ImageName parts = split_image_name(name);
  DockerRequest request{
      "POST",
      "/images/create?fromSrc=-&repo=" + encode_uri(parts.repository) + "&tag=" + encode_uri(parts.tag),
      std::move(tar), "application/x-tar"};
  auto answer = co_await client_->fetch(operation, std::move(request));
  if (!answer) co_return answer.error();
  JsonLines lines;
  auto fed = lines.feed(*answer + "\n");
  if (!fed) co_return failure_of_parsing(operation, fed.error());
  while (auto line = lines.next()) {
    auto parsed = parse_pull_line(*line);
    if (!parsed) co_return failure_of_parsing(operation, parsed.error());
    if (!parsed->error.empty()) co_return failure_of_stream(operation, parsed->error);
  }
  co_return Done{};
}

}  // namespace berth::agent::drivers::docker
