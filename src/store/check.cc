#include "store/check.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::store {
namespace {

using domain::ContainerInstanceRecord;
using domain::InstanceAllocation;
using Ports = std::vector<std::int32_t>;

Error conflict_of(const Transaction::Expectation& expectation, std::string_view what) {
  return conflict(fmt::format("{}: {}", contended_name(expectation.kind, expectation.key), what));
}

template <class R>
Result<void> check_record(const Table<R>& table, const Transaction::Expectation& expectation) {
  const Stored<R>* stored = table.find(expectation.key);
  if (expectation.what == Transaction::Expectation::What::absent) {
    if (stored) return conflict_of(expectation, "exists already");
    return {};
  }
  if (!stored) return conflict_of(expectation, "is gone");
  if (stored->revision != expectation.revision) return conflict_of(expectation, "has changed");
  return {};
}

template <class R>
Result<void> check_group(const Table<R>& table, const Transaction::Expectation& expectation) {
  const Group<R> group = table.group(expectation.slot, expectation.key);
  if (expectation.what == Transaction::Expectation::What::none) {
    if (!group.empty()) return conflict_of(expectation, "has members");
    return {};
  }
  if (group.changed() > expectation.revision) return conflict_of(expectation, "has changed");
  return {};
}

// What need not last must leave no trace when it is lost: a record that goes back to what it was, no more.
Result<void> check_what_may_be_lost(const Transaction& transaction, const std::vector<Change>& changes) {
  if (transaction.lasts()) return {};
  const bool only_puts =
      std::all_of(changes.begin(), changes.end(), [](const Change& c) { return c.before && c.after; });
  if (!only_puts || !transaction.claims().empty())
    return invalid("a transaction that need not last may only put records that exist");
  return {};
}

Result<void> check_expectation(const Tables& tables, const Transaction::Expectation& expectation) {
  using What = Transaction::Expectation::What;
  Result<void> answer;
  visit_record_type(expectation.kind, [&]<class R>(std::type_identity<R>) {
    const bool of_record = expectation.what == What::revision || expectation.what == What::absent;
    answer = of_record ? check_record(tables.of<R>(), expectation) : check_group(tables.of<R>(), expectation);
  });
  return answer;
}

bool holds(const Ports& ports, std::int32_t port) {
  return std::find(ports.begin(), ports.end(), port) != ports.end();
}

Result<void> take_ports(Ports& used, const Ports& reserved, const Ports& wanted, std::string_view protocol) {
  for (const std::int32_t port : wanted) {
    if (holds(reserved, port))
      return conflict(fmt::format("{} port {} is reserved on the instance", protocol, port));
    if (holds(used, port))
      return conflict(fmt::format("{} port {} is in use on the instance", protocol, port));
    used.insert(std::upper_bound(used.begin(), used.end(), port), port);
  }
  return {};
}

bool give_ports(Ports& used, const Ports& given) {
  for (const std::int32_t port : given) {
    const auto found = std::find(used.begin(), used.end(), port);
    if (found == used.end()) return false;
    used.erase(found);
  }
  return true;
}

// The changes of one transaction as they come together: first its writes, then its claims on top of them.
class Draft {
 public:
  Draft(const Tables& tables, Revision revision) : tables_(tables), revision_(revision) {}

  void write(const Transaction::Write& write) {
    std::shared_ptr<const void> before;
    visit_record_type(write.kind, [&]<class R>(std::type_identity<R>) {
      if (const Stored<R>* stored = tables_.of<R>().find(write.key)) before = stored->record;
    });
    if (!before && !write.record) return;
    changes_.push_back({revision_, write.kind, write.key, std::move(before), write.record});
  }
  Result<void> check_owner(domain::Writer writer) const {
    for (const Change& change : changes_) {
      if (change.kind != Kind::task) continue;
      Result<void> allowed = domain::check_task_write(change.before_as<domain::TaskRecord>(),
                                                      change.after_as<domain::TaskRecord>(), writer);
      if (!allowed.ok()) return allowed;
    }
    return {};
  }
  Result<void> claim(const Transaction::Claim& claim) {
    const auto instance = latest<ContainerInstanceRecord>(claim.instance_key);
    const auto allocation = latest<InstanceAllocation>(claim.instance_key);
    if (!instance || !allocation) return conflict(claim.instance_key + ": the instance is gone");
    if (claim.what == Transaction::Claim::What::claim && instance->status != domain::InstanceStatus::active) {
      return conflict(claim.instance_key + ": the instance is not ACTIVE");
    }
    InstanceAllocation next = *allocation;
    if (next.cpu + claim.resources.cpu > instance->cpu)
      return conflict(claim.instance_key + ": not enough CPU");
    if (next.memory + claim.resources.memory > instance->memory) {
      return conflict(claim.instance_key + ": not enough memory");
    }
    Result<void> tcp =
        take_ports(next.tcp_ports, instance->reserved_tcp_ports, claim.resources.tcp_ports, "TCP");
    if (!tcp.ok()) return tcp;
    Result<void> udp =
        take_ports(next.udp_ports, instance->reserved_udp_ports, claim.resources.udp_ports, "UDP");
    if (!udp.ok()) return udp;
    next.cpu += static_cast<std::int32_t>(claim.resources.cpu);
    next.memory += static_cast<std::int32_t>(claim.resources.memory);
    next.task_count += 1;
    put_allocation(claim.instance_key, std::move(next));
    return {};
  }
  Result<void> release(const Transaction::Claim& claim) {
    const auto allocation = latest<InstanceAllocation>(claim.instance_key);
    if (!allocation) return {};
    InstanceAllocation next = *allocation;
    const bool held = next.cpu >= claim.resources.cpu && next.memory >= claim.resources.memory &&
                      next.task_count > 0 && give_ports(next.tcp_ports, claim.resources.tcp_ports) &&
                      give_ports(next.udp_ports, claim.resources.udp_ports);
    if (!held) {
      // A bug, or a replica that has not yet seen the claim: in both cases the caller has to look again.
      return conflict(claim.instance_key + ": a release of resources that are not held");
    }
    next.cpu -= static_cast<std::int32_t>(claim.resources.cpu);
    next.memory -= static_cast<std::int32_t>(claim.resources.memory);
    next.task_count -= 1;
    put_allocation(claim.instance_key, std::move(next));
    return {};
  }
  std::vector<Change> take() { return std::move(changes_); }

 private:
  Change* find(Kind kind, std::string_view key) {
    for (Change& change : changes_) {
      if (change.kind == kind && change.key == key) return &change;
    }
    return nullptr;
  }
  // As this transaction leaves it so far; null when there is none.
  template <class R>
  Ptr<R> latest(const std::string& key) {
    if (const Change* change = find(Schema<R>::kind, key))
      return std::static_pointer_cast<const R>(change->after);
    const Stored<R>* stored = tables_.of<R>().find(key);
    return stored ? stored->record : nullptr;
  }
  void put_allocation(const std::string& key, InstanceAllocation next) {
    auto after = std::make_shared<const InstanceAllocation>(std::move(next));
    if (Change* change = find(Kind::allocation, key)) {
      change->after = std::move(after);
      return;
    }
    write({Kind::allocation, key, std::move(after)});
  }

  const Tables& tables_;
  Revision revision_;
  std::vector<Change> changes_;
};

}  // namespace

Result<std::vector<Change>> check_transaction(const Tables& tables, const Transaction& transaction,
                                              Revision revision) {
  if (transaction.write_count() > kTransactionWritesMax) {
    return Error{ErrorCode::too_large,
                 fmt::format("more than {} writes in a transaction", kTransactionWritesMax)};
  }
  if (transaction.expectations().size() > kTransactionExpectationsMax) {
    return Error{ErrorCode::too_large,
                 fmt::format("more than {} expectations in a transaction", kTransactionExpectationsMax)};
  }
  for (const auto& expectation : transaction.expectations()) {
    Result<void> holds = check_expectation(tables, expectation);
    if (!holds.ok()) return std::move(holds).error();
  }
  if (transaction.epoch_seen() && tables.epoch() > *transaction.epoch_seen())
    return conflict("the store: has lost changes since");
  Draft draft(tables, revision);
  for (const auto& write : transaction.writes()) draft.write(write);
  Result<void> allowed = draft.check_owner(transaction.writer());
  if (!allowed.ok()) return std::move(allowed).error();
  for (const auto& claim : transaction.claims()) {
    Result<void> fits =
        claim.what == Transaction::Claim::What::release ? draft.release(claim) : draft.claim(claim);
    if (!fits.ok()) return std::move(fits).error();
  }
  std::vector<Change> changes = draft.take();
  Result<void> may_be_lost = check_what_may_be_lost(transaction, changes);
  if (!may_be_lost.ok()) return std::move(may_be_lost).error();
  return changes;
}

std::string contended_name(Kind kind, std::string_view key) {
  return fmt::format("{} {}", to_string(kind), key);
}

std::string contended_name(const Error& conflict) {
  return conflict.message.substr(0, conflict.message.rfind(": "));
}

}  // namespace berth::store
