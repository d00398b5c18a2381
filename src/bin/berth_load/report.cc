#include "bin/berth_load/report.h"

#include <fmt/format.h>

#include "base/json.h"

namespace berth::load {
namespace {

// Two decimals are all that such measurements carry.
double rounded(double value) {
  return static_cast<double>(static_cast<std::int64_t>(value * 100 + 0.5)) / 100;
}

void write_latency(JsonWriter& writer, const Histogram& latency) {
  writer.key("mean_us");
  writer.real(rounded(latency.mean_us()));
  for (const double per_cent : {50.0, 90.0, 99.0, 99.9}) {
    writer.any_key(fmt::format("p{}_us", per_cent));
    writer.real(rounded(latency.percentile_us(per_cent)));
  }
  writer.key("max_us");
  writer.real(rounded(latency.max_us()));
}

void write_load(JsonWriter& writer, const LoadResult& load) {
  writer.begin_object();
  writer.key("seconds");
  writer.real(load.seconds);
  writer.key("per_second");
  writer.real(rounded(load.per_second()));
  writer.key("unanswered");
  writer.integer(static_cast<std::int64_t>(load.unanswered));
  writer.key("operations");
  writer.begin_array();
  for (const auto& operation : load.operations) {
    writer.begin_object();
    writer.key("name");
    writer.string(operation.name);
    writer.key("requests");
    writer.integer(static_cast<std::int64_t>(operation.requests));
    writer.key("per_second");
    writer.real(rounded(static_cast<double>(operation.requests) / load.seconds));
    writer.key("errors");
    writer.integer(static_cast<std::int64_t>(operation.errors));
    writer.key("throttled");
    writer.integer(static_cast<std::int64_t>(operation.throttled));
    if (!operation.first_error.empty()) {
      writer.key("first_error");
      writer.string(operation.first_error);
    }
    writer.key("answer_bytes");
    writer.integer(static_cast<std::int64_t>(operation.sample.size()));
    write_latency(writer, operation.latency);
    writer.end_object();
  }
  writer.end_array();
  writer.end_object();
}

void write_fleet(JsonWriter& writer, const FleetCounts& counts) {
  writer.begin_object();
  const auto number = [&](std::string_view name, std::uint64_t value) {
    writer.key(name);
    writer.integer(static_cast<std::int64_t>(value));
  };
  number("connected", counts.connected);
  number("disconnects", counts.disconnects);
  number("payloads", counts.payloads);
  number("tasks_received", counts.tasks_received);
  number("tasks_running", counts.tasks_running);
  number("reported_running", counts.reported_running);
  number("reported_stopped", counts.reported_stopped);
  number("report_errors", counts.report_errors);
  if (!counts.first_error.empty()) {
    writer.key("first_error");
    writer.string(counts.first_error);
  }
  writer.end_object();
}

void add_rows(std::string& out, std::string_view who, const LoadResult& load) {
  for (const auto& operation : load.operations) {
    out += fmt::format("{:<7}{:<26}{:>10.0f}{:>9.0f}{:>9.0f}{:>9.0f}{:>9.0f}{:>9.0f}{:>8}{:>10}\n", who,
                       operation.name, static_cast<double>(operation.requests) / load.seconds,
                       operation.latency.percentile_us(50), operation.latency.percentile_us(90),
                       operation.latency.percentile_us(99), operation.latency.percentile_us(99.9),
                       operation.latency.max_us(), operation.errors, operation.sample.size());
    if (!operation.first_error.empty()) out += fmt::format("       first error: {}\n", operation.first_error);
  }
  if (load.unanswered > 0) out += fmt::format("       unanswered: {}\n", load.unanswered);
}

}  // namespace

std::string render_table(const Report& report) {
  std::string out;
  if (report.load) {
    out += fmt::format("{:<7}{:<26}{:>10}{:>9}{:>9}{:>9}{:>9}{:>9}{:>8}{:>10}\n", "", "operation", "calls/s",
                       "p50 us", "p90 us", "p99 us", "p99.9 us", "max us", "errors", "bytes");
    add_rows(out, "berth", *report.load);
  }
  if (report.echo) {
    add_rows(out, "echo", *report.echo);
    if (report.echo->per_second() > 0)
      out += fmt::format("ratio to echo: {:.3f}\n", report.load->per_second() / report.echo->per_second());
  }
  if (report.load && report.load->per_second() > 0) {
    const double calls = report.load->per_second() * report.load->seconds;
    out += fmt::format("CPU a call: server {:.0f} us, load {:.0f} us\n", report.cpu.server * 1e6 / calls,
                       report.cpu.load * 1e6 / calls);
  }
  if (report.instances > 0) {
    out +=
        fmt::format("{} hollow instances connected in {:.1f} s; tasks received {}, running {}, stopped {}\n",
                    report.instances, report.connect_seconds, report.fleet.tasks_received,
                    report.fleet.tasks_running, report.fleet.reported_stopped);
    if (report.load)
      out += fmt::format(
          "tasks stopped in the window: {:.0f}/s\n",
          static_cast<double>(report.fleet.reported_stopped - report.fleet_at_begin.reported_stopped) /
              report.load->seconds);
    if (report.fleet.report_errors > 0)
      out += fmt::format("reports refused: {}, first: {}\n", report.fleet.report_errors,
                         report.fleet.first_error);
  }
  return out;
}

std::string render_report_json(const Report& report) {
  JsonWriter writer;
  writer.begin_object();
  writer.key("instances");
  writer.integer(static_cast<std::int64_t>(report.instances));
  writer.key("connect_seconds");
  writer.real(rounded(report.connect_seconds));
  writer.key("fleet");
  write_fleet(writer, report.fleet);
  writer.key("fleet_at_begin");
  write_fleet(writer, report.fleet_at_begin);
  writer.key("server_cpu_seconds");
  writer.real(rounded(report.cpu.server));
  writer.key("load_cpu_seconds");
  writer.real(rounded(report.cpu.load));
  if (report.load) {
    writer.key("load");
    write_load(writer, *report.load);
  }
  if (report.echo) {
    writer.key("echo");
    write_load(writer, *report.echo);
  }
  writer.end_object();
  return writer.take();
}

std::string render_fleet_json(const FleetCounts& counts) {
  JsonWriter writer;
  write_fleet(writer, counts);
  return writer.take();
}

std::string render_reaction_json(const Fleet::Reaction& reaction) {
  JsonWriter writer;
  writer.begin_object();
  writer.key("count");
  writer.integer(static_cast<std::int64_t>(reaction.latency.count()));
  writer.key("missed");
  writer.integer(static_cast<std::int64_t>(reaction.missed));
  write_latency(writer, reaction.latency);
  writer.end_object();
  return writer.take();
}

}  // namespace berth::load
