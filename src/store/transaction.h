#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "domain/task_lifecycle.h"
#include "store/table.h"

namespace berth::store {

/// Most writes (put, erase, claim, release) of one transaction.
inline constexpr std::size_t kTransactionWritesMax = 100;

/// What a task takes on an instance: CPU units, MiB, host ports.
struct Resources {
  std::int64_t cpu = 0;
  std::int64_t memory = 0;
  std::vector<std::int32_t> tcp_ports;
  std::vector<std::int32_t> udp_ports;
};

/// Reads and writes of one optimistic transaction, built by a handler or controller from a View.
///
/// Runs on: one coroutine at a time. Nothing is visible before Store::commit().
/// Limits:  kTransactionWritesMax; beyond that commit() answers `too_large`.
///
/// claim() and release() change the InstanceAllocation at the head, whatever its revision: they conflict only when the
/// claim no longer fits (or the instance is gone or not ACTIVE), never because another task was placed meanwhile.
class Transaction {
 public:
  /// `id` must be unique (a UUID): an unknown outcome is found out by it. `writer` must own the task changes it makes.
  Transaction(std::string id, domain::Writer writer);

  template <class R>
  void put(R record);
  template <class R>
  void erase(std::string key);

  /// The record still has this revision.
  template <class R>
  void expect(std::string key, Revision revision);
  template <class R>
  void expect(const Stored<R>& seen) { expect<R>(seen.key, seen.revision); }
  template <class R>
  void expect_absent(std::string key);
  /// The group of the index has no member.
  template <class R>
  void expect_none(const Index<R>& index, std::string group);
  /// Nothing was added to, changed in or removed from the group since `revision`.
  template <class R>
  void expect_unchanged(const Index<R>& index, std::string group, Revision revision);

  /// The instance (by its key) has room and is ACTIVE; the task takes the resources.
  void claim(std::string instance_key, Resources resources);
  /// As claim(), for a caller who checked the instance's status itself (StartTask on DRAINING, adopted tasks).
  void claim_any_status(std::string instance_key, Resources resources);
  /// Gives them back. An allocation that is gone is no conflict.
  void release(std::string instance_key, Resources resources);
};

}  // namespace berth::store
