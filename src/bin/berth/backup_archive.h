#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "bin/berth/backup_stream.h"
#include "runtime/runtime.h"

namespace berth::cli {

/// What a control plane cannot do without, as files of its data directory: the state (`berth.db`), the root
/// key
/// (`credentials`), the certificate authority that agents trust, and the server's certificate. Everything
/// else there is made anew.
///
/// A backup is a tar archive of these and of `manifest.json`, which has the size and SHA-256 of each; sealed
/// with a passphrase it is the same, encrypted.
inline constexpr const char* kBackupStore = "berth.db";
inline constexpr const char* kBackupManifest = "manifest.json";

/// What a backup holds.
struct BackupFacts {
  BackupKind kind = BackupKind::archive;
  std::string made_at;                 ///< ISO 8601; empty for a copy of the state alone.
  std::string version;                 ///< Of the program that made it.
  std::vector<std::string> files;      ///< Without the manifest.
  std::vector<std::string> realms;     ///< "account/region" of the state.
  std::vector<std::string> kept = {};  ///< Of a restore: what was there before, NAME.before-restore.
};

struct BackupOrder {
  std::string data_dir;
  std::string file;        ///< Of the backup.
  std::string passphrase;  ///< Empty: not sealed.
};

/// Copies everything that is needed, as it stood at one moment, also while berthd runs. Blocks.
///
/// Errors: `not_found` when `data_dir` holds no state; `invalid` when the file exists; `internal`, with the
/// system's
///         words. On an error there is no file.
/// Limits: kTarFileBytesMax for the state.
Result<BackupFacts> make_backup(const BackupOrder& order, runtime::Runtime& runtime);

/// Puts a backup into `data_dir`, which is made if it is not there, while no berthd runs on it. What it
/// replaces stays beside it as NAME.before-restore. Everything belongs to the owner of the folder. Nothing is
/// touched before the whole backup has been read and checked. Blocks.
///
/// Errors: `denied`: the passphrase is missing or wrong; `invalid`: damaged, incomplete, or of a newer Berth;
///         `unavailable`: berthd runs; `not_found`; `internal`.
Result<BackupFacts> restore_backup(const BackupOrder& order);

}  // namespace berth::cli
