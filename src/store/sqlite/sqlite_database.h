#pragma once
#include <atomic>
#include <map>
#include <optional>
#include <string>

#include "store/engine.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/evidence.h"
#include "store/sqlite/file_lock.h"

namespace berth::store::sqlite {

/// The blocking half of the engine: what happens on its threads.
///
/// Runs on: load(), append() and contains() on one thread; checkpoint() and backup() on another.
class Database {
 public:
  /// Opens, creates or migrates the store.
  /// Errors: as SqliteEngine::open().
  static Result<std::shared_ptr<Database>> open(std::string path, std::string vfs, DataLoss data_loss);

  Result<Revision> load(const Engine::Loader& each);
  Result<void> append(const EngineBatch& batch);
  /// As Engine::probe().
  Result<void> probe();
  Result<bool> contains(const std::string& transaction_id);

  /// True once, when the write-ahead log has grown enough for checkpoint() to be worth it.
  bool wants_checkpoint();
  void checkpoint();
  Result<void> backup(const std::string& path) const;

  /// Two halves, in this order: close_checkpointer() on the thread of checkpoint(), close() on that of
  /// append(). Then everything answers `unavailable`, and the file may be opened again.
  void close_checkpointer();
  void close();

 private:
  struct Statements {
    Statement head, set_head, add_id, trim_ids, find_id;
    struct OfKind {
      Statement put, erase;
    };
    std::map<Kind, OfKind> of_kind;
  };
  Database(std::string path, std::string vfs, FileLock lock, Evidence evidence)
      : path_(std::move(path)),
        vfs_(std::move(vfs)),
        lock_(std::move(lock)),
        evidence_(std::move(evidence)) {}
  Result<void> connect();
  /// Before anything is written: is all there that was acknowledged?
  Result<void> check_whole(Connection& connection);
  Result<Statements> prepare();
  Result<void> load_kinds(const Engine::Loader& each);
  Result<void> write(const EngineBatch& batch);
  /// Ends a transaction that failed, as what append() answers.
  Error end_failed(Error error, Revision base);
  std::string why_not_written(int system) const;
  /// What the operator can do about a store whose content is damaged.
  Error with_remedy(Error error) const;
  /// -1 when it cannot be read.
  std::int64_t head();
  static int on_commit(void* self, sqlite3*, const char*, int pages);

  std::string path_;
  std::string vfs_;
  std::optional<FileLock> lock_;
  Evidence evidence_;
  DataLoss data_loss_ = DataLoss::refused;
  std::optional<Connection> connection_;
  std::optional<Statements> statements_;
  std::atomic<bool> checkpointing_{false};
  std::optional<Connection> checkpointer_;
  int wal_pages_ = 0;     // Of the work thread, as is the next.
  int copied_pages_ = 0;  // Length of the log when the last checkpoint was asked for.
  bool failed_ = false;
  /// Met while writing: nothing is written any more. A part of the file that is damaged may be next to parts
  /// that are not, and whether what is written there can be read again is not known.
  std::optional<Error> damage_;
  std::atomic<bool> closed_{false};
};

}  // namespace berth::store::sqlite
