#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "bin/berth/backup_archive.h"
#include "bin/berth/commands.h"
#include "bin/berth/passphrase.h"

namespace berth::cli {
namespace {

struct Asked {
  std::string file;
  std::string passphrase_file;
  bool encrypt = false;
};

Result<std::string> passphrase_of(const Asked& asked) {
  if (!asked.passphrase_file.empty()) return read_passphrase(asked.passphrase_file);
  if (asked.encrypt) return ask_passphrase(Asking::twice);
  return std::string();
}

int run_backup(CommandContext& context, const Asked& asked) {
  auto passphrase = passphrase_of(asked);
  if (!passphrase) return fail(passphrase.error());
  const auto made = make_backup({context.installation.data_dir, asked.file, *passphrase}, context.runtime);
  if (!made) return fail(made.error());
  fmt::print("{} holds {} of {}\n", asked.file, fmt::join(made->files, ", "), context.installation.data_dir);
  if (made->kind != BackupKind::sealed)
    fmt::print(
        "It is not encrypted, and the root key is in it: keep it as you keep that, or say --encrypt.\n");
  return 0;
}

void say_what_is_restored(const BackupFacts& facts, const std::string& file, const std::string& data_dir) {
  if (facts.kind == BackupKind::store) {
    fmt::print("{}/berth.db is restored from {}, which holds the state alone: no key and no certificates.\n",
               data_dir, file);
  } else {
    fmt::print("{} is restored from {}, made {} by berth {}: {}\n", data_dir, file, facts.made_at,
               facts.version, fmt::join(facts.files, ", "));
  }
  if (!facts.kept.empty())
    fmt::print("What was there before is beside it: {}.\n", fmt::join(facts.kept, ", "));
  for (const auto& realm : facts.realms) {
    const auto slash = realm.find('/');
    fmt::print("It is of account {} (berthd --account-id), region {} (--region).\n", realm.substr(0, slash),
               realm.substr(slash + 1));
  }
}

int run_restore(CommandContext& context, const Asked& asked) {
  auto passphrase = passphrase_of(asked);
  if (!passphrase) return fail(passphrase.error());
  const auto kind = kind_of_backup(asked.file);
  if (!kind) return fail(kind.error());
  if (*kind == BackupKind::sealed && passphrase->empty()) passphrase = ask_passphrase(Asking::once);
  if (!passphrase) return fail(passphrase.error());
  const auto restored = restore_backup({context.installation.data_dir, asked.file, *passphrase});
  if (!restored) return fail(restored.error());
  say_what_is_restored(*restored, asked.file, context.installation.data_dir);
  return 0;
}

}  // namespace

void add_backup(CommandLine& line) {
  auto asked = std::make_shared<Asked>();
  auto& command = line.program.add_command(
      "backup", "a copy of state, key and certificates in one file, taken while berthd runs");
  command.add_word("FILE", command_line::text(asked->file), "a new file");
  command.add_flag("--encrypt", asked->encrypt, "encrypt it with a passphrase that is asked for");
  command.add_option("--passphrase-file", "FILE", command_line::text(asked->passphrase_file),
                     "encrypt it with the first line of a file (-: of the standard input)");
  command.add_note("Without a passphrase it is a tar archive, which tar opens.");
  line.runs[&command] = [asked](CommandContext& context) { return run_backup(context, *asked); };
}

void add_restore(CommandLine& line) {
  auto asked = std::make_shared<Asked>();
  auto& command = line.program.add_command(
      "restore", "puts a backup in place, in a new data directory too; berthd must be stopped");
  command.add_word("FILE", command_line::text(asked->file), "what `backup` made");
  command.add_option(
      "--passphrase-file", "FILE", command_line::text(asked->passphrase_file),
      "the passphrase is the first line of a file (-: of the standard input); else it is asked for");
  command.add_note("Nothing is touched before all of the backup has been read and checked.");
  line.runs[&command] = [asked](CommandContext& context) { return run_restore(context, *asked); };
}

}  // namespace berth::cli
