#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/engine/task_state.h"
#include "base/result.h"
#include "model/acs/types.h"
#include "runtime/files.h"

namespace berth::agent::state {

/// What the agent itself remembers.
struct AgentRecord {
  std::string cluster;  ///< As configured: name or ARN.
  std::string container_instance_arn;
  std::string instance_id;
  std::string instance_type;
  std::int64_t sequence = 1;  ///< Highest payload sequence number that was fully taken.
  bool deregistered = false;  ///< The control plane said so; it does not register anew by itself.
  friend bool operator==(const AgentRecord&, const AgentRecord&) = default;
};

struct SavedTask {
  model::acs::Task task;  ///< Without secrets.
  engine::TaskState state;
};

/// Newest format of the files. A newer one is refused: this agent would lose what it does not know.
inline constexpr std::int64_t kStateVersion = 2;
/// States that a task's file gathers before it is written anew with the last one only.
inline constexpr std::size_t kStatesMax = 32;

/// The checkpoint in `directory`; nothing at all happens when `directory` is empty.
///
/// A task's file is a line with the task, whose agent it is, and its first state, and one more line for each
/// state after it: adding one costs a fraction of replacing the file. What a crash left of a line is ignored.
///
/// Borrows:  files.
/// Runs on:  one thread at a time. Blocks for as long as the disk does.
/// Errors:   `denied`: a file is of a newer version; the message names it and what to do. Those of Files
///           otherwise. A file that is malformed is moved to the folder `damaged`, named in the log, and
///           counts as not there: one task must not keep the others from being served.
class StateStore {
 public:
  using Sync = runtime::Files::Sync;

  StateStore(runtime::Files& files, std::string directory);

  bool enabled() const { return !directory_.empty(); }
  /// Makes the folders. Call once before saving.
  Result<void> prepare();
  /// Nothing when there is none yet. Removes what a crash left of files that were being written. When the
  /// agent's own file is gone or damaged, what the files of tasks that have not STOPPED say of their agent:
  /// most of them, should they differ.
  Result<std::optional<AgentRecord>> load_agent();
  /// A sequence number lower than the saved one is ignored.
  Result<void> save_agent(const AgentRecord& record);
  /// Only the sequence number of the record loaded or saved last.
  Result<void> save_sequence(std::int64_t sequence);
  /// The record loaded or saved last.
  const AgentRecord& agent() const { return agent_; }
  /// Ordered by task id.
  Result<std::vector<SavedTask>> load_tasks();
  /// `task_text` is what render_task() made of the task when it came. Sync::later: a crash of the machine,
  /// though not of the agent, may bring back the state before.
  Result<void> save_task(const std::string& task_text, const engine::TaskState& state, Sync sync = Sync::now);
  Result<void> remove_task(const std::string& task_id);
  /// A text of the agent's own under a name, such as `images.json`. Nothing when there is none.
  Result<std::optional<std::string>> load_text(const std::string& name);
  Result<void> save_text(const std::string& name, const std::string& text);
  /// Forgets everything, e.g. when the disk was cloned from another instance.
  Result<void> clear();

 private:
  std::string agent_path() const { return directory_ + "/berth-agent.json"; }
  std::string task_folder() const { return directory_ + "/tasks"; }
  std::string task_path(const std::string& id) const { return task_folder() + "/" + id + ".json"; }
  Result<SavedTask> load_task(const std::string& path);
  Result<AgentRecord> read_agent();
  std::optional<AgentRecord> recover_agent();
  std::optional<AgentRecord> agent_of_task(const std::string& path);
  void quarantine(const std::string& folder, const std::string& name, const std::string& why);
  void sweep(const std::string& folder);

  runtime::Files& files_;
  std::string directory_;
  std::map<std::string, std::size_t> states_;  ///< In the file of each task that this process has written.
  AgentRecord agent_;
};

/// The task as JSON, without the secrets of its roles (the control plane sends those again).
std::string render_task(model::acs::Task task);

/// Whether a saved state may be continued under the present configuration. The message says what differs and
/// what to do. An instance id that differs is not an error here: the caller discards the state and registers
/// anew.
Result<void> check_same_agent(const AgentRecord& saved, const std::string& cluster,
                              const std::string& instance_type);

}  // namespace berth::agent::state
