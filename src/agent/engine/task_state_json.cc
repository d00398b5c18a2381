#include <type_traits>

#include "agent/engine/task_state.h"

/// The saved form of a task's state: one function per struct says which members there are, for both
/// directions.
namespace berth::agent::engine {
namespace {

class Writer {
 public:
  static constexpr bool kReads = false;
  JsonObject out;

  template <class T>
  void operator()(const char* name, T& member) {
    JsonValue value = put(member);
    if (!value.is_null()) out[name] = std::move(value);
  }

  template <class T>
  static JsonValue put(T& member);
};

class Reader {
 public:
  static constexpr bool kReads = true;
  const JsonObject& in;
  bool good = true;

  template <class T>
  void operator()(const char* name, T& member) {
    const JsonValue* value = in.if_contains(name);
    if (value != nullptr && !value->is_null()) good = get(*value, member) && good;
  }

  template <class T>
  static bool get(const JsonValue& value, T& member);
};

template <class V>
void members(V& v, DriverError& e) {
  v("name", e.name), v("text", e.text);
}
template <class V>
void members(V& v, PortBinding& b) {
  v("containerPort", b.container_port), v("protocol", b.protocol), v("hostIp", b.host_ip),
      v("hostPort", b.host_port);
}
template <class V>
void members(V& v, ContainerHealth& h) {
  v("status", h.status), v("since", h.since), v("exitCode", h.exit_code), v("output", h.output);
}
template <class V>
void members(V& v, ContainerNetwork& n) {
  v("name", n.name), v("ipv4", n.ipv4_addresses), v("ipv6", n.ipv6_addresses);
}
template <class V>
void members(V& v, ContainerMount& m) {
  v("name", m.name), v("source", m.source), v("destination", m.destination), v("writable", m.writable);
}
template <class V>
void members(V& v, ContainerState& c) {
  v("dockerName", c.docker_name), v("dockerId", c.docker_id), v("endpointId", c.endpoint_id),
      v("imageId", c.image_id);
  v("imageDigest", c.image_digest), v("known", c.known), v("desired", c.desired), v("reported", c.reported);
  v("maybeRunning", c.maybe_running), v("startExpired", c.start_expired);
  v("restarts", c.restarts), v("problem", c.problem), v("exitCode", c.exit_code), v("bindings", c.bindings);
  v("health", c.health), v("createdAt", c.created_at), v("startedAt", c.started_at),
      v("finishedAt", c.finished_at);
  v("networks", c.networks), v("mounts", c.mounts), v("networkMode", c.network_mode),
      v("logDriver", c.log_driver);
  v("labels", c.labels), v("logOptions", c.log_options);
}
template <class V>
void members(V& v, VolumeState& s) {
  v("dockerName", s.docker_name), v("ready", s.ready), v("made", s.made);
}
template <class V>
void members(V& v, ContainerChange& c) {
  v("container", c.container), v("status", c.status), v("exitCode", c.exit_code), v("reason", c.reason);
  v("runtimeId", c.runtime_id), v("imageDigest", c.image_digest), v("bindings", c.bindings);
}
template <class V>
void members(V& v, StateChange& r) {
  v("id", r.id), v("status", r.status), v("reason", r.reason), v("containers", r.containers);
  v("pullStartedAt", r.pull_started_at), v("pullStoppedAt", r.pull_stopped_at);
  v("executionStoppedAt", r.execution_stopped_at);
}
template <class V>
void members(V& v, TaskState& t) {
  v("containers", t.containers), v("volumes", t.volumes), v("known", t.known), v("desired", t.desired);
  v("reported", t.reported), v("stopAsked", t.stop_asked), v("admitted", t.admitted), v("reason", t.reason),
      v("wantsCgroup", t.wants_cgroup);
  v("cgroupReady", t.cgroup_ready), v("cgroupParent", t.cgroup_parent), v("cleanup", t.cleanup);
  v("pullStartedAt", t.pull_started_at), v("pullStoppedAt", t.pull_stopped_at);
  v("executionStoppedAt", t.execution_stopped_at), v("stoppedAt", t.stopped_at), v("outbox", t.outbox);
  v("lastReport", t.last_report);
}

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
using StringMap = std::map<std::string, std::string>;

template <class T>
JsonValue Writer::put(T& member) {
  if constexpr (IsOptional<T>::value) {
    return member ? put(*member) : JsonValue(nullptr);
  } else if constexpr (IsVector<T>::value) {
    if (member.empty()) return nullptr;
    JsonArray array;
    for (auto& one : member) array.push_back(put(one));
    return array;
  } else if constexpr (std::is_same_v<T, StringMap>) {
    if (member.empty()) return nullptr;
    JsonObject object;
    for (const auto& [key, value] : member) object[key] = value;
    return object;
  } else if constexpr (std::is_same_v<T, std::string>) {
    return JsonValue(member);
  } else if constexpr (std::is_same_v<T, bool>) {
    return member;
  } else if constexpr (std::is_same_v<T, Status>) {
    return JsonValue(to_string(member));
  } else if constexpr (std::is_enum_v<T>) {
    return static_cast<int>(member);
  } else if constexpr (std::is_integral_v<T>) {
    return JsonValue(member);
  } else if constexpr (std::is_same_v<T, WallTime>) {
    return member.ms;
  } else {
    Writer nested;
    members(nested, member);
    return std::move(nested.out);
  }
}

template <class T>
bool get_integer(const JsonValue& value, T& member) {
  boost::json::error_code error;
  member = value.to_number<T>(error);
  return !error;
}

/// Highest enumerators of the enums that are saved as numbers.
constexpr int last_of(HealthStatus) {
  return static_cast<int>(HealthStatus::unhealthy);
}
constexpr int last_of(Cleanup) {
  return static_cast<int>(Cleanup::done);
}

template <class T>
bool Reader::get(const JsonValue& value, T& member) {
  if constexpr (IsOptional<T>::value) {
    return get(value, member.emplace());
  } else if constexpr (IsVector<T>::value) {
    if (!value.is_array()) return false;
    member.clear();
    for (const JsonValue& one : value.get_array()) {
      if (!get(one, member.emplace_back())) return false;
    }
    return true;
  } else if constexpr (std::is_same_v<T, StringMap>) {
    if (!value.is_object()) return false;
    for (const auto& [key, one] : value.get_object()) {
      if (!one.is_string()) return false;
      member[std::string(key)] = std::string(one.get_string());
    }
    return true;
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (!value.is_string()) return false;
    member = std::string(value.get_string());
    return true;
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!value.is_bool()) return false;
    member = value.get_bool();
    return true;
  } else if constexpr (std::is_same_v<T, Status>) {
    const auto status = value.is_string() ? parse_status(value.get_string()) : std::nullopt;
    member = status.value_or(Status::none);
    return status.has_value();
  } else if constexpr (std::is_enum_v<T>) {
    int number = -1;
    if (!get_integer(value, number) || number < 0 || number > last_of(T{})) return false;
    member = static_cast<T>(number);
    return true;
  } else if constexpr (std::is_integral_v<T>) {
    return get_integer(value, member);
  } else if constexpr (std::is_same_v<T, WallTime>) {
    return get_integer(value, member.ms);
  } else {
    if (!value.is_object()) return false;
    Reader nested{value.get_object()};
    members(nested, member);
    return nested.good;
  }
}

}  // namespace

JsonValue state_to_json(const TaskState& state) {
  // The writer only reads; one list of members serves both directions.
  return Writer::put(const_cast<TaskState&>(state));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

Result<TaskState> state_from_json(TaskSpec spec, const JsonValue& json) {
  TaskState state;
  if (!Reader::get(json, state)) return invalid("the saved state of task " + spec.arn + " is malformed");
  if (state.containers.size() != spec.containers.size() || state.volumes.size() != spec.volumes.size()) {
    return invalid("the saved state of task " + spec.arn + " does not fit its definition");
  }
  for (const StateChange& report : state.outbox) {
    for (const ContainerChange& change : report.containers) {
      if (change.container >= spec.containers.size()) {
        return invalid("the saved state of task " + spec.arn +
                       " reports on a container that it does not have");
      }
    }
  }
  state.spec = std::move(spec);
  return state;
}

}  // namespace berth::agent::engine
