#include "store/sqlite/connection.h"

#include <fmt/format.h>

namespace berth::store::sqlite {
namespace {

// Longest wait for a lock that someone else (an operator's sqlite3 shell) holds.
constexpr int kBusyTimeoutMs = 5'000;

int open_flags(Connection::Access access) {
  switch (access) {
    case Connection::Access::read_only:
      return SQLITE_OPEN_READONLY;
    case Connection::Access::read_write:
      return SQLITE_OPEN_READWRITE;
    case Connection::Access::create:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  }
  unreachable();
}

constexpr int kPrimaryResultCode = 0xff;  // Of SQLite's extended codes.

// The last error of a connection. One that is about the file's content names the file.
Error error_of(sqlite3* connection, std::string_view doing) {
  if (damage_seen(connection)) {
    const char* path = sqlite3_db_filename(connection, "main");
    return internal_error(
        fmt::format("the database {} is damaged: {}", path ? path : "", sqlite3_errmsg(connection)));
  }
  return unavailable(doing.empty() ? fmt::format("SQLite: {}", sqlite3_errmsg(connection))
                                   : fmt::format("SQLite: {} ({})", sqlite3_errmsg(connection), doing));
}

}  // namespace

bool damage_seen(sqlite3* connection) {
  const int code = sqlite3_extended_errcode(connection) & kPrimaryResultCode;
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

Statement& Statement::bind(int parameter, std::string_view text) {
  // SQLite takes a null pointer as NULL, which an empty text is not.
  const char* data = text.data() ? text.data() : "";
  const int code =
      sqlite3_bind_text64(statement_.get(), parameter, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  check(code == SQLITE_OK, "a statement without such a parameter");
  return *this;
}

Statement& Statement::bind(int parameter, std::int64_t number) {
  check(sqlite3_bind_int64(statement_.get(), parameter, number) == SQLITE_OK,
        "a statement without such a parameter");
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return error_of(sqlite3_db_handle(statement_.get()), {});
}

Result<void> Statement::run() {
  for (;;) {
    Result<bool> row = step();
    if (!row.ok()) {
      reset();
      return std::move(row).error();
    }
    if (!*row) break;
  }
  reset();
  return {};
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

std::string_view Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return {data ? data : "", static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

Result<Connection> Connection::open(const std::string& path, Access access, const std::string& vfs) {
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &raw, open_flags(access), vfs.empty() ? nullptr : vfs.c_str());
  Connection connection(raw);
  if (code != SQLITE_OK) return connection.error("opening " + path);
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, kBusyTimeoutMs);
  return connection;
}

Result<void> Connection::run(const std::string& sql) {
  if (sqlite3_exec(get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return error(sql.substr(0, 80));
  return {};
}

Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) return error(sql);
  return Statement(raw);
}

Result<std::int64_t> Connection::number(std::string_view sql) {
  Result<Statement> statement = prepare(sql);
  if (!statement.ok()) return std::move(statement).error();
  Result<bool> row = statement->step();
  if (!row.ok()) return std::move(row).error();
  if (!*row) return not_found(fmt::format("SQLite: no row: {}", sql));
  return statement->integer(0);
}

Error Connection::error(std::string_view doing) const {
  if (!connection_) return unavailable(fmt::format("SQLite: out of memory ({})", doing));
  return error_of(get(), doing);
}

}  // namespace berth::store::sqlite
