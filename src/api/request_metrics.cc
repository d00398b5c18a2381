#include "api/request_metrics.h"

#include <fmt/format.h>

namespace berth::api {

void RequestMetrics::count(std::string_view service, std::string_view operation, int status,
                           Duration duration) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  std::size_t bucket = 0;
  while (bucket < kBucketsUs.size() && us > kBucketsUs[bucket]) ++bucket;
  std::string name;
  name.reserve(service.size() + operation.size() + 1);
  name.append(service).append(".").append(operation);
  const std::lock_guard lock(mutex_);
  Series& series = series_[name];
  ++series.by_status[status];
  ++series.buckets[bucket];
  ++series.requests;
  series.total_us += static_cast<std::uint64_t>(us);
}

std::string RequestMetrics::render() const {
  std::string out = "# TYPE berth_requests_total counter\n";
  const std::lock_guard lock(mutex_);
  for (const auto& [name, series] : series_)
    for (const auto& [status, count] : series.by_status)
      out += fmt::format("berth_requests_total{{operation=\"{}\",status=\"{}\"}} {}\n", name, status, count);
  out += "# TYPE berth_request_duration_seconds histogram\n";
  for (const auto& [name, series] : series_) {
    std::uint64_t cumulative = 0;
    for (std::size_t i = 0; i < kBucketsUs.size(); ++i) {
      cumulative += series.buckets[i];
      out += fmt::format("berth_request_duration_seconds_bucket{{operation=\"{}\",le=\"{}\"}} {}\n", name,
                         static_cast<double>(kBucketsUs[i]) / 1e6, cumulative);
    }
    out += fmt::format("berth_request_duration_seconds_bucket{{operation=\"{}\",le=\"+Inf\"}} {}\n", name,
                       series.requests);
    out += fmt::format("berth_request_duration_seconds_sum{{operation=\"{}\"}} {}\n", name,
                       static_cast<double>(series.total_us) / 1e6);
    out +=
        fmt::format("berth_request_duration_seconds_count{{operation=\"{}\"}} {}\n", name, series.requests);
  }
  return out;
}

}  // namespace berth::api
