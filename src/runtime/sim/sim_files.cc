#include "runtime/sim/sim_files.h"

namespace berth::runtime {

namespace {

Error life_is_over() {
  return {ErrorCode::cancelled, "the process was killed", Retry::no};
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return "";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

void SimDisk::crash(Prng& prng) {
  for (const auto& [path, text] : unsynced_removals_)
    if (prng.chance(1, 2)) files_.emplace(path, text);
  unsynced_removals_.clear();
  for (const auto& [path, synced] : synced_bytes_) {
    std::string& text = files_.at(path);
    text.resize(synced + prng.below(text.size() - synced + 1));
  }
  synced_bytes_.clear();
}

Result<std::string> SimFiles::read(const std::string& path, std::size_t bytes_max) {
  if (!runtime_.alive()) return life_is_over();
  const auto file = disk_.files_.find(path);
  if (file == disk_.files_.end()) return not_found("cannot open " + path);
  if (file->second.size() > bytes_max) return Error{ErrorCode::too_large, path + " is too large", Retry::no};
  return file->second;
}

Result<void> SimFiles::write_atomically(const std::string& path, std::string_view text, unsigned) {
  if (!runtime_.alive()) return life_is_over();
  const std::string folder = folder_of(path);
  if (!disk_.folders_.contains(folder)) return not_found("no folder " + folder);
  const bool fails = runtime_.buggify("files.write_fails");
  if (fails && runtime_.fork_random().chance(1, 2)) return internal_error("cannot write " + path);
  disk_.files_[path] = text;
  disk_.synced_bytes_.erase(path);
  if (fails) return internal_error("cannot sync " + folder);
  std::erase_if(disk_.unsynced_removals_,
                [&](const auto& removal) { return folder_of(removal.first) == folder; });
  return {};
}

Result<void> SimFiles::append(const std::string& path, std::string_view text, Sync sync) {
  if (!runtime_.alive()) return life_is_over();
  const auto file = disk_.files_.find(path);
  if (file == disk_.files_.end()) return not_found("cannot open " + path);
  const bool fails = runtime_.buggify("files.write_fails");
  if (fails) text = text.substr(0, text.size() / 2);
  disk_.synced_bytes_.try_emplace(path, file->second.size());
  file->second += text;
  if (fails) return internal_error("cannot write " + path);
  if (sync == Sync::now) disk_.synced_bytes_.erase(path);
  return {};
}

Result<void> SimFiles::make_directories(const std::string& path, unsigned) {
  if (!runtime_.alive()) return life_is_over();
  std::string folder = path;
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  while (disk_.folders_.insert(folder).second) folder = folder_of(folder);
  return {};
}

Result<void> SimFiles::remove(const std::string& path) {
  if (!runtime_.alive()) return life_is_over();
  auto file = disk_.files_.extract(path);
  if (file.empty()) return not_found("cannot remove " + path);
  disk_.synced_bytes_.erase(path);
  disk_.unsynced_removals_[path] = std::move(file.mapped());
  return {};
}

Result<std::vector<std::string>> SimFiles::list(const std::string& directory) {
  if (!runtime_.alive()) return life_is_over();
  if (!disk_.folders_.contains(directory)) return not_found("cannot list " + directory);
  std::set<std::string> names;
  for (const auto& [path, text] : disk_.files_)
    if (folder_of(path) == directory) names.insert(path.substr(path.rfind('/') + 1));
  for (const std::string& folder : disk_.folders_)
    if (folder.size() > 1 && folder_of(folder) == directory)
      names.insert(folder.substr(folder.rfind('/') + 1));
  return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace berth::runtime
