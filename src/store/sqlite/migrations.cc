#include "store/sqlite/migrations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "store/sqlite/file_lock.h"
#include "store/table.h"

namespace berth::store::sqlite {
namespace {

// One step for each version, from the one before it. What has been released never changes.
struct Migration {
  std::int64_t version;
  const char* sql;
};

constexpr std::array kMigrations = {
    Migration{1, R"(
CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES('schema_version', 1), ('head', 0);
CREATE TABLE transactions(revision INTEGER PRIMARY KEY, id TEXT NOT NULL);
CREATE INDEX transactions_by_id ON transactions(id);
CREATE TABLE cluster(key TEXT PRIMARY KEY, value TEXT NOT NULL, revision INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE container_instance(key TEXT PRIMARY KEY, value TEXT NOT NULL, revision INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE allocation(key TEXT PRIMARY KEY, value TEXT NOT NULL, revision INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE task_definition(key TEXT PRIMARY KEY, value TEXT NOT NULL, revision INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE family(key TEXT PRIMARY KEY, value TEXT NOT NULL, revision INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE task(key TEXT PRIMARY KEY, value TEXT NOT NULL, revision INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE account_setting(key TEXT PRIMARY KEY, value TEXT NOT NULL, revision INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE client_token(key TEXT PRIMARY KEY, value TEXT NOT NULL, revision INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE service(key TEXT PRIMARY KEY, value TEXT NOT NULL, revision INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE service_deployment(key TEXT PRIMARY KEY, value TEXT NOT NULL, revision INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE service_revision(key TEXT PRIMARY KEY, value TEXT NOT NULL, revision INTEGER NOT NULL) WITHOUT ROWID;
)"},
    Migration{2, R"(
CREATE TABLE capacity_provider(key TEXT PRIMARY KEY, value TEXT NOT NULL, revision INTEGER NOT NULL) WITHOUT ROWID;
)"},
    // Without a rowid the whole record is the key of a b-tree, which holds a quarter of a page of it and
    // sends the rest to pages of its own: records of a KiB took three times the time and the space.
    Migration{3, R"(
ALTER TABLE container_instance RENAME TO container_instance_2;
CREATE TABLE container_instance(key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL, revision INTEGER NOT NULL);
INSERT INTO container_instance SELECT key, value, revision FROM container_instance_2 ORDER BY key;
DROP TABLE container_instance_2;
ALTER TABLE task_definition RENAME TO task_definition_2;
CREATE TABLE task_definition(key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL, revision INTEGER NOT NULL);
INSERT INTO task_definition SELECT key, value, revision FROM task_definition_2 ORDER BY key;
DROP TABLE task_definition_2;
ALTER TABLE task RENAME TO task_2;
CREATE TABLE task(key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL, revision INTEGER NOT NULL);
INSERT INTO task SELECT key, value, revision FROM task_2 ORDER BY key;
DROP TABLE task_2;
ALTER TABLE service RENAME TO service_2;
CREATE TABLE service(key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL, revision INTEGER NOT NULL);
INSERT INTO service SELECT key, value, revision FROM service_2 ORDER BY key;
DROP TABLE service_2;
ALTER TABLE service_deployment RENAME TO service_deployment_2;
CREATE TABLE service_deployment(key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL, revision INTEGER NOT NULL);
INSERT INTO service_deployment SELECT key, value, revision FROM service_deployment_2 ORDER BY key;
DROP TABLE service_deployment_2;
ALTER TABLE service_revision RENAME TO service_revision_2;
CREATE TABLE service_revision(key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL, revision INTEGER NOT NULL);
INSERT INTO service_revision SELECT key, value, revision FROM service_revision_2 ORDER BY key;
DROP TABLE service_revision_2;
ALTER TABLE capacity_provider RENAME TO capacity_provider_2;
CREATE TABLE capacity_provider(key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL, revision INTEGER NOT NULL);
INSERT INTO capacity_provider SELECT key, value, revision FROM capacity_provider_2 ORDER BY key;
DROP TABLE capacity_provider_2;
)"},
    // A row of this table has the ids of all transactions of one batch now. An index of random ids, of which
    // each commit adds one and drops one, cost more than all else; a search is rare, and the table short.
    Migration{4, R"(
DROP INDEX transactions_by_id;
)"},
    // They are added up from the tasks when the store is read (store/allocations.h), and not written any
    // more.
    Migration{5, R"(
DELETE FROM allocation;
)"},
};
static_assert(kMigrations.back().version == kSchemaVersion);

Result<void> apply_migrations(Connection& connection, std::int64_t from) {
  for (const Migration& migration : kMigrations) {
    if (migration.version <= from) continue;
    Result<void> done = connection.run(migration.sql);
    if (!done.ok()) return done;
  }
  return connection.run(
      fmt::format("UPDATE meta SET value = {} WHERE name = 'schema_version'", kSchemaVersion));
}

// Not from version 1 on, but whenever they are missing: a kind comes with its table.
Result<void> make_tables(Connection& connection) {
  for (const Kind kind : stored_kinds()) {
    Result<void> made = connection.run(fmt::format(
        "CREATE TABLE IF NOT EXISTS {}(key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL, revision INTEGER "
        "NOT NULL)",
        to_string(kind)));
    if (!made.ok()) return made;
  }
  return {};
}

// Tables look like those of records by their columns: whatever else an operator made is left alone.
Result<void> check_kinds_known(Connection& connection) {
  Result<Statement> tables = connection.prepare(
      "SELECT name FROM sqlite_master AS tables WHERE type = 'table' AND (SELECT group_concat(name) FROM"
      " pragma_table_info(tables.name)) = 'key,value,revision'");
  if (!tables.ok()) return std::move(tables).error();
  const std::vector<Kind> kinds = stored_kinds();
  for (;;) {
    Result<bool> row = tables->step();
    if (!row.ok()) return std::move(row).error();
    if (!*row) return {};
    const std::string_view name = tables->text(0);
    const bool known = std::any_of(kinds.begin(), kinds.end(), [&](Kind k) { return to_string(k) == name; });
    if (!known)
      return invalid(fmt::format(
          "the store has records of the kind {}, which this program does not know: it was written "
          "by a newer Berth; run that one, or restore a backup of before the upgrade",
          name));
  }
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

// Copies a store of an earlier version as it is, unless that was done before.
Result<void> keep_earlier(Connection& connection) {
  const Result<std::int64_t> version = schema_version(connection);
  if (!version.ok()) return version.error();
  const char* path = sqlite3_db_filename(connection.get(), "main");
  if (*version == 0 || *version >= kSchemaVersion || path == nullptr || *path == '\0') return {};
  const std::string copy = fmt::format("{}.schema-{}", path, *version);
  const std::string part = copy + ".part";
  std::error_code error;
  if (std::filesystem::exists(copy, error)) return {};
  std::filesystem::remove(part, error);
  // SQLite takes a file that is empty, and this one is readable by its owner only.
  Result<void> done = create_private_file(part);
  if (done.ok()) done = connection.run("VACUUM INTO " + quoted(part));
  if (done.ok()) std::filesystem::rename(part, copy, error);
  if (done.ok() && !error) return {};
  const std::string why = done.ok() ? error.message() : done.error().message;
  std::filesystem::remove(part, error);
  return unavailable(fmt::format(
      "the store has schema version {} and is to be brought to {}, but no copy of it can be kept as {}: {}",
      *version, kSchemaVersion, copy, why));
}

}  // namespace

std::vector<Kind> stored_kinds() {
  std::vector<Kind> kinds;
  for_each_record_type([&]<class R>(std::type_identity<R>) { kinds.push_back(Schema<R>::kind); });
  std::sort(kinds.begin(), kinds.end());
  return kinds;
}

Result<std::int64_t> schema_version(Connection& connection) {
  Result<std::int64_t> tables = connection.number("SELECT count(*) FROM sqlite_master");
  if (!tables.ok() || *tables == 0) return tables;
  const char* path = sqlite3_db_filename(connection.get(), "main");
  const Error foreign =
      invalid(fmt::format("the file {} is an SQLite database, but not a store of Berth", path ? path : ""));
  Result<std::int64_t> meta = connection.number("SELECT count(*) FROM sqlite_master WHERE name = 'meta'");
  if (!meta.ok()) return meta;
  if (*meta == 0) return foreign;
  Result<std::int64_t> version = connection.number("SELECT value FROM meta WHERE name = 'schema_version'");
  if (!version.ok()) return foreign;
  if (*version > kSchemaVersion) {
    return invalid(
        fmt::format("the store has schema version {}, and this program knows only versions up to {}: it was "
                    "written by a newer Berth; run that one, or restore a backup of before the upgrade",
                    *version, kSchemaVersion));
  }
  if (auto known = check_kinds_known(connection); !known.ok()) return known.error();
  return version;
}

Result<void> migrate(Connection& connection) {
  if (auto kept = keep_earlier(connection); !kept.ok()) return kept;
  Result<void> begun = connection.run("BEGIN IMMEDIATE");
  if (!begun.ok()) return begun;
  Result<std::int64_t> version = schema_version(connection);
  Result<void> done = version.ok() ? Result<void>() : Result<void>(version.error());
  if (done.ok() && *version < kSchemaVersion) done = apply_migrations(connection, *version);
  if (done.ok()) done = make_tables(connection);
  if (done.ok()) done = connection.run("COMMIT");
  if (!done.ok()) static_cast<void>(connection.run("ROLLBACK"));
  return done;
}

}  // namespace berth::store::sqlite
