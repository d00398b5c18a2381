#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "domain/records.h"
#include "store/table.h"

namespace berth::gateway {

/// What this process knows of an instance's agent from one session to the next. It is not stored: an agent
/// that lost its memory together with this process is found out by the comparison with which each session
/// begins (acs/manifest.h), or tells of its tasks itself.
///
/// Runs on: any thread.
/// Limits:  kOwedMax stops an instance; beyond that the oldest are dropped, and owed again with the next
///          report.
class AgentNotes {
 public:
  /// The agent has acknowledged a payload with this number: one that presents a lower one has forgotten it.
  void note_acknowledged(const std::string& instance_key, std::int64_t sequence);
  std::int64_t acknowledged(const std::string& instance_key) const;
  /// The agent has to be told to stop it, whatever it was told before.
  void owe_stop(const std::string& instance_key, store::Ptr<domain::TaskRecord> task);
  std::vector<store::Ptr<domain::TaskRecord>> take_owed(const std::string& instance_key);

 private:
  struct Notes {
    std::int64_t acknowledged = 0;
    std::vector<store::Ptr<domain::TaskRecord>> owed;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Notes> notes_;
};

inline constexpr std::size_t kOwedMax = 1000;

}  // namespace berth::gateway
