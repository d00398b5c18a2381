#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "domain/records.h"
#include "simulate/saved_state.h"

namespace berth::simulate {

/// What is assumed where nothing was seen.
inline constexpr Duration kColdPull = std::chrono::seconds(20);
inline constexpr Duration kWarmPull = std::chrono::milliseconds(200);
inline constexpr Duration kStart = std::chrono::seconds(1);
inline constexpr Duration kStop = std::chrono::seconds(2);
/// A container with a health check counts as healthy after its first interval (Docker's default).
inline constexpr Duration kFirstHealth = std::chrono::seconds(30);

/// How long tasks take, learned from the times of the tasks that the cluster still knows. Medians, for each
/// family, over all families where a family was not seen, constants where nothing was. The first pull of an
/// image on an instance takes the longest pull that its family was seen to take.
///
/// Runs on: one thread. start_delay() remembers which instance has which image by then.
class TaskTimes {
 public:
  explicit TaskTimes(const SavedState& state);

  /// From being placed to RUNNING.
  Duration start_delay(const domain::TaskRecord& task);
  /// From being told to stop to STOPPED.
  Duration stop_delay(const domain::TaskRecord& task) const;

  /// For users: what a family's tasks take.
  struct Seen {
    std::string family;  ///< "*": over all.
    std::size_t samples = 0;
    Duration cold_pull{}, warm_pull{}, start{}, stop{};
  };
  /// Of every family with samples, and "*" last.
  std::vector<Seen> seen() const;

 private:
  struct Samples {
    std::size_t tasks = 0;
    std::vector<Duration> pulls, starts, stops;
  };
  void learn(Samples& samples, const domain::TaskRecord& task);
  Duration pick(const std::string& family, std::vector<Duration> Samples::*what, Duration otherwise) const;
  Duration cold_pull(const std::string& family) const;

  std::map<std::string, Samples> families_;
  Samples all_;
  std::set<std::string> images_;  ///< "INSTANCE IMAGE" that were pulled.
};

}  // namespace berth::simulate
