#include "agent/state/state_store.h"

#include <algorithm>

#include "agent/engine/docker_mapping.h"
#include "base/log.h"
#include "model/acs/codec.h"

namespace berth::agent::state {
namespace {

constexpr std::string_view kSuffix = ".json";

Error damaged(const std::string& path, const std::string& what) {
  return invalid("the saved state in " + path + " cannot be used: " + what);
}

Error newer(const std::string& path, std::int64_t version) {
  return {
      ErrorCode::denied,
      "the saved state in " + path + " cannot be used: its version is " + std::to_string(version) +
          ", and this agent knows versions up to " + std::to_string(kStateVersion) +
          " (it was written by a newer agent). Start that one, or delete the file to go on without what it "
          "remembers",
      Retry::no};
}

/// The document of a file, if it is one of ours and of a version that we know.
Result<JsonObject> parse_document(const std::string& path, const std::string& text) {
  auto json = parse_json(text);
  if (!json) return damaged(path, json.error().message);
  if (!json->is_object()) return damaged(path, "it is not a JSON object");
  const JsonValue* version = json->get_object().if_contains("version");
  if (version == nullptr || !version->is_int64()) return damaged(path, "it has no version");
  if (version->get_int64() > kStateVersion) return newer(path, version->get_int64());
  return std::move(json->get_object());
}

std::string text_of(const JsonObject& object, const char* name) {
  const JsonValue* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// Who the agent is: in its own file, and in that of each task in case that one is lost.
JsonObject identity_of(const AgentRecord& record) {
  return {{"cluster", record.cluster},
          {"containerInstanceArn", record.container_instance_arn},
          {"instanceId", record.instance_id},
          {"instanceType", record.instance_type}};
}

AgentRecord identity_from(const JsonObject& object) {
  AgentRecord record;
  record.cluster = text_of(object, "cluster");
  record.container_instance_arn = text_of(object, "containerInstanceArn");
  record.instance_id = text_of(object, "instanceId");
  record.instance_type = text_of(object, "instanceType");
  return record;
}

/// The last of the states in `lines`, each of which begins with a line break. A line that is not whole is
/// what a crash has left, and ends the list: nothing after it was on disk for sure.
std::optional<JsonValue> last_state(const std::string& path, std::string_view lines) {
  std::optional<JsonValue> last;
  while (lines.size() > 1) {
    const auto end = lines.find('\n', 1);
    auto state =
        end == std::string_view::npos ? invalid("it is cut off") : parse_json(lines.substr(1, end - 1));
    if (!state) {
      spdlog::warn("agent: {}: the end of it is of no use: {}", path, state.error().message);
      break;
    }
    last = *std::move(state);
    lines.remove_prefix(end);
  }
  return last;
}

void forget_secrets(std::optional<model::acs::IAMRoleCredentials>& credentials) {
  if (!credentials) return;
  credentials->access_key_id.reset();
  credentials->secret_access_key.reset();
  credentials->session_token.reset();
}

}  // namespace

StateStore::StateStore(runtime::Files& files, std::string directory)
    : files_(files), directory_(std::move(directory)) {
  while (directory_.size() > 1 && directory_.back() == '/') directory_.pop_back();
}

Result<void> StateStore::prepare() {
  if (!enabled()) return {};
  return files_.make_directories(task_folder(), 0700);
}

void StateStore::sweep(const std::string& folder) {
  const auto names = files_.list(folder);
  if (!names) return;
  for (const std::string& name : *names) {
    // "<id>.json.XXXXXX": a write that a crash cut off.
    if (name.find(std::string(kSuffix) + ".") != std::string::npos) (void)files_.remove(folder + "/" + name);
  }
}

Result<std::optional<AgentRecord>> StateStore::load_agent() {
  if (!enabled()) return std::optional<AgentRecord>();
  sweep(directory_);
  sweep(task_folder());
  auto record = read_agent();
  if (record) {
    agent_ = *record;
    return std::optional(*std::move(record));
  }
  const ErrorCode code = record.error().code;
  if (code != ErrorCode::not_found && code != ErrorCode::invalid) return record.error();
  if (code == ErrorCode::invalid) quarantine(directory_, "berth-agent.json", record.error().message);
  auto recovered = recover_agent();
  if (!recovered) return std::optional<AgentRecord>();
  spdlog::warn("agent: {} is not there; by the files of its tasks this is container instance {}",
               agent_path(), recovered->container_instance_arn);
  agent_ = *recovered;
  return recovered;
}

std::optional<AgentRecord> StateStore::agent_of_task(const std::string& path) {
  const auto saved = load_task(path);
  if (!saved || saved->state.known == engine::Status::stopped) return std::nullopt;
  const auto text = files_.read(path);
  if (!text) return std::nullopt;
  const auto object = parse_document(path, text->substr(0, text->find('\n')));
  const JsonValue* agent = object ? object->if_contains("agent") : nullptr;
  if (agent != nullptr && agent->is_object()) return identity_from(agent->get_object());
  // Of an agent that did not write it there. Containers that were looked at show their labels.
  for (const auto& container : saved->state.containers) {
    const auto arn = container.labels.find(std::string(engine::kLabelInstance));
    const auto cluster = container.labels.find(std::string(engine::kLabelCluster));
    if (arn == container.labels.end() || cluster == container.labels.end()) continue;
    AgentRecord record;
    record.cluster = cluster->second;
    record.container_instance_arn = arn->second;
    return record;
  }
  return std::nullopt;
}

std::optional<AgentRecord> StateStore::recover_agent() {
  const auto names = files_.list(task_folder());
  if (!names) return std::nullopt;
  std::map<std::string, std::pair<int, AgentRecord>> votes;
  for (const std::string& name : *names) {
    if (!name.ends_with(kSuffix)) continue;
    auto record = agent_of_task(task_folder() + "/" + name);
    if (!record || record->container_instance_arn.empty()) continue;
    auto& vote = votes[record->container_instance_arn];
    ++vote.first;
    vote.second = *std::move(record);
  }
  const auto most = std::ranges::max_element(votes, {}, [](const auto& entry) { return entry.second.first; });
  return most == votes.end() ? std::nullopt : std::optional(most->second.second);
}

Result<AgentRecord> StateStore::read_agent() {
  auto text = files_.read(agent_path());
  if (!text) return text.error();
  auto object = parse_document(agent_path(), *text);
  if (!object) return object.error();
  AgentRecord record = identity_from(*object);
  if (const JsonValue* sequence = object->if_contains("sequence");
      sequence != nullptr && sequence->is_int64()) {
    record.sequence = sequence->get_int64();
  }
  record.deregistered = object->contains("deregistered");
  return record;
}

// Files know no renaming. What cannot be copied stays where it is, and is named at each start.
void StateStore::quarantine(const std::string& folder, const std::string& name, const std::string& why) {
  const std::string to = directory_ + "/damaged";
  const std::string path = folder + "/" + name;
  spdlog::error("agent: {}. It is moved to {}, and the agent goes on without what it remembers", why, to);
  const auto text = files_.read(path);
  auto moved = text ? files_.make_directories(to, 0700) : Result<void>(text.error());
  if (moved) moved = files_.write_atomically(to + "/" + name, *text, 0600);
  if (moved) moved = files_.remove(path);
  if (!moved) spdlog::error("agent: {} stays where it is: {}", path, moved.error().message);
}

Result<void> StateStore::save_agent(const AgentRecord& record) {
  const std::int64_t sequence = std::max(record.sequence, agent_.sequence);
  agent_ = record;
  agent_.sequence = sequence;
  if (!enabled()) return {};
  JsonObject object = identity_of(record);
  object["version"] = kStateVersion;
  object["sequence"] = sequence;
  if (record.deregistered) object["deregistered"] = true;
  return files_.write_atomically(agent_path(), render_json(object), 0600);
}

Result<void> StateStore::save_sequence(std::int64_t sequence) {
  AgentRecord record = agent_;
  record.sequence = sequence;
  return save_agent(record);
}

Result<SavedTask> StateStore::load_task(const std::string& path) {
  auto text = files_.read(path);
  if (!text) return text.error();
  const auto first_end = std::min(text->find('\n'), text->size());
  auto object = parse_document(path, text->substr(0, first_end));
  if (!object) return object.error();
  const JsonValue* task_json = object->if_contains("task");
  const JsonValue* state_json = object->if_contains("state");
  if (task_json == nullptr || state_json == nullptr) return damaged(path, "task or state is missing");
  const auto later = last_state(path, std::string_view(*text).substr(first_end));
  if (later) state_json = &*later;
  auto task = model::decode_json<model::acs::Task>(render_json(*task_json));
  if (!task) return damaged(path, task.error().message);
  auto spec = engine::make_task_spec(*task);
  if (!spec) return damaged(path, spec.error().message);
  auto state = engine::state_from_json(std::move(*spec), *state_json);
  if (!state) return damaged(path, state.error().message);
  return SavedTask{std::move(*task), std::move(*state)};
}

Result<std::vector<SavedTask>> StateStore::load_tasks() {
  std::vector<SavedTask> tasks;
  if (!enabled()) return tasks;
  auto names = files_.list(task_folder());
  if (!names && names.error().code == ErrorCode::not_found) return tasks;
  if (!names) return names.error();
  std::ranges::sort(*names);
  for (const std::string& name : *names) {
    if (!name.ends_with(kSuffix)) continue;  // what a crash left of a temporary file
    auto task = load_task(task_folder() + "/" + name);
    if (task)
      tasks.push_back(std::move(*task));
    else if (task.error().code == ErrorCode::denied)
      return task.error();
    else
      quarantine(task_folder(), name, task.error().message);
  }
  return tasks;
}

Result<void> StateStore::save_task(const std::string& task_text, const engine::TaskState& state, Sync sync) {
  if (!enabled()) return {};
  const std::string id = state.spec.id();
  const auto known = states_.find(id);
  if (known != states_.end() && known->second < kStatesMax) {
    auto added = files_.append(task_path(id), render_json(engine::state_to_json(state)) + "\n", sync);
    ++known->second;
    if (!added)
      states_.erase(known);  // The end of the file may be half a line: next time it is written anew.
    return added;
  }
  std::string text = R"({"version":)" + std::to_string(kStateVersion) + R"(,"agent":)";
  text += render_json(identity_of(agent_));
  text += R"(,"task":)";
  text += task_text;
  text += R"(,"state":)";
  text += render_json(engine::state_to_json(state));
  text += "}\n";
  auto written = files_.write_atomically(task_path(id), text, 0600);
  if (written) states_[id] = 1;
  return written;
}

Result<void> StateStore::remove_task(const std::string& task_id) {
  if (!enabled()) return {};
  states_.erase(task_id);
  auto removed = files_.remove(task_path(task_id));
  if (!removed && removed.error().code == ErrorCode::not_found) return {};
  return removed;
}

Result<std::optional<std::string>> StateStore::load_text(const std::string& name) {
  if (!enabled()) return std::optional<std::string>();
  auto text = files_.read(directory_ + "/" + name);
  if (!text && text.error().code == ErrorCode::not_found) return std::optional<std::string>();
  if (!text) return text.error();
  return std::optional<std::string>(*std::move(text));
}

Result<void> StateStore::save_text(const std::string& name, const std::string& text) {
  if (!enabled()) return {};
  return files_.write_atomically(directory_ + "/" + name, text);
}

Result<void> StateStore::clear() {
  if (!enabled()) return {};
  if (auto names = files_.list(task_folder()); names) {
    for (const std::string& name : *names) {
      if (auto removed = files_.remove(task_folder() + "/" + name); !removed) return removed;
    }
  }
  agent_ = {};
  states_.clear();
  auto removed = files_.remove(agent_path());
  if (!removed && removed.error().code == ErrorCode::not_found) return {};
  return removed;
}

std::string render_task(model::acs::Task task) {
  forget_secrets(task.role_credentials);
  forget_secrets(task.execution_role_credentials);
  return model::encode_json(task);
}

Result<void> check_same_agent(const AgentRecord& saved, const std::string& cluster,
                              const std::string& instance_type) {
  if (saved.cluster != cluster) {
    return invalid(
        "Data mismatch; saved cluster '" + saved.cluster + "' does not match configured cluster '" + cluster +
        "'. A container instance does not move between clusters: deregister it and delete its saved state, "
        "or set ECS_CLUSTER back");
  }
  if (!saved.instance_type.empty() && saved.instance_type != instance_type) {
    return invalid("Container instance type changes are not supported. It was registered as '" +
                   saved.instance_type + "' and is now '" + instance_type +
                   "': deregister it and delete its saved state");
  }
  return {};
}

}  // namespace berth::agent::state
