#include "agent/endpoints/handlers.h"

#include <fmt/format.h>

#include <algorithm>

#include "agent/endpoints/credentials_endpoint.h"
#include "agent/endpoints/introspection.h"
#include "base/json.h"

namespace berth::agent::endpoints {
namespace {

runtime::HttpResponse to_response(EndpointAnswer answer) {
  return {answer.status, {{"Content-Type", std::move(answer.content_type)}}, std::move(answer.body)};
}

/// Errors of the metadata endpoint are one JSON string.
EndpointAnswer say(int status, const std::string& text) {
  return {status, render_json(JsonValue(text))};
}

EndpointAnswer not_found_page() {
  return {404, "404 page not found\n", "text/plain"};
}

/// The task that has this address: of a running container, as an address goes to somebody else afterwards.
/// Containers of networkMode host share the host's, and have none of their own.
std::optional<EndpointTask> find_by_address(const std::vector<EndpointTask>& tasks,
                                            const std::string& address) {
  for (const auto& task : tasks) {
    for (const auto& container : task.containers) {
      if (container.known != engine::Status::running) continue;
      for (const auto& network : container.networks) {
        const auto& known = network.ipv4_addresses;
        if (std::find(known.begin(), known.end(), address) != known.end()) return task;
      }
    }
  }
  return {};
}

bool asks_for_credentials(const RequestTarget& target) {
  return target.segment(1) == "credentials" && (target.segment(0) == "v1" || target.segment(0) == "v2");
}

/// "/v2/credentials/<id>" or "/v1/credentials?id=<id>"
std::string credentials_id_of(const RequestTarget& target) {
  if (target.segment(0) == "v2") return std::string(target.segment(2));
  const auto* parameter = target.parameter("id");
  return parameter != nullptr ? *parameter : std::string();
}

/// "/api/<endpoint id>/task-protection/v1/state"
bool asks_for_protection(const RequestTarget& target) {
  return target.segments.size() == 5 && target.segment(0) == "api" &&
         target.segment(2) == "task-protection" && target.segment(3) == "v1" && target.segment(4) == "state";
}

struct Caller {
  EndpointTask task;
  std::size_t container = 0;
};

std::optional<Caller> find_by_endpoint(std::vector<EndpointTask> tasks, std::string_view id) {
  for (auto& task : tasks) {
    for (std::size_t i = 0; i < task.containers.size(); ++i)
      if (!id.empty() && task.containers[i].endpoint_id == id) return Caller{std::move(task), i};
  }
  return {};
}

}  // namespace

Async<runtime::UpgradeDecision> PlainHandler::upgrade(const runtime::HttpRequest&, const runtime::Peer&) {
  runtime::UpgradeDecision decision;
  decision.refusal.status = 400;
  co_return decision;
}

Async<void> PlainHandler::run_socket(std::shared_ptr<void>, runtime::MessageSocket&) {
  co_return;
}

Async<runtime::HttpResponse> IntrospectionHandler::handle(const runtime::HttpRequest& request,
                                                          const runtime::Peer&) {
  co_return to_response(answer_introspection(request.target, state_.metadata(), state_.tasks(), license_));
}

TaskServerHandler::TaskServerHandler(EndpointState& state, const CredentialsSource& credentials,
                                     const runtime::Clock& clock, Audit audit, ProtectionApi* protection)
    : state_(state),
      credentials_(credentials),
      clock_(clock),
      limiters_(kTaskRequestsPerSecond, kTaskRequestsBurst),
      audit_(std::move(audit)),
      protection_(protection) {}

Async<runtime::HttpResponse> TaskServerHandler::handle(const runtime::HttpRequest& request,
                                                       const runtime::Peer& peer) {
  RequestTarget target = parse_target(request.target);
  if (!limiters_.admit(caller_of(target, peer.address), clock_.monotonic())) {
    co_return to_response({429, "You have reached maximum request limit.", "text/plain"});
  }
  if (asks_for_credentials(target)) co_return to_response(answer_credentials_request(target, request, peer));
  if (asks_for_protection(target)) {
    std::string method = request.method;
    std::string body = request.body;
    auto told = co_await answer_protection_request(std::move(target), std::move(method), std::move(body));
    co_return to_response(std::move(told));
  }
  std::string address = peer.address;
  auto given = co_await answer(std::move(target), std::move(address));
  co_return to_response(std::move(given));
}

std::string TaskServerHandler::caller_of(const RequestTarget& target, const std::string& address) const {
  std::string task;
  if (asks_for_credentials(target)) {
    task = credentials_.task_of_credentials(credentials_id_of(target));
  } else if (target.segment(0) == "v2") {
    task = state_.task_of_address(address);
  } else {
    task = state_.task_of_endpoint(target.segment(1));
  }
  return task.empty() ? "address " + address : task;
}

EndpointAnswer TaskServerHandler::answer_credentials_request(const RequestTarget& target,
                                                             const runtime::HttpRequest& request,
                                                             const runtime::Peer& peer) {
  const bool v2 = target.segment(0) == "v2";
  const std::string id = credentials_id_of(target);
  EndpointAnswer given = answer_credentials(v2 ? CredentialsVersion::v2 : CredentialsVersion::v1, id,
                                            credentials_.find_credentials(id));
  if (!audit_) return given;
  const AgentMetadata agent = state_.metadata();
  AuditEntry entry{clock_.wall(),
                   given.status,
                   peer.address,
                   v2 ? "/v2/credentials" : "/v1/credentials",
                   {},
                   credentials_.task_of_credentials(id),
                   agent.cluster,
                   agent.container_instance_arn};
  entry.user_agent = runtime::find_header(request.headers, "User-Agent");
  audit_(entry);
  return given;
}

Async<EndpointAnswer> TaskServerHandler::answer(RequestTarget target, std::string address) {
  const std::string_view version = target.segment(0);
  if (version == "v2") co_return co_await answer_by_address(std::move(target), std::move(address));
  if (version == "v3") co_return co_await answer_by_container(std::move(target), MetadataVersion::v3);
  if (version == "v4") co_return co_await answer_by_container(std::move(target), MetadataVersion::v4);
  co_return not_found_page();
}

Async<EndpointAnswer> TaskServerHandler::answer_by_container(RequestTarget target, MetadataVersion version) {
  const auto caller = find_by_endpoint(state_.tasks(), target.segment(1));
  if (!caller) {
    const bool v4 = version == MetadataVersion::v4;
    co_return say(
        v4 ? 404 : 400,
        fmt::format("{} container metadata handler: unable to get container ID from request: unable to get "
                    "docker ID from v3 endpoint ID: {}",
                    v4 ? "V4" : "V3", target.segment(1)));
  }
  const EndpointContainer& container = caller->task.containers[caller->container];
  const std::string_view what = target.segment(2);
  const auto count = target.segments.size();
  if (count == 2) co_return EndpointAnswer{200, render_container_metadata(container, version)};
  if (count == 3 && what == "task")
    co_return EndpointAnswer{200, render_task_metadata(caller->task, version, Tags::no)};
  if (count == 3 && what == "taskWithTags") {
    co_return EndpointAnswer{200, render_task_metadata(caller->task, version, Tags::yes)};
  }
  if (count == 3 && what == "stats") co_return co_await answer_stats(container.docker_id, version);
  if (count == 4 && what == "task" && target.segment(3) == "stats") {
    co_return co_await answer_task_stats(caller->task, version);
  }
  // Tasks have no associations (elastic inference, GPUs).
  if (count == 4 && what == "associations") co_return EndpointAnswer{200, R"({"Associations":[]})"};
  co_return not_found_page();
}

Async<EndpointAnswer> TaskServerHandler::answer_by_address(RequestTarget target, std::string address) {
  const std::string_view what = target.segment(1);
  const std::string_view docker_id = target.segment(2);
  const bool tags = what == "metadataWithTags";
  const bool metadata = what == "metadata" || tags;
  if ((!metadata && what != "stats") || target.segments.size() > 3) co_return not_found_page();
  const auto task = find_by_address(state_.tasks(), address);
  if (!task) {
    co_return say(
        400, fmt::format("Unable to get task arn from request: unable to associate '{}' with task", address));
  }
  if (docker_id.empty() && metadata) {
    co_return EndpointAnswer{200,
                             render_task_metadata(*task, MetadataVersion::v2, tags ? Tags::yes : Tags::no)};
  }
  if (docker_id.empty()) co_return co_await answer_task_stats(*task, MetadataVersion::v2);
  for (const auto& container : task->containers) {
    if (container.docker_id != docker_id) continue;
    if (metadata) co_return EndpointAnswer{200, render_container_metadata(container, MetadataVersion::v2)};
    co_return co_await answer_stats(container.docker_id, MetadataVersion::v2);
  }
  co_return say(400, fmt::format("Unable to find container '{}' of the task", docker_id));
}

Async<EndpointAnswer> TaskServerHandler::answer_protection_request(RequestTarget target, std::string method,
                                                                   std::string body) {
  const auto caller = find_by_endpoint(state_.tasks(), target.segment(1));
  if (!caller || protection_ == nullptr) co_return not_found_page();
  const std::string arn = caller->task.arn;
  std::optional<ProtectionWish> wish;
  if (method == "PUT") {
    auto parsed = parse_protection_wish(body);
    if (!parsed) co_return refuse_protection(arn, parsed.error().message);
    wish = *parsed;
  } else if (method != "GET") {
    co_return EndpointAnswer{405, "Method Not Allowed\n", "text/plain"};
  }
  const ProtectionAnswer answer = co_await protection_->protection(arn, wish);
  co_return answer_protection(arn, answer);
}

Async<EndpointAnswer> TaskServerHandler::answer_stats(std::string docker_id, MetadataVersion version) {
  const auto stats = co_await state_.stats(docker_id);
  if (!stats) co_return say(500, "Unable to get container stats for: " + docker_id);
  co_return EndpointAnswer{200, render_stats(stats, version)};
}

Async<EndpointAnswer> TaskServerHandler::answer_task_stats(EndpointTask task, MetadataVersion version) {
  std::map<std::string, std::optional<EndpointStats>> all;
  for (const auto& container : task.containers) {
    if (container.docker_id.empty()) continue;
    auto stats = co_await state_.stats(container.docker_id);
    all.emplace(container.docker_id, std::move(stats));
  }
  co_return EndpointAnswer{200, render_task_stats(all, version)};
}

}  // namespace berth::agent::endpoints
