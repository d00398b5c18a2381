#include "sim/checkers/delivery_checker.h"

#include <fmt/format.h>

namespace berth::sim {
namespace {

using domain::TaskStatus;

// From a look of the gateway to the arrival of what it sent, at worst.
constexpr Duration kOnTheWayMax = std::chrono::seconds(60);

}  // namespace

void DeliveryChecker::told(const std::string& instance_arn, const std::string& task_arn, bool stop,
                           std::uint64_t connection) {
  const auto fail = [&](std::string text) { violations_.add("told", task_arn + ' ' + std::move(text)); };
  const auto* task = ledger_.find_task(task_arn);
  if (!task) return fail("was told to an agent and is not durable");
  if (task->instance_arn != instance_arn) return fail("was told to the agent of another instance");
  if (stop && task->desired_status != TaskStatus::stopped) return fail("is to run and was told to stop");
  if (task->last_status == TaskStatus::stopped) world_.probe("told-of-given-up");
  const auto since = ledger_.delivered_since(task_arn);
  const bool fell_back = fell_back_.contains(instance_arn);
  if (!stop && since && world_.now() - *since > kOnTheWayMax && !fell_back)
    return fail("was told to start long after it was taken");
  if (fell_back)
    told_.insert_or_assign({task_arn, stop}, Told{world_.now(), connection});
  else
    check_again(task_arn, stop, connection);
}

void DeliveryChecker::not_taken(const std::string& task_arn, bool stop) {
  const auto known = told_.find({task_arn, stop});
  if (known != told_.end()) known->second.taken = false;
}

void DeliveryChecker::check_again(const std::string& task_arn, bool stop, std::uint64_t connection) {
  const auto [known, fresh] = told_.try_emplace({task_arn, stop}, Told{world_.now(), connection});
  if (fresh) return;
  const Told before = std::exchange(known->second, Told{world_.now(), connection});
  if (before.connection != connection || !before.taken) return;
  if (stop && reporting_.contains(task_arn)) return;
  const auto report = reported_at_.find(task_arn);
  if (stop && report != reported_at_.end() && before.at - report->second < kOnTheWayMax) return;
  const auto happened = [&](const char* fault) { return world_.probes().contains(fault); };
  // Where messages wait on the way, when they arrive says nothing of when they were sent; where they vanish,
  // so may the acknowledgement before the connection breaks. A task may end in a view that is lost
  // afterwards, and then is forgotten and wanted again.
  if (happened("fault-clog") || happened("fault-net-delay") || happened("fault-store-fails")) return;
  const bool may_vanish =
      happened("fault-partition") || happened("fault-one-way") || happened("fault-plane-cut");
  if (!may_vanish || world_.now() - before.at < redelivery_ / 2)
    violations_.add("told-twice", fmt::format("{} was told to {} twice", task_arn, stop ? "stop" : "start"));
}

}  // namespace berth::sim
