#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/engine/driver_types.h"
#include "base/json.h"
#include "base/result.h"

namespace berth::agent::tasks {

/// An image that this agent has pulled.
struct PulledImage {
  std::set<std::string> names;  ///< As task definitions write them.
  WallTime pulled_at;           ///< The last time.
  WallTime used_at;             ///< When a task last needed it.
  friend bool operator==(const PulledImage&, const PulledImage&) = default;
};
/// By image id.
using PulledImages = std::map<std::string, PulledImage>;

JsonValue to_json(const PulledImages& images);
/// Errors: `invalid`.
Result<PulledImages> pulled_images_from_json(const JsonValue& json);

struct CleanupSettings {
  Duration minimum_age = std::chrono::hours(1);    ///< ECS_IMAGE_MINIMUM_CLEANUP_AGE
  int per_cycle = 5;                               ///< ECS_NUM_IMAGES_DELETE_PER_CYCLE, in images.
  std::set<std::string> excluded;                  ///< Names that are never removed: the agent's own image.
  bool untracked = false;                          ///< ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP
  Duration untracked_age = std::chrono::hours(1);  ///< NON_ECS_IMAGE_MINIMUM_CLEANUP_AGE
  int untracked_containers_per_cycle = 5;          ///< NONECS_NUM_CONTAINERS_DELETE_PER_CYCLE
};

/// What there is when a cycle begins.
struct CleanupFacts {
  WallTime now;
  std::vector<engine::ImageInfo> images;  ///< All of the container engine.
  std::set<std::string> used_ids;         ///< Images of any container, ours or not, running or not.
  std::set<std::string> used_names;       ///< Images that tasks of this agent still need.
};

struct ImageRemoval {
  std::string id;
  std::vector<std::string> names;  ///< To be taken off it, one by one; the last takes the image along.
  friend bool operator==(const ImageRemoval&, const ImageRemoval&) = default;
};

/// Which images a cycle removes: those that this agent pulled, that no container and no task uses, and that
/// were pulled longer than the minimum age ago; least recently used first. Images that came another way are
/// never touched, and neither are names that this agent did not give: an image that has one keeps it. Pure.
std::vector<ImageRemoval> plan_image_cleanup(const PulledImages& pulled, const CleanupFacts& facts,
                                             const CleanupSettings& settings);

/// With `untracked`, what a cycle that removes `ours` images removes of the others: those that no container
/// and no task uses and that were made longer ago than the age, smallest first. Pure.
std::vector<ImageRemoval> plan_untracked_cleanup(const PulledImages& pulled, const CleanupFacts& facts,
                                                 const CleanupSettings& settings, std::size_t ours);

/// With `untracked`, containers that may be removed if they ended long enough ago: those that ended and are
/// of no task. Their ids. Pure.
std::vector<std::string> plan_untracked_containers(const std::vector<engine::ContainerSummary>& containers,
                                                   const CleanupSettings& settings);

/// A task needs the image now. `pulled`: it has just been pulled; else it was here, and only what is known
/// already is marked.
void note_image(PulledImages& images, const std::string& id, const std::string& name, bool pulled,
                WallTime now);

/// Forgets what the container engine does not have any more. True when something changed.
bool forget_missing(PulledImages& images, const std::vector<engine::ImageInfo>& present);

}  // namespace berth::agent::tasks
