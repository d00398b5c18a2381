#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "agent/engine/container_logs.h"
#include "agent/logs/event_lines.h"
#include "agent/logs/log_destination.h"
#include "agent/logs/log_position.h"
#include "agent/session/ecs_api.h"
#include "runtime/files.h"
#include "runtime/runtime.h"
#include "runtime/sync.h"

namespace berth::agent::logs {

/// A batch is sent when it has so much, or when its first line has waited so long.
inline constexpr std::size_t kBatchBytesMax = 512U << 10;
inline constexpr std::size_t kBatchEventsMax = 5'000;
inline constexpr Duration kBatchWait = std::chrono::milliseconds(500);
/// What one call of PutLogEvents takes (API: quota); each event counts for so much more than its text.
inline constexpr std::size_t kCallBytesMax = 1'048'576;
inline constexpr std::size_t kCallEventsMax = 10'000;
inline constexpr std::size_t kEventOverhead = 26;
/// All events of a batch lie within a day.
inline constexpr std::int64_t kBatchSpanMaxNs = 23LL * 3600 * 1'000'000'000;
/// Between tries while the control plane does not take it: doubling from the first to the last.
inline constexpr Duration kSendRetry = std::chrono::seconds(1);
inline constexpr Duration kSendRetryMax = std::chrono::seconds(30);
/// Before a container's output is opened again.
inline constexpr Duration kReopen = std::chrono::seconds(1);

/// One container's output on its way.
struct PumpDeps {
  session::EcsApi& api;
  engine::ContainerLogs& containers;
  runtime::Runtime& runtime;
  runtime::Files& files;
};
struct PumpSettings {
  LogDestination to;
  std::string container_id;
  bool tty = false;
  std::string record_path;            ///< Empty: nothing is remembered.
  std::function<bool()> has_stopped;  ///< Whether the container will write no more.
};

/// Reads a container's output and sends it until the container has stopped and everything was stored. While
/// the control plane is away, nothing is read: the container's local log keeps it, within its bounds; what
/// was dropped there meanwhile is told of in an event.
///
/// Borrows: PumpDeps. Runs on: the agent's executor. Errors are told in the agent's log, once each.
class OutputPump {
 public:
  OutputPump(PumpDeps deps, PumpSettings settings);
  Async<void> run();

 private:
  enum class Ending { at_end, broken, behind };
  struct Batch {
    std::vector<OutputEvent> events;
    std::size_t bytes = 0;
    std::int64_t lines = 0;  ///< That are in it.
    std::int64_t first_ns = 0;
    OutputPosition end;
  };

  Async<Ending> follow(engine::OutputStream& stream);
  /// Whether the batch is to be sent before more lines come.
  bool take_line(const engine::OutputLine& line, Batch& batch);
  /// With those that are in no event yet.
  std::int64_t lines_in(const Batch& batch) const;
  void close_batch(Batch& batch);
  void note_gap(const engine::OutputLine& line, Batch& batch);
  /// False: it took so long that the stream is to be opened anew.
  Async<bool> send(Batch& batch);
  Async<bool> try_send(const std::string& body);
  Async<void> make_stream();
  std::string render(std::span<const OutputEvent> events, std::int64_t part) const;
  void save();
  void warn(const std::string& problem);

  PumpDeps deps_;
  PumpSettings settings_;
  std::unique_ptr<EventLines> lines_;
  OutputRecord record_;
  OutputPosition cursor_;     ///< Behind the last line that was read.
  std::int64_t to_skip_ = 0;  ///< Lines that the stream repeats.
  bool check_gap_ = false;    ///< The next line must be one that was read before.
  std::string last_problem_;
};

}  // namespace berth::agent::logs
