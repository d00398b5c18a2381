#include "gateway/handshake.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <vector>

#include "base/arn.h"
#include "base/encoding.h"
#include "base/header_view.h"
#include "base/json.h"
#include "domain/arns.h"

namespace berth::gateway {
namespace {

using domain::ClusterRecord;
using domain::ContainerInstanceRecord;

using Query = std::map<std::string, std::string, std::less<>>;

std::optional<Query> parse_query(std::string_view text) {
  Query query;
  while (!text.empty()) {
    const auto end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto equals = pair.find('=');
    auto name = decode_uri(pair.substr(0, equals), Plus::space);
    auto value = decode_uri(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1),
                            Plus::space);
    if (!name || !value) return std::nullopt;
    query.insert_or_assign(std::move(*name), std::move(*value));
  }
  return query;
}

std::string take(const Query& query, std::string_view name) {
  const auto found = query.find(name);
  return found == query.end() ? std::string() : found->second;
}

std::int64_t number_of(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return 0;
  return number;
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}
std::string_view query_of(std::string_view target) {
  const auto mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

SocketRequest control_request(const Query& query) {
  SocketRequest request;
  request.kind = SocketKind::control;
  request.cluster = take(query, "clusterArn");
  request.container_instance = take(query, "containerInstanceArn");
  request.agent_version = take(query, "agentVersion");
  request.agent_hash = take(query, "agentHash");
  request.docker_version = take(query, "dockerVersion");
  const auto sequence = number_of(take(query, "seqNum"));
  request.sequence = sequence <= kSequenceBelievedMax ? sequence : 0;
  request.protocol_version =
      static_cast<int>(std::min<std::int64_t>(number_of(take(query, "protocolVersion")), 1000));
  return request;
}

// The ARN's region and account must be the caller's own: others' resources are not here.
bool is_of_realm(const Arn& arn, const domain::Realm& realm) {
  return arn.service == "ecs" && arn.region == realm.region && arn.account == realm.account;
}

std::optional<std::string> cluster_name(const std::string& text, const domain::Realm& realm) {
  if (text.empty()) return "default";
  if (!looks_like_arn(text)) return text;
  const auto arn = parse_arn(text);
  if (!arn || !is_of_realm(*arn, realm)) return std::nullopt;
  const auto resource = parse_ecs_resource(arn->resource);
  if (!resource || resource->type != "cluster") return std::nullopt;
  return resource->id;
}

std::optional<std::string> instance_id(const std::string& text, const domain::Realm& realm,
                                       std::string_view cluster) {
  if (!looks_like_arn(text)) return std::string(domain::last_part(text));
  const auto arn = parse_arn(text);
  if (!arn || !is_of_realm(*arn, realm)) return std::nullopt;
  const auto resource = parse_ecs_resource(arn->resource);
  if (!resource || resource->type != "container-instance") return std::nullopt;
  if (!resource->cluster.empty() && resource->cluster != cluster) return std::nullopt;
  return resource->id;
}

}  // namespace

runtime::HttpResponse refusal_response(const Refusal& refusal) {
  runtime::HttpResponse response;
  response.status = refusal.status;
  response.headers.push_back({"Content-Type", "application/json"});
  response.body = render_json(JsonObject{{refusal.exception, refusal.message}});
  return response;
}

std::variant<SocketRequest, Refusal> parse_socket_request(std::string_view target) {
  if (target.size() > kQueryBytesMax) return Refusal{400, "BadRequestException", "The URL is too long."};
  const auto query = parse_query(query_of(target));
  if (!query) return Refusal{400, "BadRequestException", "The URL is not percent-encoded rightly."};
  const std::string_view path = path_of(target);
  const bool control = query->contains("containerInstanceArn") ||
                       (path.starts_with("/acs/") && !query->contains("containerInstance"));
  const bool telemetry =
      !control && (query->contains("containerInstance") || path.starts_with("/telemetry/"));
  if (!control && !telemetry) return Refusal{404, "BadRequestException", "No websocket is served here."};
  SocketRequest request;
  if (control) {
    request = control_request(*query);
  } else {
    request.kind = SocketKind::telemetry;
    request.cluster = take(*query, "cluster");
    request.container_instance = take(*query, "containerInstance");
    request.agent_version = take(*query, "agentVersion");
  }
  if (request.container_instance.empty())
    return Refusal{400, "InvalidInstanceException", "The URL names no container instance."};
  return request;
}

std::variant<auth::Principal, Refusal> verify_handshake(const runtime::HttpRequest& request,
                                                        const auth::KeyLookup& find_key, WallTime now,
                                                        auth::SigningKeyCache& cache) {
  static constexpr std::string_view kServices[] = {"ecs"};
  std::vector<HeaderView> headers;
  headers.reserve(request.headers.size());
  for (const auto& header : request.headers) headers.push_back({header.name, header.value});
  const auth::SignedRequest signed_request{
      request.method, path_of(request.target), query_of(request.target), headers, {}, kServices};
  auto verified = auth::verify_request(signed_request, find_key, now, cache);
  if (const auto* failure = std::get_if<auth::AuthFailure>(&verified)) {
    const auto text = auth::render_auth_failure(*failure, auth::ErrorFamily::json);
    return Refusal{text.status, "AccessDeniedException", text.message};
  }
  return std::get<auth::Principal>(std::move(verified));
}

std::variant<SocketContext, Refusal> find_socket_instance(const store::View& view, const domain::Realm& realm,
                                                          SocketRequest request) {
  const Refusal no_cluster{400, "InvalidClusterException",
                           fmt::format("Cluster not found. No ACTIVE cluster is named '{}' in region {}.",
                                       request.cluster.empty() ? "default" : request.cluster, realm.region)};
  const Refusal no_instance{400, "InvalidInstanceException", "Container instance not found."};
  const auto cluster = cluster_name(request.cluster, realm);
  if (!cluster || cluster->find('/') != std::string::npos) return no_cluster;
  const auto* cluster_record = view.find<ClusterRecord>(store::cluster_key(realm, *cluster));
  const auto id = instance_id(request.container_instance, realm, *cluster);
  const ContainerInstanceRecord* instance = nullptr;
  if (id && !id->empty()) {
    const auto* found = view.find<ContainerInstanceRecord>(store::instance_key(realm, *cluster, *id));
    if (found) instance = found->record.get();
  }
  // An inactive instance is told so even when its cluster has gone too: only then does its agent give up.
  if (instance && instance->status == domain::InstanceStatus::inactive)
    return Refusal{400, "InactiveInstanceException", "The container instance has been deregistered."};
  if (!cluster_record || cluster_record->record->status != domain::ClusterStatus::active) return no_cluster;
  if (!instance || instance->cluster_generation != cluster_record->record->generation) return no_instance;
  return SocketContext{std::move(request), realm, *cluster,
                       store::instance_key(realm, *cluster, instance->id), instance->arn};
}

}  // namespace berth::gateway
