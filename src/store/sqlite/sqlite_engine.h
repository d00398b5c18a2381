#pragma once
#include <memory>
#include <string>

#include "runtime/async.h"
#include "store/engine.h"

namespace berth::store::sqlite {

class Database;

/// The embedded engine: one SQLite file. Values are JSON, a table a kind, so that `sqlite3 berth.db` answers
/// questions:
///   SELECT value->>'lastStatus', count(*) FROM task GROUP BY 1;
///
/// Durable:  synchronous=FULL; an append that succeeded survives SIGKILL and power loss. The write-ahead log
/// is copied
///           into the database on `background`, beside the commits.
/// Runs on:  any thread. SQLite works on `work`, a thread of its own. Both executors outlive the engine, and
/// are stopped
///           before it is destroyed or run until it is: what they still hold shares the database.
/// Files:    PATH, PATH-wal, PATH-shm, PATH.lock, all readable by their owner only.
class SqliteEngine final : public Engine {
 public:
  /// Opens, creates or migrates the store at `path`. Blocks; for main().
  /// Errors: `unavailable`: another process uses it, or SQLite fails; `invalid`: a newer Berth wrote it (the
  /// message names the version), or it is no store of Berth; `internal`: the file system refuses. `vfs` names
  /// another SQLite VFS, for tests.
  static Result<std::unique_ptr<SqliteEngine>> open(std::string path, Executor work, Executor background,
                                                    std::string vfs = {});

  Async<Result<Revision>> load(Loader each) override;
  Async<Result<void>> append(EngineBatch batch) override;
  bool shared() const override { return false; }
  Async<Result<EngineBatch>> next(Revision after) override;
  Async<Result<bool>> contains(std::string transaction_id) override;
  Async<Result<void>> backup(std::string path) override;

 private:
  SqliteEngine(std::shared_ptr<Database> database, Executor work, Executor background)
      : database_(std::move(database)), work_(std::move(work)), background_(std::move(background)) {}

  std::shared_ptr<Database> database_;
  Executor work_;
  Executor background_;
};

/// Puts a backup in the place of a store that is not in use (`berth restore`): checks it first, keeps the old
/// store beside it as PATH.before-restore, and leaves `path` as it was when anything fails. Blocks. Errors:
/// as SqliteEngine::open(), and `not_found` when there is no backup at that path.
Result<void> restore_backup(const std::string& backup, const std::string& path);

}  // namespace berth::store::sqlite
