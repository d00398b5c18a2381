#include "store/sqlite/sqlite_database.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/log.h"
#include "store/sqlite/migrations.h"

namespace berth::store::sqlite {
namespace {

// Pages (of 4 KiB) by which the write-ahead log grows before they are copied into the database beside the
// commits. Each copy sorts up to 4 096 of them and syncs both files, so that it is not done for a few; and
// commits wait for the disk while it lasts, so that it is not done for many.
constexpr int kCheckpointPages = 250;
// From here on the log is emptied between two batches. Only commits without a pause get it this far: a
// checkpoint beside them copies everything, but the log starts anew only when nothing was added meanwhile.
constexpr int kTruncatePages = 16'384;

// FULL: the log is synced at every commit. The checkpoints are ours alone (on_commit), never SQLite's own.
constexpr const char* kPragmas =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA cache_size = "
    "-4096;";

constexpr std::string_view kRemedy =
    "stop berthd and put a backup in its place, with `berth restore FILE` (docs/ops/backup.md)";

constexpr int kPrimaryCode = 0xff;  // Of SQLite's extended codes.

bool is_certain(int code) {
  switch (code & kPrimaryCode) {
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_CORRUPT:  // Found on the way, when the log has nothing of the transaction yet.
    case SQLITE_NOTADB:
      return true;
    case SQLITE_IOERR:
      return code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_SHMSIZE || code == SQLITE_IOERR_SHMMAP ||
             code == SQLITE_IOERR_SHMOPEN || code == SQLITE_IOERR_SHMLOCK;
    default:
      return false;
  }
}

}  // namespace

Result<std::shared_ptr<Database>> Database::open(std::string path, std::string vfs, DataLoss data_loss) {
  Result<FileLock> lock = FileLock::take(path + ".lock");
  if (!lock.ok()) return std::move(lock).error();
  Result<Evidence> evidence = Evidence::open(path);
  if (!evidence.ok()) return std::move(evidence).error();
  // SQLite would remove a log that lies beside an empty database.
  Result<void> there = check_not_emptied(path, *evidence);
  if (!there.ok() && data_loss == DataLoss::refused) return std::move(there).error();
  if (!there.ok()) spdlog::warn("store: {}", there.error().message);
  Result<void> created = create_private_file(path);
  if (!created.ok()) return std::move(created).error();
  std::shared_ptr<Database> database(
      new Database(std::move(path), std::move(vfs), std::move(*lock), std::move(*evidence)));
  database->data_loss_ = data_loss;
  Result<void> connected = database->connect();
  if (!connected.ok()) return database->with_remedy(std::move(connected).error());
  database->data_loss_ = DataLoss::refused;
  return database;
}

Result<void> Database::check_whole(Connection& connection) {
  // The version comes first: a newer store is not touched.
  Result<std::int64_t> version = schema_version(connection);
  if (!version.ok()) return std::move(version).error();
  // Without tables it is new, or all that it held was in a log that has gone.
  Result<std::int64_t> head = 0;
  if (*version != 0) head = connection.number("SELECT value FROM meta WHERE name = 'head'");
  if (!head.ok()) return std::move(head).error();
  Result<void> whole = check_not_behind(path_, evidence_, Revision(static_cast<std::uint64_t>(*head)));
  if (whole.ok()) return whole;
  if (data_loss_ == DataLoss::accepted) {
    spdlog::warn("store: {}", whole.error().message);
    return {};
  }
  // What is left of the log stays where it is, for who knows how to read it.
  int keep = 1;
  sqlite3_file_control(connection.get(), "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
  sqlite3_db_config(connection.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return whole;
}

Result<void> Database::connect() {
  if (closed_) return unavailable("the store is closed");
  statements_.reset();
  connection_.reset();
  Result<Connection> connection = Connection::open(path_, Connection::Access::read_write, vfs_);
  if (!connection.ok()) return std::move(connection).error();
  Result<void> done = check_whole(*connection);
  if (!done.ok()) return done;
  connection_.emplace(std::move(*connection));
  done = connection_->run(kPragmas);
  if (done.ok()) done = migrate(*connection_);
  if (!done.ok()) return done;
  sqlite3_wal_hook(connection_->get(), &Database::on_commit, this);
  Result<Statements> statements = prepare();
  if (!statements.ok()) return std::move(statements).error();
  statements_.emplace(std::move(*statements));
  failed_ = false;
  if (const std::int64_t durable = head(); durable >= 0)
    evidence_.note(Revision(static_cast<std::uint64_t>(durable)));
  return {};
}

Result<Database::Statements> Database::prepare() {
  std::vector<std::string> sql = {
      "SELECT value FROM meta WHERE name = 'head'",
      "UPDATE meta SET value = ?1 WHERE name = 'head'",
      "INSERT INTO transactions(revision, id) VALUES(?1, ?2)",
      "DELETE FROM transactions WHERE revision <= ?1",
      "SELECT 1 FROM transactions WHERE instr(id, ?1) > 0 LIMIT 1",
  };
  const std::size_t fixed = sql.size();
  for (const Kind kind : stored_kinds()) {
    sql.push_back(
        fmt::format("INSERT INTO {}(key, value, revision) VALUES(?1, ?2, ?3) ON CONFLICT(key) DO UPDATE SET "
                    "value = excluded.value, revision = excluded.revision",
                    to_string(kind)));
    sql.push_back(fmt::format("DELETE FROM {} WHERE key = ?1", to_string(kind)));
  }
  std::vector<Statement> prepared;
  for (const std::string& text : sql) {
    Result<Statement> statement = connection_->prepare(text);
    if (!statement.ok()) return std::move(statement).error();
    prepared.push_back(std::move(*statement));
  }
  Statements out{std::move(prepared[0]), std::move(prepared[1]), std::move(prepared[2]),
                 std::move(prepared[3]), std::move(prepared[4]), {}};
  std::size_t next = fixed;
  for (const Kind kind : stored_kinds()) {
    out.of_kind.emplace(kind, Statements::OfKind{std::move(prepared[next]), std::move(prepared[next + 1])});
    next += 2;
  }
  return out;
}

int Database::on_commit(void* self, sqlite3*, const char*, int pages) {
  static_cast<Database*>(self)->wal_pages_ = pages;
  return SQLITE_OK;
}

Result<Revision> Database::load(const Engine::Loader& each) {
  // After a failure nothing is trusted that the connection still remembers.
  if (failed_) {
    Result<void> connected = connect();
    if (!connected.ok()) return with_remedy(std::move(connected).error());
  }
  Result<void> read = load_kinds(each);
  if (!read.ok()) return with_remedy(std::move(read).error());
  Result<std::int64_t> head = connection_->number("SELECT value FROM meta WHERE name = 'head'");
  if (!head.ok()) return with_remedy(std::move(head).error());
  return Revision(static_cast<std::uint64_t>(*head));
}

Result<void> Database::load_kinds(const Engine::Loader& each) {
  for (const Kind kind : stored_kinds()) {
    Result<Statement> rows = connection_->prepare(
        fmt::format("SELECT key, value, revision FROM {} ORDER BY key", to_string(kind)));
    if (!rows.ok()) return std::move(rows).error();
    for (;;) {
      Result<bool> row = rows->step();
      if (!row.ok()) return std::move(row).error();
      if (!*row) break;
      const Revision revision(static_cast<std::uint64_t>(rows->integer(2)));
      Result<void> taken = each(kind, rows->text(0), rows->text(1), revision);
      if (!taken.ok())
        return internal_error(
            fmt::format("the database {} cannot be understood: {}", path_, taken.error().message));
    }
  }
  return {};
}

Result<void> Database::append(const EngineBatch& batch) {
  if (failed_) return unavailable("SQLite failed before; the store has to be read anew");
  if (damage_) return *damage_;
  errno = 0;
  Result<void> done = connection_->run("BEGIN IMMEDIATE");
  if (done.ok()) done = write(batch);
  if (done.ok()) done = connection_->run("COMMIT");
  if (!done.ok()) return end_failed(std::move(done).error(), batch.base);
  evidence_.note(batch.head);
  if (wal_pages_ >= kTruncatePages) {
    sqlite3_wal_checkpoint_v2(connection_->get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    wal_pages_ = 0;
  }
  return done;
}

Result<void> Database::write(const EngineBatch& batch) {
  const std::int64_t head = this->head();
  if (head < 0) return connection_->error("reading the head");
  if (head != static_cast<std::int64_t>(batch.base.value())) {
    return conflict("the store was changed by someone else");
  }
  for (std::size_t i = 0; i < batch.writes.size(); ++i) {
    const auto revision = static_cast<std::int64_t>(batch.revision_of(i).value());
    for (const EngineWrite& write : batch.writes[i]) {
      Statements::OfKind& of_kind = statements_->of_kind.at(write.kind);
      Statement& statement = write.value ? of_kind.put : of_kind.erase;
      statement.bind(1, write.key);
      if (write.value) statement.bind(2, *write.value).bind(3, revision);
      Result<void> done = statement.run();
      if (!done.ok()) return done;
    }
  }
  const auto new_head = static_cast<std::int64_t>(batch.head.value());
  const std::string ids = fmt::format("{}", fmt::join(batch.transaction_ids, " "));
  Result<void> done = statements_->add_id.bind(1, new_head).bind(2, ids).run();
  if (!done.ok()) return done;
  done = statements_->trim_ids.bind(1, new_head - static_cast<std::int64_t>(kTransactionIdsKept)).run();
  if (!done.ok()) return done;
  return statements_->set_head.bind(1, new_head).run();
}

std::int64_t Database::head() {
  const Result<bool> row = statements_->head.step();
  const std::int64_t head = row.ok() && *row ? statements_->head.integer(0) : -1;
  statements_->head.reset();
  return head;
}

Result<void> Database::probe() {
  if (failed_) return unavailable("SQLite failed before; the store has to be read anew");
  if (damage_) return *damage_;
  errno = 0;
  // What the log holds already need not be kept twice: then it begins anew, in the place that it has.
  sqlite3_wal_checkpoint_v2(connection_->get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  const std::int64_t before = head();
  Result<void> done = connection_->run("BEGIN IMMEDIATE");
  if (done.ok()) done = statements_->set_head.bind(1, before).run();
  if (done.ok()) done = connection_->run("COMMIT");
  if (!done.ok())
    return end_failed(std::move(done).error(),
                      Revision(static_cast<std::uint64_t>(std::max<std::int64_t>(before, 0))));
  return done;
}

// It is certain that nothing was written when SQLite could not write pages, was not let to the file, or found
// it damaged: the page that ends a transaction in the log comes last. When syncing fails, that page may be on
// the disk or not.
Error Database::end_failed(Error error, Revision base) {
  // SQLite does not keep that of a COMMIT.
  const int system_error = errno;
  if (error.code == ErrorCode::conflict) {
    static_cast<void>(connection_->run("ROLLBACK"));
    return error;
  }
  const bool certain = is_certain(sqlite3_extended_errcode(connection_->get()));
  const bool damaged = damage_seen(connection_->get());
  std::string why = why_not_written(system_error);
  static_cast<void>(connection_->run("ROLLBACK"));
  const bool ended = sqlite3_get_autocommit(connection_->get()) != 0;
  if (damaged && ended) {
    error = with_remedy(std::move(error));
    return damage_.emplace(Error{ErrorCode::internal, std::move(error.message), Retry::no});
  }
  if (certain && ended && head() == static_cast<std::int64_t>(base.value()))
    return {ErrorCode::internal, std::move(why), Retry::same_request};
  failed_ = true;
  return error;
}

std::string Database::why_not_written(int system) const {
  const int code = sqlite3_extended_errcode(connection_->get());
  const int kind = code & kPrimaryCode;
  if (kind == SQLITE_FULL || system == ENOSPC) return "the disk is full: " + path_;
  if (system == EFBIG)
    return "the disk is full, as files may not grow further (limit of file size): " + path_;
  if (system == EDQUOT) return "the disk quota is used up: " + path_;
  if (kind == SQLITE_READONLY || system == EROFS) return "the file system is read-only: " + path_;
  if (kind == SQLITE_BUSY || kind == SQLITE_LOCKED) return "another program has locked " + path_;
  return fmt::format("{}: {} ({})", path_, sqlite3_errmsg(connection_->get()),
                     system != 0 ? std::strerror(system) : "SQLite");
}

Error Database::with_remedy(Error error) const {
  // As a Connection says that the content is damaged.
  if (error.code == ErrorCode::internal) error.message += fmt::format("; {}", kRemedy);
  return error;
}

Result<bool> Database::contains(const std::string& transaction_id) {
  if (failed_) return unavailable("SQLite failed before; the store has to be read anew");
  Result<bool> row = statements_->find_id.bind(1, transaction_id).step();
  statements_->find_id.reset();
  return row;
}

bool Database::wants_checkpoint() {
  if (wal_pages_ < copied_pages_) copied_pages_ = 0;  // The log has begun anew.
  if (wal_pages_ - copied_pages_ < kCheckpointPages) return false;
  if (checkpointing_.exchange(true, std::memory_order_acq_rel)) return false;
  copied_pages_ = wal_pages_;
  return true;
}

void Database::checkpoint() {
  if (closed_) return;
  if (!checkpointer_) {
    Result<Connection> connection = Connection::open(path_, Connection::Access::read_write, vfs_);
    if (connection.ok()) checkpointer_.emplace(std::move(*connection));
    if (checkpointer_) static_cast<void>(checkpointer_->run("PRAGMA synchronous = FULL"));
  }
  if (checkpointer_) {
    sqlite3_wal_checkpoint_v2(checkpointer_->get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  }
  evidence_.sync();
  checkpointing_.store(false, std::memory_order_release);
}

Result<void> Database::backup(const std::string& path) const {
  Result<Connection> from = Connection::open(path_, Connection::Access::read_only, vfs_);
  if (!from.ok()) return std::move(from).error();
  Result<void> created = create_private_file(path);
  if (!created.ok()) return created;
  Result<Connection> to = Connection::open(path, Connection::Access::read_write);
  if (!to.ok()) return std::move(to).error();
  Result<std::int64_t> tables = to->number("SELECT count(*) FROM sqlite_master");
  if (!tables.ok() || *tables != 0) return invalid(path + " is there already; name a new file");
  sqlite3_backup* backup = sqlite3_backup_init(to->get(), "main", from->get(), "main");
  if (!backup) return to->error("starting a backup");
  const int code = sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  if (code != SQLITE_DONE && damage_seen(to->get()))
    return internal_error(fmt::format("the database {} is damaged: {}", path_, sqlite3_errmsg(to->get())));
  if (code != SQLITE_DONE) return to->error("writing " + path);
  // A backup is one file: no write-ahead log beside it.
  return to->run("PRAGMA journal_mode = DELETE");
}

void Database::close_checkpointer() {
  closed_ = true;
  checkpointer_.reset();
}

void Database::close() {
  failed_ = true;
  statements_.reset();
  connection_.reset();
  lock_.reset();
}

}  // namespace berth::store::sqlite
