#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/task_lifecycle.h"
#include "store/table.h"

namespace berth::store {

/// Most writes (put, erase, claim, release) of one transaction.
inline constexpr std::size_t kTransactionWritesMax = 100;
/// Most expectations of one transaction.
inline constexpr std::size_t kTransactionExpectationsMax = 1000;

/// What a task takes on an instance: CPU units, MiB, host ports.
struct Resources {
  std::int64_t cpu = 0;
  std::int64_t memory = 0;
  std::vector<std::int32_t> tcp_ports = {};
  std::vector<std::int32_t> udp_ports = {};
};

/// Reads and writes of one optimistic transaction, built by a handler or controller from a View.
///
/// Runs on: one coroutine at a time. Nothing is visible before Store::commit().
/// Limits:  kTransactionWritesMax, kTransactionExpectationsMax; beyond them commit() answers `too_large`.
///
/// Expectations are about the store before this transaction's own writes. A later write of a record replaces
/// an earlier one. claim() and release() change the InstanceAllocation at the head, whatever its revision:
/// they conflict only when the claim no longer fits (or the instance is gone or not ACTIVE), never because
/// another task was placed meanwhile. They come after put and erase, so a transaction may create an instance
/// with its allocation and claim on it.
class Transaction {
 public:
  /// `id` must be unique (a UUID): an unknown outcome is found out by it. `writer` must own the task changes
  /// it makes.
  Transaction(std::string id, domain::Writer writer) : id_(std::move(id)), writer_(writer) {}

  template <class R>
  void put(R record) {
    std::string key = Schema<R>::key(record);
    write(Schema<R>::kind, std::move(key), std::make_shared<const R>(std::move(record)));
  }
  /// Of a record that does not exist: no conflict.
  template <class R>
  void erase(std::string key) {
    write(Schema<R>::kind, std::move(key), nullptr);
  }

  /// The record still has this revision.
  template <class R>
  void expect(std::string key, Revision revision) {
    expectations_.push_back({Expectation::What::revision, Schema<R>::kind, 0, std::move(key), revision});
  }
  template <class R>
  void expect(const Stored<R>& seen) {
    expect<R>(seen.key, seen.revision);
  }
  template <class R>
  void expect_absent(std::string key) {
    expectations_.push_back({Expectation::What::absent, Schema<R>::kind, 0, std::move(key), {}});
  }
  /// The group of the index has no member.
  template <class R>
  void expect_none(const Index<R>& index, std::string group) {
    expectations_.push_back({Expectation::What::none, Schema<R>::kind, index.slot, std::move(group), {}});
  }
  /// Nothing was added to, changed in or removed from the group since `revision`.
  template <class R>
  void expect_unchanged(const Index<R>& index, std::string group, Revision revision) {
    expectations_.push_back(
        {Expectation::What::unchanged, Schema<R>::kind, index.slot, std::move(group), revision});
  }
  /// The store has lost nothing since a View of this revision: what that showed, and no other expectation
  /// names, has happened.
  void expect_same_epoch(Revision seen) { epoch_seen_ = seen; }

  /// The instance (by its key) has room and is ACTIVE; the task takes the resources.
  void claim(std::string instance_key, Resources resources) {
    claims_.push_back({Claim::What::claim, std::move(instance_key), std::move(resources)});
  }
  /// As claim(), for a caller who checked the instance's status itself (StartTask on DRAINING, adopted
  /// tasks).
  void claim_any_status(std::string instance_key, Resources resources) {
    claims_.push_back({Claim::What::claim_any_status, std::move(instance_key), std::move(resources)});
  }
  /// Gives them back. An allocation that is gone is no conflict; giving back what is not held is one.
  void release(std::string instance_key, Resources resources) {
    claims_.push_back({Claim::What::release, std::move(instance_key), std::move(resources)});
  }

  /// What it writes may be lost with the process: everybody sees it, but an engine of one control plane alone
  /// is not given it. After a restart the records are as they were last made durable. For what is cheaper to
  /// find out again than to write; only for puts of records that exist.
  void need_not_last() { lasts_ = false; }

  struct Expectation {
    enum class What { revision, absent, none, unchanged } what;
    Kind kind;
    std::uint8_t slot;
    std::string key;  ///< Of the record, or the name of the group.
    Revision revision;
  };
  struct Write {
    Kind kind;
    std::string key;
    std::shared_ptr<const void> record;  ///< Null: erase.
  };
  struct Claim {
    enum class What { claim, claim_any_status, release } what;
    std::string instance_key;
    Resources resources;
  };
  const std::string& id() const { return id_; }
  domain::Writer writer() const { return writer_; }
  bool lasts() const { return lasts_; }
  const std::vector<Expectation>& expectations() const { return expectations_; }
  const std::optional<Revision>& epoch_seen() const { return epoch_seen_; }
  const std::vector<Write>& writes() const { return writes_; }
  const std::vector<Claim>& claims() const { return claims_; }
  std::size_t write_count() const { return writes_.size() + claims_.size(); }

 private:
  void write(Kind kind, std::string key, std::shared_ptr<const void> record);

  std::string id_;
  domain::Writer writer_;
  bool lasts_ = true;
  std::vector<Expectation> expectations_;
  std::optional<Revision> epoch_seen_;
  std::vector<Write> writes_;
  std::vector<Claim> claims_;
};

}  // namespace berth::store
