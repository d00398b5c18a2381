#pragma once
#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace berth::store::sqlite {

/// Whether the last call failed because the file's content is damaged, or is no database at all.
bool damage_seen(sqlite3* connection);

/// A prepared statement. Borrows its connection.
/// Runs on: one thread at a time.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  /// Parameters count from 1. The text must live until the next reset().
  Statement& bind(int parameter, std::string_view text);
  Statement& bind(int parameter, std::int64_t number);
  /// True: a row is there. False: done.
  Result<bool> step();
  /// Steps to the end and resets.
  Result<void> run();
  void reset();
  /// Columns count from 0; the text lives until the next step() or reset().
  std::string_view text(int column) const;
  std::int64_t integer(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// A connection to a database file.
/// Runs on: one thread at a time.
/// Errors:  `unavailable`, with SQLite's words; `internal`, naming the file, when its content is damaged.
class Connection {
 public:
  enum class Access { read_only, read_write, create };
  /// `vfs`: name of the VFS; empty: the system's.
  static Result<Connection> open(const std::string& path, Access access, const std::string& vfs = {});

  Result<void> run(const std::string& sql);
  Result<Statement> prepare(std::string_view sql);
  /// The number that a query gives in its first row and column.
  Result<std::int64_t> number(std::string_view sql);
  sqlite3* get() const { return connection_.get(); }
  Error error(std::string_view doing) const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  explicit Connection(sqlite3* connection) : connection_(connection) {}
  std::unique_ptr<sqlite3, Close> connection_;
};

}  // namespace berth::store::sqlite
