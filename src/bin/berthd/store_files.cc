#include "bin/berthd/store_files.h"

#include <fmt/format.h>

#include "store/sqlite/evidence.h"

namespace berth::berthd {
namespace {

enum class Found { nothing, empty, something };

Found look_for(runtime::Files& files, const std::string& path) {
  const auto read = files.read(path, 1);
  if (read) return read->empty() ? Found::empty : Found::something;
  return read.error().code == ErrorCode::too_large ? Found::something : Found::nothing;
}

// A label's value in Prometheus text.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

std::string store_path(const std::string& data_dir) {
  return data_dir + "/berth.db";
}

Result<void> check_store_is_there(runtime::Files& files, const std::string& data_dir) {
  const std::string database = store_path(data_dir);
  const Found store = look_for(files, database);
  if (store == Found::something) return {};
  // With evidence the engine itself finds out.
  if (look_for(files, store::sqlite::Evidence::path_of(database)) == Found::something) return {};
  const bool served_before = look_for(files, data_dir + "/credentials") == Found::something &&
                             look_for(files, data_dir + "/ca.pem") == Found::something;
  if (!served_before) return {};
  return invalid(fmt::format(
      "the store {} is {}, but {} has the key and certificate of a control plane that has served. Restore "
      "a backup (berth restore), or start berthd once with --accept-data-loss to begin with an empty one.",
      database, store == Found::empty ? "empty" : "gone", data_dir));
}

std::string render_store_metrics(const store::WriteHealth::Report& health) {
  std::string text = fmt::format(
      "# HELP berth_store_writable 1 while changes can be stored; reads go on when not.\n"
      "# TYPE berth_store_writable gauge\n"
      "berth_store_writable {}\n"
      "# HELP berth_store_refused_transactions_total Transactions refused because nothing could be stored.\n"
      "# TYPE berth_store_refused_transactions_total counter\n"
      "berth_store_refused_transactions_total {}\n",
      health.writable ? 1 : 0, health.refused);
  if (!health.writable)
    text += fmt::format(
        "# HELP berth_store_not_writable_since_seconds Since when, and why, nothing can be stored.\n"
        "# TYPE berth_store_not_writable_since_seconds gauge\n"
        "berth_store_not_writable_since_seconds{{cause={}}} {}\n",
        quoted(health.cause), health.since.ms / 1'000);
  return text;
}

}  // namespace berth::berthd
