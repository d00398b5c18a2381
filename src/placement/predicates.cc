#include "placement/predicates.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::placement {
namespace {

/// Each predicate answers whether it is satisfied; with `out`, it also says why not. Predicates with `out`
/// null run for each probed instance of each task, so they must not build text.
using Out = std::vector<Rejection>*;

/// The task groups of an instance, with the tasks that the plan has put there so far.
class PlannedGroups final : public GroupLookup {
 public:
  PlannedGroups(const Candidate& candidate, const std::string& group)
      : candidate_(candidate), group_(group) {}
  std::int64_t count_of(std::string_view group) const override {
    return candidate_.snapshot.count_of_group(candidate_.index, group) +
           (group == group_ ? candidate_.planned : 0);
  }
  void each(const GroupVisitor& visit) const override {
    candidate_.snapshot.each_group(candidate_.index, visit);
    if (candidate_.planned > 0) visit(group_, candidate_.planned);
  }

 private:
  const Candidate& candidate_;
  const std::string& group_;
};

bool check_status(const InstanceView& view, Out out) {
  if (view.status == InstanceStatus::active) return true;
  if (out) {
    bool draining = view.status == InstanceStatus::draining;
    out->push_back({draining ? ReasonCode::draining : ReasonCode::inactive,
                    fmt::format("the instance is {}", to_string(view.status)),
                    draining ? "set the instance to ACTIVE" : "register the instance again",
                    {}});
  }
  return false;
}

bool check_agent(const InstanceView& view, Out out) {
  if (view.agent_connected || view.agent_awaited) return true;
  if (out)
    out->push_back({ReasonCode::agent, "the agent is not connected", "start the agent on the instance", {}});
  return false;
}

bool is_capability(std::string_view name) {
  return name.starts_with("com.amazonaws.ecs.capability.") || name.starts_with("ecs.capability.");
}

// Agents of early 2015 tell of no capability at all; such an instance is asked for none.
bool tells_capabilities(const InstanceView& view) {
  return std::any_of(view.attributes.begin(), view.attributes.end(),
                     [](const Attribute& attribute) { return is_capability(attribute.name); });
}

bool check_attributes(const InstanceView& view, const PlacementRequest& request, Out out) {
  std::vector<std::string> missing;
  for (const RequiredAttribute& wanted : request.attributes) {
    auto value = find_attribute(view, wanted.name);
    if (value && (!wanted.value || *wanted.value == *value)) continue;
    if (is_capability(wanted.name) && !tells_capabilities(view)) continue;
    if (!out) return false;
    missing.push_back(wanted.value ? wanted.name + "=" + *wanted.value : wanted.name);
  }
  if (missing.empty()) return true;
  std::string list = fmt::format("{}", fmt::join(missing, ", "));
  out->push_back({ReasonCode::attribute,
                  fmt::format("lacks the required attribute{} {}", missing.size() == 1 ? "" : "s", list),
                  fmt::format("give the instance {}, or drop what needs it from the task definition", list),
                  std::move(missing)});
  return false;
}

bool check_constraint(const Candidate& candidate, const PlacementRequest& request,
                      const Constraint& constraint, Out out) {
  PlannedGroups groups(candidate, request.group);
  if (constraint.type == Constraint::Type::distinct_instance) {
    if (groups.count_of(request.group) == 0) return true;
    if (out) {
      out->push_back({ReasonCode::distinct_instance,
                      fmt::format("already has a task of {}", request.group),
                      "add an instance, or drop distinctInstance",
                      {}});
    }
    return false;
  }
  const InstanceView& view = candidate.view();
  QueryContext context{view.running_tasks + view.pending_tasks + candidate.planned, groups,
                       request.budget.get()};
  if (evaluate(*constraint.query, view, context)) return true;
  if (out) {
    out->push_back(
        {ReasonCode::member_of,
         fmt::format("does not satisfy {}", explain_mismatch(*constraint.query, view, context)),
         fmt::format("make \"{}\" true for the instance, or change the constraint", constraint.query->text),
         {constraint.query->text}});
  }
  return false;
}

bool check_constraints(const Candidate& candidate, const PlacementRequest& request, Out out) {
  bool satisfied = true;
  for (const Constraint& constraint : request.constraints) {
    if (check_constraint(candidate, request, constraint, out)) continue;
    if (!out) return false;
    satisfied = false;
  }
  return satisfied;
}

/// The remedy names the smallest change on each side; an instance too small even when empty says so.
std::string amount_remedy(std::string_view unit, std::int64_t needed, std::int64_t available,
                          std::int64_t registered) {
  if (needed > registered) {
    return fmt::format("use an instance with at least {} {} (this one has {}), or ask for at most {}", needed,
                       unit, registered, std::max<std::int64_t>(available, 0));
  }
  return fmt::format("free {} {} on the instance, or ask for at most {}", needed - available, unit,
                     std::max<std::int64_t>(available, 0));
}

bool check_amount(ReasonCode code, std::string_view unit, std::int64_t needed, std::int64_t remaining,
                  std::int64_t planned, std::int64_t registered, Out out) {
  std::int64_t available = remaining - planned * needed;
  // A task that asks for nothing fits even where a re-registered instance is overcommitted.
  if (needed <= available || needed <= 0) return true;
  if (out) {
    out->push_back({code,
                    fmt::format("needs {} {}, {} free", needed, unit, std::max<std::int64_t>(available, 0)),
                    amount_remedy(unit, needed, available, registered),
                    {},
                    needed,
                    available});
  }
  return false;
}

bool is_used(const InstanceView& view, PortRequest port) {
  const auto& used = port.protocol == Protocol::tcp ? view.used_tcp : view.used_udp;
  return std::binary_search(used.begin(), used.end(), port.port);
}

/// How many runs of `length` free ports the instance can still pick for itself.
std::int64_t free_runs(const InstanceView& view, Protocol protocol, std::int64_t length) {
  const auto& used = protocol == Protocol::tcp ? view.used_tcp : view.used_udp;
  std::int64_t runs = 0, start = view.dynamic_port_first;
  auto from = std::lower_bound(used.begin(), used.end(), view.dynamic_port_first);
  for (; from != used.end() && *from <= view.dynamic_port_last; ++from) {
    runs += std::max<std::int64_t>(*from - start, 0) / length;
    start = *from + std::int64_t{1};
  }
  return runs + std::max<std::int64_t>(view.dynamic_port_last + std::int64_t{1} - start, 0) / length;
}

bool check_port_ranges(const Candidate& candidate, const PlacementRequest& request, Out out) {
  for (const PortRange& range : request.resources.port_ranges) {
    std::int64_t length = range.last - range.first + std::int64_t{1};
    if (length < 1 || free_runs(candidate.view(), range.protocol, length) > candidate.planned) continue;
    if (out) {
      out->push_back({ReasonCode::ports,
                      fmt::format("has no {} free {} ports in a row", length, to_string(range.protocol)),
                      "ask for a smaller containerPortRange",
                      {},
                      length});
    }
    return false;
  }
  return true;
}

bool check_ports(const Candidate& candidate, const PlacementRequest& request, Out out) {
  const auto& wanted = request.resources.host_ports;
  if (wanted.empty()) return true;
  const InstanceView& view = candidate.view();
  std::vector<std::string> taken;
  for (const PortRequest& port : wanted) {
    if (candidate.planned == 0 && !is_used(view, port)) continue;
    if (!out) return false;
    taken.push_back(render_port(port));
  }
  if (!taken.empty()) {
    std::string list = fmt::format("{}", fmt::join(taken, ", "));
    out->push_back({ReasonCode::ports,
                    fmt::format("host port{} {} {} taken", taken.size() == 1 ? "" : "s", list,
                                taken.size() == 1 ? "is" : "are"),
                    fmt::format("stop what uses {} there, or use host port 0", list), std::move(taken)});
    return false;
  }
  std::size_t reserved = view.used_tcp.size() + view.used_udp.size();
  if (reserved + wanted.size() <= request.reserved_ports_max) return true;
  if (out) {
    out->push_back(
        {ReasonCode::ports,
         fmt::format("{} host ports are reserved, {} is the limit", reserved, request.reserved_ports_max),
         "use host port 0, or stop tasks with fixed host ports",
         {}});
  }
  return false;
}

bool check_resources(const Candidate& candidate, const PlacementRequest& request, Out out) {
  const InstanceView& view = candidate.view();
  const ResourceRequest& wanted = request.resources;
  bool cpu = check_amount(ReasonCode::cpu, "CPU units", wanted.cpu, view.remaining_cpu, candidate.planned,
                          view.registered_cpu, out);
  if (!cpu && !out) return false;
  bool memory = check_amount(ReasonCode::memory, "MiB of memory", wanted.memory_mib,
                             view.remaining_memory_mib, candidate.planned, view.registered_memory_mib, out);
  if (!memory && !out) return false;
  bool ports = check_ports(candidate, request, out);
  return check_port_ranges(candidate, request, ports ? out : nullptr) && ports && cpu && memory;
}

}  // namespace

bool fits(const Candidate& candidate, const PlacementRequest& request) {
  // Cheap and likely obstacles first.
  const InstanceView& view = candidate.view();
  return check_status(view, nullptr) && check_agent(view, nullptr) &&
         check_resources(candidate, request, nullptr) && check_attributes(view, request, nullptr) &&
         check_constraints(candidate, request, nullptr);
}

std::vector<Rejection> rejections_of(const Candidate& candidate, const PlacementRequest& request) {
  std::vector<Rejection> reasons;
  const InstanceView& view = candidate.view();
  check_status(view, &reasons);
  check_agent(view, &reasons);
  check_attributes(view, request, &reasons);
  check_constraints(candidate, request, &reasons);
  check_resources(candidate, request, &reasons);
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const Rejection& a, const Rejection& b) { return a.code < b.code; });
  return reasons;
}

std::vector<Rejection> check_instance(const Snapshot& snapshot, std::size_t index,
                                      const PlacementRequest& request, std::int64_t planned) {
  return rejections_of({snapshot, index, planned}, request);
}

}  // namespace berth::placement
