#include <fmt/format.h>

#include "bin/berth/commands.h"
#include "store/sqlite/sqlite_engine.h"

namespace berth::cli {
namespace {

int finish(const Result<void>& done, const std::string& success) {
  if (!done) {
    fmt::print(stderr, "berth: {}\n", done.error().message);
    return 1;
  }
  fmt::print("{}\n", success);
  return 0;
}

}  // namespace

int backup(CommandContext& context, const std::string& file) {
  const std::string store = context.installation.data_dir + "/berth.db";
  return finish(store::sqlite::backup_file(store, file), fmt::format("{} holds a copy of {}", file, store));
}

int restore(CommandContext& context, const std::string& file) {
  const std::string store = context.installation.data_dir + "/berth.db";
  return finish(
      store::sqlite::restore_backup(file, store),
      fmt::format("{} is restored from {}; what was there before is {}.before-restore", store, file, store));
}

}  // namespace berth::cli
