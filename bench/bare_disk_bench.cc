// The limits under the store: SQLite alone with the same durability, and the disk alone. Values are as long
// as a task's.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <string>

#include "base/assert.h"
#include "store/testing/world.h"

namespace berth::store::testing {
namespace {

constexpr std::size_t kValueBytes = 1200;

void execute(sqlite3* database, const char* statement) {
  check(sqlite3_exec(database, statement, nullptr, nullptr, nullptr) == SQLITE_OK, statement);
}

void BM_bare_sqlite(benchmark::State& state) {
  const TemporaryFolder folder;
  sqlite3* database = nullptr;
  check(sqlite3_open(folder.path("bare.db").c_str(), &database) == SQLITE_OK, "sqlite3_open");
  execute(database, "PRAGMA journal_mode=WAL");
  execute(database, "PRAGMA synchronous=FULL");
  execute(database, "CREATE TABLE task(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID");
  sqlite3_stmt* insert = nullptr;
  check(sqlite3_prepare_v2(database, "INSERT INTO task VALUES(?, ?)", -1, &insert, nullptr) == SQLITE_OK,
        "prepare");
  const std::string value(kValueBytes, 'x');
  std::int64_t next = 0;
  for (auto _ : state) {
    execute(database, "BEGIN IMMEDIATE");
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      const std::string key = std::to_string(next++);
      sqlite3_bind_text(insert, 1, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
      sqlite3_bind_text(insert, 2, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
      check(sqlite3_step(insert) == SQLITE_DONE, "insert");
      sqlite3_reset(insert);
    }
    execute(database, "COMMIT");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  sqlite3_finalize(insert);
  sqlite3_close(database);
}
BENCHMARK(BM_bare_sqlite)->Arg(1)->Arg(8)->Arg(64)->UseRealTime();

void BM_fdatasync(benchmark::State& state) {
  const TemporaryFolder folder;
  const int file = ::open(folder.path("log").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  check(file >= 0, "open");
  const std::string group(kValueBytes * static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) {
    check(::write(file, group.data(), group.size()) == static_cast<ssize_t>(group.size()), "write");
    check(::fdatasync(file) == 0, "fdatasync");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  ::close(file);
}
BENCHMARK(BM_fdatasync)->Arg(1)->Arg(8)->Arg(64)->UseRealTime();

}  // namespace
}  // namespace berth::store::testing
