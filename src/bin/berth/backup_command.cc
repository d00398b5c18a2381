#include <fmt/format.h>

#include "bin/berth/commands.h"
#include "store/sqlite/sqlite_engine.h"

namespace berth::cli {
namespace {

int finish(const Result<void>& done, const std::string& success) {
  if (!done) return fail(done.error());
  fmt::print("{}\n", success);
  return 0;
}

std::string store_of(const CommandContext& context) {
  return context.installation.data_dir + "/berth.db";
}

}  // namespace

void add_backup(CommandLine& line) {
  auto file = std::make_shared<std::string>();
  auto& command = line.program.add_command("backup", "a copy of the state, taken while berthd runs");
  command.add_word("FILE", command_line::text(*file), "where the copy goes");
  line.runs[&command] = [file](CommandContext& context) {
    const auto store = store_of(context);
    return finish(store::sqlite::backup_file(store, *file),
                  fmt::format("{} holds a copy of {}", *file, store));
  };
}

void add_restore(CommandLine& line) {
  auto file = std::make_shared<std::string>();
  auto& command = line.program.add_command("restore", "puts a backup in place; berthd must be stopped");
  command.add_word("FILE", command_line::text(*file), "what `backup` made");
  line.runs[&command] = [file](CommandContext& context) {
    const auto store = store_of(context);
    return finish(store::sqlite::restore_backup(*file, store),
                  fmt::format("{} is restored from {}; what was there before is {}.before-restore", store,
                              *file, store));
  };
}

}  // namespace berth::cli
