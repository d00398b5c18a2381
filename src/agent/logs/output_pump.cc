#include "agent/logs/output_pump.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"

namespace berth::agent::logs {
namespace {

constexpr std::int64_t kNanosecondsInMs = 1'000'000;

bool is_full(std::size_t bytes, std::size_t events) {
  return bytes >= kBatchBytesMax || events >= kBatchEventsMax;
}

// As many events as one call takes, from the first on. An event alone is never too much.
std::span<const OutputEvent> next_call(std::span<const OutputEvent> events) {
  std::size_t bytes = 0, count = 0;
  for (; count < std::min(events.size(), kCallEventsMax); ++count) {
    bytes += events[count].message.size() + kEventOverhead;
    if (count > 0 && bytes > kCallBytesMax) break;
  }
  return events.first(count);
}

std::string name_body(const LogDestination& to, bool with_stream) {
  JsonWriter writer;
  writer.begin_object();
  writer.key("logGroupName");
  writer.string(to.group);
  if (with_stream) {
    writer.key("logStreamName");
    writer.string(to.stream);
  }
  writer.end_object();
  return writer.take();
}

}  // namespace

OutputPump::OutputPump(PumpDeps deps, PumpSettings settings) : deps_(deps), settings_(std::move(settings)) {
  auto lines = EventLines::make(settings_.to.event_start);
  if (!lines) {
    warn(lines.error().message + ": every line is an event");
    lines = EventLines::make({});
  }
  lines_ = *std::move(lines);
  if (settings_.record_path.empty()) return;
  if (const auto text = deps_.files.read(settings_.record_path))
    record_ = parse_output_record(*text).value_or(OutputRecord{});
}

Async<void> OutputPump::run() {
  while (!record_.done) {
    const bool stopped = settings_.has_stopped();
    cursor_ = record_.sent;
    to_skip_ = record_.sent.lines;
    check_gap_ = to_skip_ > 0;
    auto stream =
        co_await deps_.containers.follow_output(settings_.container_id, record_.sent.time_ns, settings_.tty);
    Ending ending = Ending::broken;
    if (stream)
      ending = co_await follow(**stream);
    else if (stream.error().missing)
      ending = Ending::at_end;
    else
      warn(stream.error().text);
    if (ending == Ending::at_end && stopped) {
      record_.done = true;
      save();
      break;
    }
    if (ending != Ending::behind) co_await deps_.runtime.sleep(kReopen);
  }
}

Async<OutputPump::Ending> OutputPump::follow(engine::OutputStream& stream) {
  Batch batch;
  batch.end = cursor_;
  std::vector<OutputEvent> held;
  lines_->finish(held);              // Of an earlier stream: read again from this one.
  std::optional<MonotonicTime> due;  // When the first whole event of the batch has waited long enough.
  for (;;) {
    const bool waiting = batch.lines > 0 || lines_->holding();
    auto reading = stream.next();
    using Lines = std::optional<std::vector<engine::OutputLine>>;
    std::optional<Result<Lines>> some;
    if (waiting)
      some = co_await runtime::with_deadline(deps_.runtime, kBatchWait, std::move(reading));
    else
      some = co_await std::move(reading);
    const bool timed_out = !*some && some->error().code == ErrorCode::timeout;
    if (timed_out && lines_in(batch) < record_.under_way) continue;
    if (timed_out || !*some || !**some) {
      close_batch(batch);
      const bool going_on = co_await send(batch);
      if (!going_on) co_return Ending::behind;
      if (!timed_out) co_return *some ? Ending::at_end : Ending::broken;
      due.reset();
      continue;
    }
    for (const auto& line : ***some) {
      if (!take_line(line, batch)) continue;
      const bool going_on = co_await send(batch);
      if (!going_on) co_return Ending::behind;
      due.reset();
    }
    // Of a container that never pauses, too.
    const auto now = deps_.runtime.clock().monotonic();
    if (batch.lines == 0)
      due.reset();
    else if (!due)
      due = now + kBatchWait;
    if (!due || now < *due || record_.under_way > 0) continue;
    const bool going_on = co_await send(batch);
    if (!going_on) co_return Ending::behind;
    due.reset();
  }
}

void OutputPump::note_gap(const engine::OutputLine& line, Batch& batch) {
  if (!std::exchange(check_gap_, false) || line.time_ns <= record_.sent.time_ns) return;
  to_skip_ = 0;
  record_.under_way = record_.parts_sent = 0;
  const auto text = fmt::format(
      "berth-agent: what this container wrote between {} and {} is missing here: it was more than its local "
      "log keeps, "
      "while the control plane did not take it",
      render_iso8601({record_.sent.time_ns / kNanosecondsInMs}),
      render_iso8601({line.time_ns / kNanosecondsInMs}));
  spdlog::warn("logs: {}: {}", settings_.to.stream, text);
  batch.events.push_back({line.time_ns / kNanosecondsInMs, text});
  batch.bytes += text.size();
}

bool OutputPump::take_line(const engine::OutputLine& line, Batch& batch) {
  note_gap(line, batch);
  if (to_skip_ > 0) {
    --to_skip_;
    return false;
  }
  const OutputPosition before = cursor_;
  cursor_.pass(line.time_ns);
  const auto held = static_cast<std::int64_t>(lines_->held_lines());
  if (batch.lines == 0 && held == 0) batch.first_ns = line.time_ns;
  const auto events = batch.events.size();
  lines_->add(line, batch.events);
  for (std::size_t i = events; i < batch.events.size(); ++i) batch.bytes += batch.events[i].message.size();
  if (!lines_->holding()) {
    ++batch.lines;
    batch.end = cursor_;
  } else if (lines_->held_lines() == 1) {
    // The lines that were held are an event; this one begins the next, and the batch ends before it.
    batch.lines += held;
    batch.end = before;
  }
  // The batch that may have been stored is made again exactly as it was.
  if (record_.under_way > 0) {
    if (lines_in(batch) < record_.under_way) return false;
    close_batch(batch);
    return true;
  }
  return is_full(batch.bytes, batch.events.size()) || line.time_ns - batch.first_ns >= kBatchSpanMaxNs;
}

std::int64_t OutputPump::lines_in(const Batch& batch) const {
  return batch.lines + static_cast<std::int64_t>(lines_->held_lines());
}

void OutputPump::close_batch(Batch& batch) {
  batch.lines = lines_in(batch);
  lines_->finish(batch.events);
  batch.end = cursor_;
}

std::string OutputPump::render(std::span<const OutputEvent> events, std::int64_t part) const {
  JsonWriter writer;
  writer.begin_object();
  writer.key("logGroupName");
  writer.string(settings_.to.group);
  writer.key("logStreamName");
  writer.string(settings_.to.stream);
  writer.key("sequenceToken");
  writer.string(fmt::format("{}.{}.{}.{}", settings_.container_id.substr(0, 12), record_.sent.time_ns,
                            record_.sent.lines, part));
  writer.key("logEvents");
  writer.begin_array();
  for (const auto& event : events) {
    writer.begin_object();
    writer.key("timestamp");
    writer.integer(event.time_ms);
    writer.key("message");
    writer.string(event.message);
    writer.end_object();
  }
  writer.end_array();
  writer.end_object();
  return writer.take();
}

Async<bool> OutputPump::send(Batch& batch) {
  if (batch.lines == 0 && batch.events.empty()) co_return true;
  bool first = true;
  if (!batch.events.empty()) {
    std::stable_sort(batch.events.begin(), batch.events.end(),
                     [](const auto& a, const auto& b) { return a.time_ms < b.time_ms; });
    record_.under_way = batch.lines;
    save();
    std::span<const OutputEvent> left(batch.events);
    for (std::int64_t part = 0; !left.empty(); ++part) {
      const auto events = next_call(left);
      left = left.subspan(events.size());
      if (part < record_.parts_sent) continue;  // Stored before the agent was started again.
      const std::string body = render(events, part);
      for (Duration wait = kSendRetry;; wait = std::min(2 * wait, kSendRetryMax)) {
        const bool sent = co_await try_send(body);
        if (sent) break;
        first = false;
        co_await deps_.runtime.sleep(wait);
      }
      record_.parts_sent = part + 1;
      if (!left.empty()) save();
    }
  }
  record_.sent = batch.end;
  record_.under_way = record_.parts_sent = 0;
  batch = Batch{};
  batch.end = record_.sent;
  co_return first;
}

// True when there is nothing more to do for this batch.
Async<bool> OutputPump::try_send(const std::string& body) {
  auto outcome = co_await deps_.api.call_logs("PutLogEvents", body, settings_.to.region);
  const auto* failure = std::get_if<session::ApiFailure>(&outcome);
  if (!failure) {
    if (!last_problem_.empty()) spdlog::info("logs: {}: sent again", settings_.to.stream);
    last_problem_.clear();
    co_return true;
  }
  if (failure->code == "ResourceNotFoundException") {
    co_await make_stream();
    outcome = co_await deps_.api.call_logs("PutLogEvents", body, settings_.to.region);
    failure = std::get_if<session::ApiFailure>(&outcome);
    if (!failure) co_return true;
  }
  const auto problem =
      fmt::format("log group {}: {} {}", settings_.to.group, failure->code, failure->message);
  // It will never be taken; what comes after it may be.
  const bool never = failure->code == "InvalidParameterException";
  if (never)
    spdlog::warn("logs: {}: {}; these events are dropped", settings_.to.stream, problem);
  else
    warn(problem);
  co_return never;
}

Async<void> OutputPump::make_stream() {
  if (settings_.to.create_group) {
    const auto made =
        co_await deps_.api.call_logs("CreateLogGroup", name_body(settings_.to, false), settings_.to.region);
    static_cast<void>(made);  // It may be there; what else there is, the next call says.
  }
  const auto made =
      co_await deps_.api.call_logs("CreateLogStream", name_body(settings_.to, true), settings_.to.region);
  static_cast<void>(made);
}

void OutputPump::save() {
  if (settings_.record_path.empty()) return;
  if (auto written = deps_.files.write_atomically(settings_.record_path, render_output_record(record_), 0600);
      !written)
    warn(written.error().message);
}

void OutputPump::warn(const std::string& problem) {
  if (std::exchange(last_problem_, problem) != problem)
    spdlog::warn("logs: {}: {}; trying again", settings_.to.stream, problem);
}

}  // namespace berth::agent::logs
