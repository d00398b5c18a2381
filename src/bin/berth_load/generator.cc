#include "bin/berth_load/generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace berth::load {
namespace {

constexpr Nanos kDrain = 10'000'000'000;
constexpr Nanos kErrorPause = 10'000'000;
constexpr double kNanosPerSecond = 1e9;

Nanos nanos_of(double seconds) {
  return static_cast<Nanos>(seconds * kNanosPerSecond);
}

// A RunTask that placed nothing answers 200 with failures.
bool is_success(const Operation& operation, const Reply& reply) {
  if (!reply.ok()) return false;
  if (operation.api != "RunTask" && operation.api != "DescribeTasks") return true;
  return reply.body.find("\"failures\":[{") == std::string_view::npos;
}

}  // namespace

double LoadResult::per_second() const {
  double sum = 0;
  for (const auto& operation : operations) sum += static_cast<double>(operation.requests);
  return seconds > 0 ? sum / seconds : 0;
}

Generator::Generator(Loop& loop, Address address, RequestBook& book, const std::vector<Operation>& mix,
                     LoadOptions options)
    : loop_(loop), book_(book), mix_(mix), options_(options) {
  for (const auto& operation : mix_) {
    weight_ += operation.weight;
    OperationResult result;
    result.name = operation.name;
    result_.operations.push_back(std::move(result));
  }
  for (std::size_t i = 0; i < options_.connections; ++i)
    connections_.push_back(std::make_unique<ApiConnection>(loop_, address));
}

std::size_t Generator::draw() {
  if (mix_.size() == 1) return 0;
  auto ticket = random_.below(weight_);
  std::size_t operation = 0;
  while (ticket >= mix_[operation].weight) ticket -= mix_[operation++].weight;
  return operation;
}

LoadResult Generator::run() {
  begin_ = now_ns();
  window_begin_ = begin_ + nanos_of(options_.warmup_seconds);
  window_end_ = window_begin_ + nanos_of(options_.seconds);
  result_.seconds = options_.seconds;
  if (window_hook_) {
    loop_.at(window_begin_, this, [this] { window_hook_(true); });
    loop_.at(window_end_, this, [this] { window_hook_(false); });
  }
  if (options_.rate) {
    for (auto& connection : connections_) free_.push_back(connection.get());
    schedule();
    loop_.run_until(window_end_);
    if (outstanding_ > 0) loop_.run_until(window_end_ + kDrain);
    result_.unanswered = outstanding_;
  } else {
    for (auto& connection : connections_) start_next(*connection);
    loop_.run_until(window_end_ + 1);
  }
  loop_.cancel(this);
  for (auto& connection : connections_) connection->disconnect();
  return std::move(result_);
}

void Generator::start_next(ApiConnection& connection) {
  const Intent intent{draw(), now_ns()};
  if (intent.intended >= window_end_) return;
  if (gate_ && mix_[intent.operation].api == "RunTask" && !gate_()) {
    held_.push_back(&connection);
    return;
  }
  send(connection, intent);
}

void Generator::release() {
  // Each asks the gate for itself; who is not let through is held again.
  const auto waiting = std::exchange(held_, {});
  for (ApiConnection* connection : waiting) start_next(*connection);
}

Nanos Generator::next_due() const {
  return begin_ + static_cast<Nanos>(static_cast<double>(scheduled_) * kNanosPerSecond / *options_.rate);
}

void Generator::schedule() {
  const Nanos due = next_due();
  if (due >= window_end_) return;
  loop_.at(due, this, [this, due] {
    ++scheduled_;
    if (in_window(due)) ++outstanding_;
    const Intent intent{draw(), due};
    if (free_.empty()) {
      backlog_.push_back(intent);
    } else {
      ApiConnection& connection = *free_.back();
      free_.pop_back();
      send(connection, intent);
    }
    schedule();
  });
}

void Generator::send(ApiConnection& connection, Intent intent) {
  connection.send(book_.next(intent.operation),
                  [this, &connection, intent](const Reply& reply) { done(connection, intent, reply); });
}

void Generator::done(ApiConnection& connection, const Intent& intent, const Reply& reply) {
  const Nanos now = now_ns();
  if (options_.rate) {
    if (in_window(intent.intended)) {
      record(intent, reply, now);
      if (--outstanding_ == 0 && now >= window_end_ && next_due() >= window_end_) loop_.stop();
    }
    if (backlog_.empty()) {
      free_.push_back(&connection);
      return;
    }
    const Intent next = backlog_.front();
    backlog_.pop_front();
    send(connection, next);
    return;
  }
  if (in_window(now)) record(intent, reply, now);
  // A server that refuses is not to be asked again in a tight circle.
  if (!reply.ok()) return loop_.after(kErrorPause, this, [this, &connection] { start_next(connection); });
  start_next(connection);
}

void Generator::record(const Intent& intent, const Reply& reply, Nanos now) {
  auto& result = result_.operations[intent.operation];
  if (!is_success(mix_[intent.operation], reply)) {
    ++result.errors;
    if (reply.body.find("ThrottlingException") != std::string_view::npos) ++result.throttled;
    if (result.first_error.empty())
      result.first_error = fmt::format("{} {}", reply.status, reply.body.substr(0, kErrorTextMax));
    return;
  }
  ++result.requests;
  result.latency.add(now - intent.intended);
  if (result.sample.empty()) result.sample = reply.raw;
}

}  // namespace berth::load
