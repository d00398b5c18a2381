#include "store/sqlite/store_facts.h"

#include <fmt/format.h>

#include <filesystem>

#include "store/sqlite/connection.h"
#include "store/sqlite/migrations.h"

namespace berth::store::sqlite {
namespace {

// Whatever an installation holds, it holds one of these.
constexpr const char* kRealms =
    "SELECT DISTINCT value->>'account' || '/' || (value->>'region') FROM"
    " (SELECT value FROM cluster UNION ALL SELECT value FROM task_definition UNION ALL SELECT value FROM "
    "task)"
    " ORDER BY 1";

Result<void> check_pages(Connection& connection, const std::string& path) {
  Result<Statement> verdict = connection.prepare("PRAGMA integrity_check");
  if (!verdict.ok()) return std::move(verdict).error();
  Result<bool> row = verdict->step();
  if (!row.ok()) return invalid(fmt::format("{} is damaged: {}", path, row.error().message));
  if (verdict->text(0) != "ok") return invalid(fmt::format("{} is damaged: {}", path, verdict->text(0)));
  return {};
}

}  // namespace

Result<StoreFacts> examine_store(const std::string& path) {
  if (!std::filesystem::exists(path)) return not_found("there is no file " + path);
  Result<Connection> connection = Connection::open(path, Connection::Access::read_write);
  if (!connection.ok()) return std::move(connection).error();
  StoreFacts facts;
  Result<std::int64_t> version = schema_version(*connection);
  if (!version.ok()) return std::move(version).error();
  if (*version == 0) return invalid(path + " is empty");
  facts.schema_version = *version;
  if (auto good = check_pages(*connection, path); !good.ok()) return good.error();
  Result<Statement> realms = connection->prepare(kRealms);
  if (!realms.ok()) return std::move(realms).error();
  for (;;) {
    Result<bool> row = realms->step();
    if (!row.ok()) return std::move(row).error();
    if (!*row) return facts;
    facts.realms.emplace_back(realms->text(0));
  }
}

}  // namespace berth::store::sqlite
