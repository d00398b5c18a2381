#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "bin/berth_load/api_pool.h"
#include "bin/berth_load/histogram.h"
#include "bin/berth_load/hollow_instance.h"

namespace berth::load {

/// What becomes of a task that a hollow instance is told to run.
enum class TaskLife {
  silent,    ///< It is acknowledged, and that is all.
  running,   ///< RUNNING after `start_delay`; STOPPED when told to.
  finished,  ///< RUNNING after `start_delay`, STOPPED with exit code 0 `run_time` later.
};

struct FleetOptions {
  std::size_t instances = 0;
  std::size_t zones = 3;
  std::int32_t cpu_cores = 125;  ///< 128 000 CPU units.
  std::int64_t memory_mib = 512LL * 1024;
  TaskLife life = TaskLife::silent;
  Nanos start_delay = 0;
  Nanos run_time = 0;
  bool telemetry = false;
  std::size_t connections = 32;  ///< Shared by all instances for their API calls.
  std::size_t dials_max = 64;    ///< Registrations and handshakes under way at a time.
};

struct FleetCounts {
  std::uint64_t connected = 0;  ///< Now.
  std::uint64_t disconnects = 0;
  std::uint64_t payloads = 0;
  std::uint64_t tasks_received = 0;
  std::uint64_t tasks_running = 0;  ///< Now.
  std::uint64_t reported_running = 0;
  std::uint64_t reported_stopped = 0;
  std::uint64_t report_errors = 0;
  std::string first_error;
};

/// Thousands of hollow container instances with one simulated Docker: they speak the agents' protocol over
/// real sockets and run nothing.
///
/// Runs on: its loop's thread.
class Fleet final : public TaskReceiver {
 public:
  Fleet(Loop& loop, const Target& target, FleetOptions options);

  /// Registers and connects all instances; returns when they are, or after `patience`. False: not all of
  /// them.
  bool connect_all(Nanos patience);
  const FleetCounts& counts() const { return counts_; }
  /// Called whenever a task has been reported STOPPED.
  void on_stopped(std::function<void()> hook) { stopped_hook_ = std::move(hook); }

  /// Reaction of a service scheduler: `count` times a running task ends, and the time runs from the moment
  /// its STOPPED is sent until an instance receives its replacement; `gap` after that the next one ends.
  struct Reaction {
    Histogram latency;
    std::uint64_t missed = 0;  ///< No replacement within 10 s.
  };
  Reaction measure_reaction(std::size_t count, Nanos gap);

 private:
  struct HollowTask {
    std::string arn;
    std::vector<std::string> containers;
    bool running = false;
    bool stopping = false;
    bool reporting = false;
    std::size_t position = 0;  ///< In running_, while `running`.
  };
  using TaskPtr = std::shared_ptr<HollowTask>;

  void on_run(const std::string& arn, std::vector<std::string> containers) override;
  void on_stop(const std::string& arn, std::vector<std::string> containers) override;
  void on_connection(bool connected) override;
  void on_payload() override { ++counts_.payloads; }
  void on_refused(const Reply& reply) override;
  void dial_next();
  void start(const TaskPtr& task);
  void finish(const TaskPtr& task, int exit_code);
  void report(const TaskPtr& task, bool running, int exit_code);
  void reported(const TaskPtr& task, bool running, const Reply& reply);
  void set_running(const TaskPtr& task, bool running);
  void end_one();

  Loop& loop_;
  const Target& target_;
  FleetOptions options_;
  ApiPool pool_;
  std::vector<std::unique_ptr<HollowInstance>> instances_;
  std::size_t dialled_ = 0;
  FleetCounts counts_;
  std::unordered_map<std::string, TaskPtr> tasks_;
  std::vector<TaskPtr> running_;
  std::function<void()> stopped_hook_;
  std::optional<Nanos> ended_at_;  ///< A replacement is being waited for.
  Reaction reaction_;
  std::uint64_t draws_ = 0;
};

}  // namespace berth::load
