#include "sim/checkers/watch_checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::sim {
namespace {

// A mark of delivery: the one change that need not be in the engine's log (Transaction::need_not_last).
bool only_marks_delivery(const store::Change& change) {
  if (change.kind != store::Kind::task || !change.before || !change.after) return false;
  domain::TaskRecord marked = *change.before_as<domain::TaskRecord>();
  marked.delivered = true;
  return marked == *change.after_as<domain::TaskRecord>();
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
  co_return changes;
}

void CheckedWatch::check(const store::Change& change) {
  const bool logged =
      std::ranges::binary_search(ledger_.log(), change.revision, {}, &Ledger::Logged::revision);
  if (!logged && only_marks_delivery(change)) return;
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
