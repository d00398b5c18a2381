#include "agent/telemetry/container_samples.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace berth::agent::telemetry {
namespace {

constexpr auto kWireMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

std::int64_t capped(std::uint64_t value) {
  return static_cast<std::int64_t>(std::min(value, kWireMax));
}
std::int64_t excess(std::uint64_t value) {
  return value > kWireMax ? static_cast<std::int64_t>(value - kWireMax) : 0;
}

model::tcs::CWStatsSet render(const RealSet& set) {
  model::tcs::CWStatsSet out;
  out.min = set.min;
  out.max = set.max;
  out.sum = set.sum;
  out.sample_count = set.count;
  return out;
}

std::optional<model::tcs::UDoubleCWStatsSet> render_rate(const RealSet& set) {
  if (set.count == 0) return std::nullopt;
  model::tcs::UDoubleCWStatsSet out;
  out.min = set.min;
  out.max = set.max;
  out.sum = set.sum;
  out.sample_count = set.count;
  return out;
}

/// A counter that went back was reset: there is no difference to tell.
std::uint64_t grown(std::uint64_t now, std::uint64_t before) {
  return now >= before ? now - before : 0;
}

}  // namespace

void RealSet::add(double value) {
  min = count == 0 ? value : std::min(min, value);
  max = count == 0 ? value : std::max(max, value);
  sum += value;
  ++count;
}

void CounterSet::add(std::uint64_t value) {
  min = count == 0 ? value : std::min(min, value);
  max = count == 0 ? value : std::max(max, value);
  sum += value;
  ++count;
}

model::tcs::ULongStatsSet CounterSet::render() const {
  model::tcs::ULongStatsSet out;
  out.min = capped(min);
  out.max = capped(max);
  out.sample_count = count;
  out.overflow_min = excess(min);
  out.overflow_max = excess(max);
  const bool over = sum > kWireMax;
  out.sum = over ? static_cast<std::int64_t>(kWireMax) : static_cast<std::int64_t>(sum);
  out.overflow_sum = over ? capped(static_cast<std::uint64_t>(sum - kWireMax)) : 0;
  return out;
}

void ContainerSamples::add_network(const engine::ContainerStats& stats, double seconds) {
  const engine::ContainerStats::Network& network = *stats.network;
  sets_.has_network = true;
  sets_.rx_bytes.add(network.rx_bytes);
  sets_.rx_packets.add(network.rx_packets);
  sets_.rx_errors.add(network.rx_errors);
  sets_.rx_dropped.add(network.rx_dropped);
  sets_.tx_bytes.add(network.tx_bytes);
  sets_.tx_packets.add(network.tx_packets);
  sets_.tx_errors.add(network.tx_errors);
  sets_.tx_dropped.add(network.tx_dropped);
  if (!last_ || !last_->network) return;
  sets_.rx_per_second.add(static_cast<double>(grown(network.rx_bytes, last_->network->rx_bytes)) / seconds);
  sets_.tx_per_second.add(static_cast<double>(grown(network.tx_bytes, last_->network->tx_bytes)) / seconds);
}

void ContainerSamples::add(const engine::ContainerStats& stats) {
  if (last_ && stats.read_at <= last_->read_at) return;
  const Duration passed = last_ ? stats.read_at - last_->read_at : Duration::zero();
  if (last_ && stats.online_cpus > 0) {
    const auto used = static_cast<double>(grown(stats.cpu_total_ns, last_->cpu_total_ns)) / stats.online_cpus;
    sets_.cpu_percent.add(100.0 * used / static_cast<double>(passed.count()));
  }
  const std::uint64_t memory = grown(stats.memory_usage_bytes, stats.memory_cache_bytes);
  sets_.memory_mib.add(static_cast<double>(memory >> 20U));
  if (stats.network) add_network(stats, static_cast<double>(passed.count()) / 1e9);
  if (stats.storage_read_bytes || stats.storage_write_bytes) {
    sets_.has_storage = true;
    sets_.storage_read.add(stats.storage_read_bytes.value_or(0));
    sets_.storage_write.add(stats.storage_write_bytes.value_or(0));
  }
  last_ = stats;
  last_->raw_json.clear();
}

std::optional<model::tcs::ContainerMetric> ContainerSamples::take() {
  if (sets_.memory_mib.count == 0) return std::nullopt;
  model::tcs::ContainerMetric metric;
  metric.cpu_stats_set = render(sets_.cpu_percent);
  metric.memory_stats_set = render(sets_.memory_mib);
  if (sets_.has_network) {
    model::tcs::NetworkStatsSet& network = metric.network_stats_set.emplace();
    network.rx_bytes = sets_.rx_bytes.render();
    network.rx_packets = sets_.rx_packets.render();
    network.rx_errors = sets_.rx_errors.render();
    network.rx_dropped = sets_.rx_dropped.render();
    network.tx_bytes = sets_.tx_bytes.render();
    network.tx_packets = sets_.tx_packets.render();
    network.tx_errors = sets_.tx_errors.render();
    network.tx_dropped = sets_.tx_dropped.render();
    network.rx_bytes_per_second = render_rate(sets_.rx_per_second);
    network.tx_bytes_per_second = render_rate(sets_.tx_per_second);
  }
  if (sets_.has_storage) {
    model::tcs::StorageStatsSet& storage = metric.storage_stats_set.emplace();
    storage.read_size_bytes = sets_.storage_read.render();
    storage.write_size_bytes = sets_.storage_write.render();
  }
  sets_ = {};
  return metric;
}

}  // namespace berth::agent::telemetry
