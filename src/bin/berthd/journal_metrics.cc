#include "bin/berthd/journal_metrics.h"

#include <fmt/format.h>

namespace berth::berthd {
namespace {

std::string render(std::string_view name, std::string_view type, std::string_view help, std::uint64_t value) {
  return fmt::format("# HELP berth_journal_{0} {1}\n# TYPE berth_journal_{0} {2}\nberth_journal_{0} {3}\n",
                     name, help, type, value);
}

}  // namespace

std::string render_journal_metrics(const journal::JournalFigures& figures) {
  return render("log_groups", "gauge", "Log groups.", figures.groups) +
         render("log_streams", "gauge", "Log streams.", figures.streams) +
         render("segments", "gauge", "Compressed segments of log events on disk.", figures.segments) +
         render("disk_bytes", "gauge", "Bytes of all segments on disk.", figures.disk_bytes) +
         render("open_bytes", "gauge", "Bytes of log events that are in no segment yet.",
                figures.open_bytes) +
         render("events_total", "counter", "Log events stored since the start.", figures.events) +
         render("dropped_bytes_total", "counter", "Bytes of old log events dropped by the bounds of size.",
                figures.dropped_bytes) +
         render("failed_writes_total", "counter", "Writes to the disk that failed.", figures.failed_writes);
}

}  // namespace berth::berthd
