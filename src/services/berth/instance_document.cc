#include "services/berth/instance_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "domain/arns.h"

namespace berth::services::control {
namespace {

using domain::TaskRecord;
using placement::ReasonCode;
using placement::Rejection;

struct Holder {
  const TaskRecord* task = nullptr;
  std::int64_t amount = 0;  ///< CPU units or MiB; 0 for ports and groups.
};

void sort_by_amount(std::vector<Holder>& holders) {
  std::stable_sort(holders.begin(), holders.end(),
                   [](const Holder& a, const Holder& b) { return a.amount > b.amount; });
}

std::vector<Holder> holders_of_amount(const std::vector<const TaskRecord*>& tasks, ReasonCode code) {
  std::vector<Holder> holders;
  for (const auto* task : tasks) {
    const std::int64_t amount = code == ReasonCode::cpu ? task->cpu : task->memory;
    if (amount > 0) holders.push_back({task, amount});
  }
  sort_by_amount(holders);
  return holders;
}

// "80/tcp" is what a Rejection calls a port.
bool holds_port(const TaskRecord& task, std::string_view name) {
  std::int32_t port = 0;
  std::from_chars(name.data(), name.data() + name.size(), port);
  const auto& ports = name.ends_with("/udp") ? task.udp_ports : task.tcp_ports;
  return std::find(ports.begin(), ports.end(), port) != ports.end();
}

std::vector<Holder> holders_of_ports(const std::vector<const TaskRecord*>& tasks, const Rejection& reason) {
  std::vector<Holder> holders;
  for (const auto* task : tasks)
    for (const auto& name : reason.names)
      if (holds_port(*task, name)) {
        holders.push_back({task, 0});
        break;
      }
  return holders;
}

std::vector<Holder> holders_of(const Rejection& reason, const std::vector<const TaskRecord*>& tasks,
                               const std::string& group) {
  if (reason.code == ReasonCode::cpu || reason.code == ReasonCode::memory)
    return holders_of_amount(tasks, reason.code);
  if (reason.code == ReasonCode::ports) return holders_of_ports(tasks, reason);
  std::vector<Holder> holders;
  if (reason.code == ReasonCode::distinct_instance)
    for (const auto* task : tasks)
      if (task->group == group && task->desired_status == domain::TaskStatus::running)
        holders.push_back({task, 0});
  return holders;
}

// The fewest tasks, largest first, whose end would free `missing`; empty when all together do not.
std::vector<Holder> enough_of(std::vector<Holder> holders, std::int64_t missing) {
  // One task that just suffices disturbs less than the largest.
  for (auto at = holders.rbegin(); at != holders.rend(); ++at)
    if (at->amount >= missing) return {*at};
  std::vector<Holder> chosen;
  for (const auto& holder : holders) {
    if (missing <= 0) break;
    chosen.push_back(holder);
    missing -= holder.amount;
  }
  return missing <= 0 ? chosen : std::vector<Holder>();
}

std::string name_of(const Holder& holder, std::string_view unit) {
  const auto name = fmt::format("task {} ({}", holder.task->id, holder.task->group);
  return holder.amount > 0 ? fmt::format("{}, {} {})", name, holder.amount, unit) : name + ")";
}

std::string names_of(const std::vector<Holder>& holders, std::string_view unit) {
  std::string text;
  for (std::size_t i = 0; i < holders.size() && i < kHoldersMax; ++i)
    text += (i == 0 ? "" : ", ") + name_of(holders[i], unit);
  if (holders.size() > kHoldersMax) text += fmt::format(" and {} more", holders.size() - kHoldersMax);
  return text;
}

JsonArray holder_array(const std::vector<Holder>& holders) {
  JsonArray array;
  for (std::size_t i = 0; i < holders.size() && i < kHoldersMax; ++i) {
    JsonObject one;
    one["taskArn"] = holders[i].task->arn;
    one["group"] = holders[i].task->group;
    if (holders[i].amount > 0) one["amount"] = holders[i].amount;
    array.push_back(std::move(one));
  }
  return array;
}

// Detail and remedy of a reason with the names of those who hold what is missing.
struct Texts {
  std::string detail;
  std::string remedy;
};

Texts texts_of(const Rejection& reason, const std::vector<Holder>& holders) {
  Texts texts{reason.detail, reason.remedy};
  if (reason.code == ReasonCode::cpu || reason.code == ReasonCode::memory) {
    const std::string_view unit = reason.code == ReasonCode::cpu ? "CPU units" : "MiB";
    const auto enough = enough_of(holders, reason.needed - reason.available);
    if (!enough.empty())
      texts.remedy +=
          fmt::format("; freed when {} stop{}", names_of(enough, unit), enough.size() == 1 ? "s" : "");
  } else if (reason.code == ReasonCode::ports && !reason.names.empty()) {
    texts.detail += holders.empty() ? std::string(" (reserved by the agent)")
                                    : fmt::format(" by {}", names_of(holders, ""));
  } else if (reason.code == ReasonCode::distinct_instance && !holders.empty()) {
    texts.detail += fmt::format(": {}", names_of(holders, ""));
  }
  return texts;
}

JsonArray strings(const std::vector<std::string>& texts) {
  JsonArray array;
  for (const auto& text : texts) array.emplace_back(text);
  return array;
}

JsonObject amounts(std::int64_t cpu, std::int64_t memory) {
  JsonObject object;
  object["cpu"] = cpu;
  object["memory"] = memory;
  return object;
}

JsonObject needs_document(const placement::PlacementRequest& request) {
  JsonObject needs = amounts(request.resources.cpu, request.resources.memory_mib);
  JsonArray ports;
  for (const auto& port : request.resources.host_ports) ports.emplace_back(placement::render_port(port));
  needs["hostPorts"] = std::move(ports);
  JsonArray attributes;
  for (const auto& attribute : request.attributes)
    attributes.emplace_back(attribute.value ? attribute.name + "=" + *attribute.value : attribute.name);
  needs["attributes"] = std::move(attributes);
  JsonArray constraints;
  for (const auto& constraint : request.constraints)
    constraints.emplace_back(constraint.query ? "memberOf(" + constraint.query->text + ")"
                                              : std::string("distinctInstance"));
  needs["constraints"] = std::move(constraints);
  return needs;
}

JsonObject instance_document(const ClusterSnapshot& snapshot, std::size_t index, std::string_view group) {
  const auto& view = snapshot.at(index);
  const auto& record = *snapshot.instance(index).record;
  JsonObject object;
  object["containerInstanceArn"] = view.arn;
  object["ec2InstanceId"] = view.ec2_instance_id;
  object["availabilityZone"] = placement::zone_of(view);
  object["status"] = placement::to_string(view.status);
  object["agentConnected"] = record.agent_connected;
  if (!record.agent_connected) object["agentDisconnectedAt"] = time_value(record.disconnected_at);
  object["registered"] = amounts(view.registered_cpu, view.registered_memory_mib);
  object["remaining"] = amounts(view.remaining_cpu, view.remaining_memory_mib);
  object["tasks"] = static_cast<std::int64_t>(snapshot.tasks(index).size());
  object["groupTasks"] = snapshot.count_of_group(index, group);
  return object;
}

}  // namespace

std::string render_age(Duration age) {
  const auto seconds =
      std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::seconds>(age).count(), 0);
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  if (seconds < 172'800) return fmt::format("{} h {} min", seconds / 3600, seconds % 3600 / 60);
  return fmt::format("{} d", seconds / 86'400);
}

std::string short_id(std::string_view arn) {
  return std::string(domain::last_part(arn));
}

JsonValue time_value(const std::optional<WallTime>& time) {
  return time ? JsonValue(render_iso8601(*time)) : JsonValue(nullptr);
}

JsonObject reason_document(const Rejection& reason, const ClusterSnapshot& snapshot, std::size_t index,
                           const placement::PlacementRequest& request, WallTime now) {
  const auto holders = holders_of(reason, snapshot.tasks(index), request.group);
  auto texts = texts_of(reason, holders);
  JsonObject object;
  object["code"] = placement::to_string(reason.code);
  object["reason"] = placement::failure_reason(reason.code);
  const auto& record = *snapshot.instance(index).record;
  if (reason.code == ReasonCode::agent && record.disconnected_at) {
    texts.detail =
        fmt::format("the agent is not connected since {} ({})", render_iso8601(*record.disconnected_at),
                    render_age(now - *record.disconnected_at));
    object["since"] = time_value(record.disconnected_at);
  }
  object["detail"] = std::move(texts.detail);
  object["remedy"] = std::move(texts.remedy);
  if (reason.code == ReasonCode::cpu || reason.code == ReasonCode::memory) {
    object["needed"] = reason.needed;
    object["available"] = reason.available;
    object["registered"] = reason.code == ReasonCode::cpu ? record.cpu : record.memory;
  }
  if (!reason.names.empty()) object["names"] = strings(reason.names);
  if (!holders.empty()) object["heldBy"] = holder_array(holders);
  return object;
}

JsonObject decision_document(const ClusterSnapshot& snapshot, const placement::PlacementRequest& request,
                             WallTime now) {
  const auto explanation = placement::explain_placement(snapshot, request);
  JsonObject object;
  object["group"] = explanation.group;
  object["needs"] = needs_document(request);
  object["strategy"] = explanation.strategy;
  object["summary"] = explanation.summary;
  object["fitting"] = static_cast<std::int64_t>(explanation.fitting);
  JsonArray instances;
  for (const auto& candidate : placement::rank_candidates(snapshot, request)) {
    JsonObject one = instance_document(snapshot, candidate.index, request.group);
    one["fits"] = true;
    one["rank"] = static_cast<std::int64_t>(candidate.rank);
    JsonArray ranked_by;
    for (const auto& value : candidate.values) {
      JsonObject pair;
      pair["key"] = value.key;
      pair["value"] = value.value;
      ranked_by.push_back(std::move(pair));
    }
    one["rankedBy"] = std::move(ranked_by);
    one["reasons"] = JsonArray();
    instances.push_back(std::move(one));
  }
  for (const auto& instance : explanation.instances) {
    if (instance.reasons.empty()) continue;
    JsonObject one = instance_document(snapshot, instance.index, request.group);
    one["fits"] = false;
    JsonArray reasons;
    for (const auto& reason : instance.reasons)
      reasons.push_back(reason_document(reason, snapshot, instance.index, request, now));
    one["reasons"] = std::move(reasons);
    instances.push_back(std::move(one));
  }
  object["instances"] = std::move(instances);
  return object;
}

}  // namespace berth::services::control
