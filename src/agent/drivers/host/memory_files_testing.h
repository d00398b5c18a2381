#pragma once
#include <map>
#include <set>
#include <string>

#include "agent/drivers/host/control_files.h"

namespace berth::agent::drivers::host {

/// Control files in memory, for tests: they know the rules of control groups.
class MemoryFiles final : public ControlFiles {
 public:
  bool exists(const std::string& path) override { return folders.contains(path) || files.contains(path); }
  Result<std::string> read(const std::string& path) override {
    if (!files.contains(path)) return not_found(path);
    return files[path];
  }
  Result<std::string> read_link(const std::string& path) override {
    if (!links.contains(path)) return not_found(path);
    return links[path];
  }
  Result<void> write(const std::string& path, std::string_view text) override {
    if (read_only) return internal_error("cannot write " + path + ": Read-only file system");
    files[path] = text;
    return {};
  }
  Result<void> make_folder(const std::string& path) override {
    if (read_only) return internal_error("cannot make " + path + ": Read-only file system");
    folders.insert(path);
    return {};
  }
  Result<void> remove_folder(const std::string& path) override {
    if (busy) return internal_error("cannot remove " + path + ": Device or resource busy");
    folders.erase(path);
    std::erase_if(files, [&](const auto& file) { return file.first.starts_with(path + "/"); });
    return {};
  }
  std::set<std::string> folders;
  std::map<std::string, std::string> files, links;
  bool read_only = false, busy = false;
};

}  // namespace berth::agent::drivers::host
