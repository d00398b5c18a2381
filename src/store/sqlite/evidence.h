#pragma once
#include <optional>
#include <string>

#include "base/result.h"
#include "base/strong.h"
#include "store/schema.h"

namespace berth::store::sqlite {

/// What to do with a store that has lost what was acknowledged.
enum class DataLoss { refused, accepted };

/// How far a database was made durable, in a small file beside it, so that one that was emptied, cut or
/// replaced by an older one is not taken for what it was: `berth.evidence` beside `berth.db`, one line of
/// text, written in place after each batch and synced with the checkpoints. It may lag, and is never ahead. A
/// store without it (of an older Berth, or restored) opens as it is. Whoever replaces the database removes it
/// first (forget()).
///
/// Runs on: one thread at a time, but sync() beside the others.
class Evidence {
 public:
  /// Errors: `internal`.
  static Result<Evidence> open(const std::string& database_path);
  Evidence(Evidence&& other) noexcept;
  Evidence& operator=(Evidence&&) = delete;
  ~Evidence();

  /// The newest revision that is known to have been durable; none when nothing is known.
  std::optional<Revision> durable() const { return durable_; }
  /// Everything up to `head` is durable.
  void note(Revision head);
  void sync() const;

  static std::string path_of(const std::string& database_path);
  /// Before a database is replaced.
  /// Errors: `internal`.
  static Result<void> forget(const std::string& database_path);

 private:
  explicit Evidence(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
  std::optional<Revision> durable_;
};

/// Whether the database file has lost everything: it is missing or empty although there is evidence.
/// Errors: `invalid`, in words for the operator.
Result<void> check_not_emptied(const std::string& database_path, const Evidence& evidence);
/// Whether a database whose head is `head` is as new as it was.
/// Errors: `invalid`, in words for the operator.
Result<void> check_not_behind(const std::string& database_path, const Evidence& evidence, Revision head);

}  // namespace berth::store::sqlite
