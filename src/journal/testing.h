#pragma once
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/log_journal.h"
#include "runtime/sim/sim_world.h"
#include "runtime/task_group.h"

namespace berth::journal::testing {

inline const GroupKey kGroup{"123456789012", "us-east-1", "/app"};

/// A journal on a node of a simulated world, which may be killed and comes back with its disk.
class JournalWorld {
 public:
  explicit JournalWorld(std::uint64_t seed = 1, LogLimits limits = {}, runtime::SimOptions options = {})
      : world_(seed, options), node_(world_.add_node("berthd")), limits_(limits) {
    check(node_.files().make_directories("/data", 0755).ok(), "a fresh disk takes a folder");
    group_.emplace(node_.executor());
    open();
  }

  void open() {
    journal_ = std::make_unique<LogJournal>(
        JournalDeps{node_.files(), node_.runtime(), node_.executor(), node_.executor(), "/data/logs"},
        limits_);
    const auto opened = journal_->open();
    check(opened.ok(), opened.ok() ? "" : opened.error().message.c_str());
  }
  void crash() {
    node_.kill();
    group_->cancel();
    check(world_.run_until([&] { return node_.down() && group_->size() == 0; }), "a killed node goes down");
    group_.emplace(node_.executor());
    journal_.reset();
    node_.restart();
    open();
  }

  /// Until the next crash.
  void spawn(Async<void> task) { group_->spawn(std::move(task)); }
  template <class T>
  T run(Async<T> task) {
    return world_.run(node_, std::move(task));
  }
  Result<void> create_group(const GroupKey& group = kGroup, GroupRecord record = {}) {
    return run(journal_->change_group(
        group, [record](const GroupRecord*) -> Result<GroupRecord> { return record; }));
  }
  Result<void> create_stream(const std::string& stream, const GroupKey& group = kGroup) {
    return run(journal_->create_stream(group, stream));
  }
  Result<void> append(const std::string& stream, std::vector<NewLogEvent> events,
                      const std::string& token = "", const GroupKey& group = kGroup) {
    return run(journal_->append({group, stream, token, std::move(events)}));
  }
  Result<LogPage> read(LogQuery query) {
    if (query.group.name.empty()) query.group = kGroup;
    return run(journal_->read(std::move(query)));
  }
  /// "timestamp message" of every event of the group, page by page.
  std::vector<std::string> all(LogQuery query = {}) {
    std::vector<std::string> lines;
    for (;;) {
      auto page = read(query);
      check(page.ok(), "a group that is there is read");
      for (const auto& event : page->events)
        lines.push_back(fmt::format("{} {}", event.position.timestamp_ms, event.message));
      if (page->complete) return lines;
      query.boundary = page->next;
    }
  }

  LogJournal& journal() { return *journal_; }
  runtime::SimWorld& world() { return world_; }
  runtime::SimNode& node() { return node_; }

 private:
  runtime::SimWorld world_;
  runtime::SimNode& node_;
  LogLimits limits_;
  std::optional<runtime::TaskGroup> group_;
  std::unique_ptr<LogJournal> journal_;
};

/// Limits with which a few events make segments.
inline LogLimits small_limits() {
  LogLimits limits;
  limits.open_bytes_max = 2'000;
  limits.segment_bytes_max = 4'000;
  return limits;
}

}  // namespace berth::journal::testing
