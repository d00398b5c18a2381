#include "sim/checkers/watch_checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace berth::sim {
namespace {

// A mark of delivery: the one change that need not be in the engine's log (Transaction::need_not_last).
bool only_marks_delivery(const store::Change& change) {
  if (change.kind != store::Kind::task || !change.before || !change.after) return false;
  domain::TaskRecord marked = *change.before_as<domain::TaskRecord>();
  marked.delivered = true;
  return marked == *change.after_as<domain::TaskRecord>();
}

// Amounts by name: "MiB", "TCP port 80". One of zero is as good as none.
using Amounts = std::map<std::string, std::int64_t>;

void add_ports(Amounts& into, std::string_view protocol, const std::vector<std::int32_t>& ports, int sign) {
  for (const auto port : ports) into[fmt::format("{} {}", protocol, port)] += sign;
}

template <class R>
void add(Amounts& into, const R& record, std::int64_t tasks, int sign) {
  into["CPU units"] += sign * std::int64_t{record.cpu};
  into["MiB"] += sign * std::int64_t{record.memory};
  into["tasks"] += sign * tasks;
  add_ports(into, "TCP port", record.tcp_ports, sign);
  add_ports(into, "UDP port", record.udp_ports, sign);
}

}  // namespace

CheckedWatch::CheckedWatch(std::unique_ptr<store::Watch> inner, const Ledger& ledger, Violations& violations,
                           std::string owner, store::Revision durable)
    : inner_(std::move(inner)),
      ledger_(ledger),
      violations_(violations),
      owner_(std::move(owner)),
      next_(number_of(store::Revision(durable.value() + 1))) {}

std::uint64_t CheckedWatch::number_of(store::Revision revision) const {
  const auto& log = ledger_.log();
  const auto found = std::ranges::lower_bound(log, revision, {}, &Ledger::Logged::revision);
  return ledger_.log_begin() + static_cast<std::uint64_t>(found - log.begin());
}

Async<Result<std::vector<store::Change>>> CheckedWatch::next() {
  auto changes = co_await inner_->next();
  if (!changes.ok()) {
    next_.reset();
    co_return changes;
  }
  for (const auto& change : *changes) check(change);
  check_allocations(*changes);
  co_return changes;
}

bool CheckedWatch::in_memory_only(const store::Change& change) const {
  if (change.kind == store::Kind::allocation && !ledger_.allocations_written()) return true;
  const bool logged =
      std::ranges::binary_search(ledger_.log(), change.revision, {}, &Ledger::Logged::revision);
  return !logged && only_marks_delivery(change);
}

void CheckedWatch::check_allocations(const std::vector<store::Change>& changes) {
  std::map<std::pair<store::Revision, std::string>, Amounts> open;
  const auto note_task = [&](const store::Change& change, const domain::TaskRecord* task, int sign) {
    if (!live(task)) return;
    std::string key = store::instance_key({task->account, task->region}, task->cluster, task->instance_id);
    add(open[{change.revision, std::move(key)}], *task, 1, sign);
  };
  const auto note_allocation = [&](const store::Change& change, const domain::InstanceAllocation* held,
                                   int sign) {
    if (held) add(open[{change.revision, change.key}], *held, held->task_count, sign);
  };
  for (const auto& change : changes) {
    note_task(change, change.before_as<domain::TaskRecord>(), -1);
    note_task(change, change.after_as<domain::TaskRecord>(), 1);
    note_allocation(change, change.before_as<domain::InstanceAllocation>(), 1);
    note_allocation(change, change.after_as<domain::InstanceAllocation>(), -1);
  }
  for (const auto& [where, amounts] : open) {
    for (const auto& [name, amount] : amounts) {
      if (amount != 0)
        violations_.add("allocation", fmt::format("{} at revision {}: tasks hold {} {} more than was claimed",
                                                  where.second, where.first.value(), amount, name));
    }
  }
}

void CheckedWatch::check(const store::Change& change) {
  if (in_memory_only(change)) return;
  if (!next_ || *next_ < ledger_.log_begin()) next_ = number_of(change.revision);
  const auto at = static_cast<std::size_t>(*next_ - ledger_.log_begin());
  const auto& log = ledger_.log();
  const bool right = at < log.size() && log[at].revision == change.revision && log[at].kind == change.kind &&
                     log[at].key == change.key;
  if (!right)
    violations_.add("watch", fmt::format("a watch of {} tells of {} {} at revision {}; next was {}", owner_,
                                         to_string(change.kind), change.key, change.revision.value(),
                                         at < log.size() ? log[at].key : "nothing"));
  next_ = right ? std::optional(*next_ + 1) : std::nullopt;
}

}  // namespace berth::sim
