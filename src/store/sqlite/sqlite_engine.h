#pragma once
#include <memory>
#include <string>

#include "runtime/async.h"
#include "store/engine.h"
#include "store/sqlite/evidence.h"

namespace berth::store::sqlite {

class Database;

/// The embedded engine: one SQLite file, a table a kind, values in JSON, so that the sqlite3 shell can ask:
///   SELECT value->>'lastStatus', count(*) FROM task GROUP BY 1;
///
/// Durable: synchronous=FULL; an append that succeeded survives SIGKILL and power loss. The log is copied
///          into the database on `background`, beside the commits.
/// Runs on: any thread. SQLite works on `work`, a thread of its own; both executors outlive the engine. What
///          they still hold shares the database, so close() comes before the file is opened again.
/// Files:   PATH, PATH-wal, PATH-shm, PATH.lock and its evidence, all readable by their owner only.
class SqliteEngine final : public Engine {
 public:
  /// Opens, creates or migrates the store at `path`. Blocks; for main().
  /// Errors: `unavailable`: another process uses it, or SQLite fails; `invalid`: a newer Berth wrote it (the
  ///         message names the version), it is no store of Berth, or what was acknowledged is missing from it
  ///         (store/sqlite/evidence.h), unless that is accepted; `internal`: the file system refuses. `vfs`
  ///         names another SQLite VFS, for tests.
  static Result<std::unique_ptr<SqliteEngine>> open(std::string path, Executor work, Executor background,
                                                    std::string vfs = {},
                                                    DataLoss data_loss = DataLoss::refused);

  Async<Result<Revision>> load(Loader each) override;
  Async<Result<void>> append(EngineBatch batch) override;
  Async<Result<void>> probe() override;
  bool shared() const override { return false; }
  Async<Result<EngineBatch>> next(Revision after) override;
  Async<Result<Revision>> head() override;
  Async<Result<bool>> contains(std::string transaction_id) override;
  Async<Result<void>> backup(std::string path) override;
  /// Copies the log into the database and lets go of the file. Afterwards everything answers `unavailable`.
  Async<void> close();

 private:
  SqliteEngine(std::shared_ptr<Database> database, Executor work, Executor background)
      : database_(std::move(database)), work_(std::move(work)), background_(std::move(background)) {}

  std::shared_ptr<Database> database_;
  Executor work_;
  Executor background_;
};

/// A copy of the store at `path` in a file of its own, also while another process uses it (`berth backup`).
/// Blocks.
/// Errors: `not_found` when there is no store, `invalid` when `backup` exists already, `unavailable`.
Result<void> backup_file(const std::string& path, const std::string& backup);

/// Puts a backup in the place of a store that is not in use (`berth restore`): checks it first, keeps the old
/// store beside it as PATH.before-restore, and leaves `path` as it was when anything fails. Blocks. Errors:
/// as SqliteEngine::open(), and `not_found` when there is no backup at that path.
Result<void> restore_backup(const std::string& backup, const std::string& path);

}  // namespace berth::store::sqlite
