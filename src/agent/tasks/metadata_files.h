#pragma once
#include <string>

#include "agent/engine/task_state.h"
#include "runtime/files.h"

namespace berth::agent::tasks {

/// What metadata files say of the agent itself.
struct MetadataFileFacts {
  std::string cluster, container_instance_arn, availability_zone;
};

/// The text of a container's metadata file (developer guide: container metadata file). Before the container
/// runs it has no MetadataFileStatus; then `READY`. Pure.
std::string render_metadata_file(const engine::TaskState& task, std::size_t container,
                                 const MetadataFileFacts& facts);

/// Metadata files of containers (ECS_ENABLE_CONTAINER_METADATA): a folder for each container, below the
/// agent's data, that is bound into it.
///
/// Borrows: files.
/// Runs on: the agent's executor; blocks for as long as the disk does.
/// Errors: a file that cannot be written is an error of the first write only; the container runs without it.
class MetadataFiles {
 public:
  /// `folder`: below which the files are, as the agent sees it; `host_folder`: the same as Docker sees it.
  MetadataFiles(runtime::Files& files, std::string folder, std::string host_folder, MetadataFileFacts facts)
      : files_(files),
        folder_(std::move(folder)),
        host_folder_(std::move(host_folder)),
        facts_(std::move(facts)) {}

  /// Writes the file as it is now; yields the folder to bind.
  Result<std::string> write(const engine::TaskState& task, std::size_t container);
  /// Removes the files of a task. Missing ones are no error.
  void remove(const engine::TaskState& task);

 private:
  static std::string place_of(const engine::TaskState& task, std::size_t container);

  runtime::Files& files_;
  std::string folder_, host_folder_;
  MetadataFileFacts facts_;
};

}  // namespace berth::agent::tasks
