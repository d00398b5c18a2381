#include "agent/tasks/image_cleanup.h"

#include <algorithm>

#include "agent/engine/docker_mapping.h"

namespace berth::agent::tasks {
namespace {

/// `busybox` and `busybox:latest` are one name to Docker; so is `docker.io/library/busybox`.
std::string with_tag(std::string name) {
  for (const std::string_view prefix : {"docker.io/library/", "docker.io/", "index.docker.io/library/"}) {
    if (!name.starts_with(prefix)) continue;
    name.erase(0, prefix.size());
    break;
  }
  if (name.find('@') != std::string::npos) return name;
  const auto slash = name.rfind('/');
  const auto colon = name.find(':', slash == std::string::npos ? 0 : slash);
  return colon == std::string::npos ? name + ":latest" : name;
}

/// The names of an image that this agent gave it and may take off. By a digest an image is removed as a
/// whole.
std::vector<std::string> our_names(const PulledImage& pulled, const engine::ImageInfo& image) {
  std::vector<std::string> names;
  // Its name has moved on to a newer image.
  if (pulled.names.empty() && image.repo_tags.empty()) names.push_back(image.id);
  for (const std::string& name : pulled.names) {
    const std::string full = with_tag(name);
    const bool tagged = std::ranges::find(image.repo_tags, full) != image.repo_tags.end();
    const bool digest = std::ranges::find(image.repo_digests, full) != image.repo_digests.end();
    if (tagged || digest) names.push_back(full);
  }
  return names;
}

bool is_needed(const PulledImage& pulled, const CleanupFacts& facts, const CleanupSettings& settings) {
  return std::ranges::any_of(pulled.names, [&](const std::string& name) {
    const auto is_name = [&](const std::string& other) { return with_tag(other) == with_tag(name); };
    return std::ranges::any_of(facts.used_names, is_name) || std::ranges::any_of(settings.excluded, is_name);
  });
}

}  // namespace

JsonValue to_json(const PulledImages& images) {
  JsonObject all;
  for (const auto& [id, image] : images) {
    JsonArray names;
    for (const std::string& name : image.names) names.emplace_back(name);
    all[id] = JsonObject{
        {"names", std::move(names)}, {"pulledAt", image.pulled_at.ms}, {"usedAt", image.used_at.ms}};
  }
  return all;
}

Result<PulledImages> pulled_images_from_json(const JsonValue& json) {
  PulledImages images;
  if (!json.is_object()) return invalid("the list of pulled images is not a JSON object");
  for (const auto& [id, value] : json.get_object()) {
    if (!value.is_object()) return invalid("a pulled image is not a JSON object");
    PulledImage& image = images[std::string(id)];
    const auto time = [&](const char* name, WallTime& into) {
      const JsonValue* member = value.get_object().if_contains(name);
      if (member != nullptr && member->is_int64()) into.ms = member->get_int64();
    };
    time("pulledAt", image.pulled_at);
    time("usedAt", image.used_at);
    const JsonValue* names = value.get_object().if_contains("names");
    if (names == nullptr || !names->is_array()) return invalid("a pulled image has no names");
    for (const JsonValue& name : names->get_array()) {
      if (name.is_string()) image.names.emplace(name.get_string());
    }
  }
  return images;
}

std::vector<ImageRemoval> plan_image_cleanup(const PulledImages& pulled, const CleanupFacts& facts,
                                             const CleanupSettings& settings) {
  std::vector<std::pair<WallTime, ImageRemoval>> candidates;
  for (const engine::ImageInfo& image : facts.images) {
    const auto known = pulled.find(image.id);
    if (known == pulled.end() || facts.used_ids.contains(image.id)) continue;
    if (facts.now - known->second.pulled_at < settings.minimum_age) continue;
    if (is_needed(known->second, facts, settings)) continue;
    auto names = our_names(known->second, image);
    if (!names.empty()) candidates.push_back({known->second.used_at, {image.id, std::move(names)}});
  }
  std::ranges::stable_sort(candidates, {}, [](const auto& one) { return one.first; });
  std::vector<ImageRemoval> plan;
  for (auto& [used_at, removal] : candidates) {
    if (static_cast<int>(plan.size()) == settings.per_cycle) break;
    plan.push_back(std::move(removal));
  }
  return plan;
}

std::vector<ImageRemoval> plan_untracked_cleanup(const PulledImages& pulled, const CleanupFacts& facts,
                                                 const CleanupSettings& settings, std::size_t ours) {
  if (!settings.untracked) return {};
  std::vector<const engine::ImageInfo*> candidates;
  for (const engine::ImageInfo& image : facts.images) {
    if (pulled.contains(image.id) || facts.used_ids.contains(image.id)) continue;
    if (!image.created_at || facts.now - *image.created_at < settings.untracked_age) continue;
    const PulledImage as_pulled{{image.repo_tags.begin(), image.repo_tags.end()}, {}, {}};
    if (!is_needed(as_pulled, facts, settings)) candidates.push_back(&image);
  }
  std::ranges::stable_sort(candidates, {}, &engine::ImageInfo::size_bytes);
  std::vector<ImageRemoval> plan;
  for (const engine::ImageInfo* image : candidates) {
    if (static_cast<int>(plan.size() + ours) >= settings.per_cycle) break;
    plan.push_back({image->id, image->repo_tags.empty() ? std::vector{image->id} : image->repo_tags});
  }
  return plan;
}

std::vector<std::string> plan_untracked_containers(const std::vector<engine::ContainerSummary>& containers,
                                                   const CleanupSettings& settings) {
  std::vector<std::string> ids;
  if (!settings.untracked) return ids;
  for (const engine::ContainerSummary& container : containers) {
    const bool ended =
        container.phase == engine::ContainerPhase::exited || container.phase == engine::ContainerPhase::dead;
    if (ended && !container.labels.contains(std::string(engine::kLabelTaskArn))) ids.push_back(container.id);
  }
  return ids;
}

void note_image(PulledImages& images, const std::string& id, const std::string& name, bool pulled,
                WallTime now) {
  if (id.empty() || (!pulled && !images.contains(id))) return;
  PulledImage& image = images[id];
  image.used_at = now;
  if (!pulled) return;
  image.pulled_at = now;
  image.names.insert(name);
  // A name that moved on to a new image is not the old one's any more.
  for (auto& [other, old] : images) {
    if (other != id) old.names.erase(name);
  }
}

bool forget_missing(PulledImages& images, const std::vector<engine::ImageInfo>& present) {
  std::set<std::string> ids;
  for (const engine::ImageInfo& image : present) ids.insert(image.id);
  return std::erase_if(images, [&](const auto& one) { return !ids.contains(one.first); }) > 0;
}

}  // namespace berth::agent::tasks
