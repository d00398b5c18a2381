#pragma once
#include <cstdint>
#include <optional>

#include "agent/engine/driver_types.h"
#include "base/time.h"
#include "model/tcs/types.h"

namespace berth::agent::telemetry {

/// Minimum, maximum, sum and number of doubles.
struct RealSet {
  double min = 0, max = 0, sum = 0;
  std::int32_t count = 0;
  void add(double value);
};

/// The same of counters; the sum may pass what the wire's integers hold.
struct CounterSet {
  std::uint64_t min = 0, max = 0;
  __extension__ unsigned __int128 sum = 0;
  std::int64_t count = 0;
  void add(std::uint64_t value);
  /// What exceeds 2^63-1 goes into the overflow members.
  model::tcs::ULongStatsSet render() const;
};

/// The readings of one container since they were last taken. Each is reported once; differences are made with
/// the reading before, so CPU has one sample less than memory at first.
///
/// Limits: constant size, however many readings.
class ContainerSamples {
 public:
  /// Readings that are not newer than the last are ignored.
  void add(const engine::ContainerStats& stats);
  /// The statistics since the last call; nothing when there was no reading. Name and ARN are the caller's.
  std::optional<model::tcs::ContainerMetric> take();

 private:
  struct Sets {
    RealSet cpu_percent, memory_mib, rx_per_second, tx_per_second;
    CounterSet rx_bytes, rx_packets, rx_errors, rx_dropped, tx_bytes, tx_packets, tx_errors, tx_dropped;
    CounterSet storage_read, storage_write;
    bool has_network = false, has_storage = false;
  };
  void add_network(const engine::ContainerStats& stats, double seconds);
  std::optional<engine::ContainerStats> last_;
  Sets sets_;
};

}  // namespace berth::agent::telemetry
