#include "store/sqlite/sqlite_engine.h"

#include <fmt/format.h>

#include <filesystem>

#include "runtime/offload.h"
#include "store/sqlite/migrations.h"
#include "store/sqlite/sqlite_database.h"

namespace berth::store::sqlite {

Result<std::unique_ptr<SqliteEngine>> SqliteEngine::open(std::string path, Executor work, Executor background,
                                                         std::string vfs, DataLoss data_loss) {
  Result<std::shared_ptr<Database>> database = Database::open(std::move(path), std::move(vfs), data_loss);
  if (!database.ok()) return std::move(database).error();
  return std::unique_ptr<SqliteEngine>(
      new SqliteEngine(std::move(*database), std::move(work), std::move(background)));
}

// The functions have names, as g++ 12 destroys a temporary one in a co_await expression twice.

Async<Result<Revision>> SqliteEngine::load(Loader each) {
  auto work = [database = database_, each = std::move(each)] { return database->load(each); };
  Result<Revision> head = co_await runtime::run_on(work_, std::move(work));
  co_return head;
}

Async<Result<void>> SqliteEngine::append(EngineBatch batch) {
  auto work = [database = database_, background = background_, batch = std::move(batch)] {
    Result<void> done = database->append(batch);
    if (done.ok() && database->wants_checkpoint()) {
      runtime::post_to(background, [database] { database->checkpoint(); });
    }
    return done;
  };
  Result<void> done = co_await runtime::run_on(work_, std::move(work));
  co_return done;
}

Async<Result<void>> SqliteEngine::probe() {
  auto work = [database = database_] { return database->probe(); };
  Result<void> done = co_await runtime::run_on(work_, std::move(work));
  co_return done;
}

Async<Result<EngineBatch>> SqliteEngine::next(Revision) {
  co_return invalid("an embedded store is not shared");
}

Async<Result<Revision>> SqliteEngine::head() {
  co_return invalid("an embedded store is not shared");
}

Async<Result<bool>> SqliteEngine::contains(std::string transaction_id) {
  auto work = [database = database_, id = std::move(transaction_id)] { return database->contains(id); };
  Result<bool> known = co_await runtime::run_on(work_, std::move(work));
  co_return known;
}

Async<Result<void>> SqliteEngine::backup(std::string path) {
  auto work = [database = database_, path = std::move(path)] { return database->backup(path); };
  Result<void> done = co_await runtime::run_on(background_, std::move(work));
  co_return done;
}

Async<void> SqliteEngine::close() {
  // Functions of run_on() answer something.
  auto first = [database = database_] {
    database->close_checkpointer();
    return true;
  };
  static_cast<void>(co_await runtime::run_on(background_, std::move(first)));
  auto second = [database = database_] {
    database->close();
    return true;
  };
  static_cast<void>(co_await runtime::run_on(work_, std::move(second)));
}

namespace {

Result<void> check_backup(const std::string& backup) {
  if (!std::filesystem::exists(backup)) return not_found("there is no file " + backup);
  Result<Connection> connection = Connection::open(backup, Connection::Access::read_write);
  if (!connection.ok()) return std::move(connection).error();
  Result<std::int64_t> version = schema_version(*connection);
  if (!version.ok()) return std::move(version).error();
  if (*version == 0) return invalid(backup + " is empty");
  Result<Statement> verdict = connection->prepare("PRAGMA integrity_check");
  if (!verdict.ok()) return std::move(verdict).error();
  Result<bool> row = verdict->step();
  if (!row.ok()) return std::move(row).error();
  if (verdict->text(0) != "ok") return invalid(fmt::format("{} is damaged: {}", backup, verdict->text(0)));
  return {};
}

// Copies through SQLite, so that a log beside the backup counts too.
Result<void> copy_store(const std::string& from_path, const std::string& to_path) {
  Result<void> created = create_private_file(to_path);
  if (!created.ok()) return created;
  Result<Connection> from = Connection::open(from_path, Connection::Access::read_write);
  if (!from.ok()) return std::move(from).error();
  Result<Connection> to = Connection::open(to_path, Connection::Access::read_write);
  if (!to.ok()) return std::move(to).error();
  sqlite3_backup* backup = sqlite3_backup_init(to->get(), "main", from->get(), "main");
  if (!backup) return to->error("starting a copy");
  const int code = sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  // SQLite tells the copy of what is wrong with the original.
  if (code != SQLITE_DONE && damage_seen(to->get()))
    return internal_error(
        fmt::format("the database {} is damaged: {}", from_path, sqlite3_errmsg(to->get())));
  if (code != SQLITE_DONE) return to->error("writing " + to_path);
  return to->run("PRAGMA journal_mode = DELETE");
}

// A store and its log get another name, whatever state they are in: a restore is wanted most when the store
// is damaged.
Result<void> move_aside(const std::string& path, const std::string& to) {
  std::error_code error;
  std::filesystem::remove(path + "-shm", error);
  for (const char* suffix : {"-wal", ""}) {
    std::filesystem::remove(to + suffix, error);
    if (!std::filesystem::exists(path + suffix)) continue;
    std::filesystem::rename(path + suffix, to + suffix, error);
    if (error) return internal_error(fmt::format("cannot keep {}{}: {}", path, suffix, error.message()));
  }
  return {};
}

}  // namespace

Result<void> backup_file(const std::string& path, const std::string& backup) {
  if (!std::filesystem::exists(path)) return not_found("there is no store at " + path);
  if (std::filesystem::exists(backup)) return invalid(backup + " exists already: name another file");
  return copy_store(path, backup);
}

Result<void> restore_backup(const std::string& backup, const std::string& path) {
  Result<FileLock> lock = FileLock::take(path + ".lock");
  if (!lock.ok()) return std::move(lock).error();
  Result<void> good = check_backup(backup);
  if (!good.ok()) return good;
  const std::string fresh = path + ".restoring";
  std::error_code error;
  std::filesystem::remove(fresh, error);
  Result<void> copied = copy_store(backup, fresh);
  if (!copied.ok()) return copied;
  // The evidence belongs to the store that goes.
  Result<void> forgotten = Evidence::forget(path);
  if (!forgotten.ok()) return forgotten;
  Result<void> moved = move_aside(path, path + ".before-restore");
  if (!moved.ok()) return moved;
  std::filesystem::rename(fresh, path, error);
  if (error) return internal_error(fmt::format("cannot put {} in place: {}", path, error.message()));
  return {};
}

}  // namespace berth::store::sqlite
