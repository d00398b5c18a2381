#pragma once
#include <sys/types.h>

#include <array>
#include <string>
#include <string_view>

#include "base/result.h"

namespace berth::cli {

/// Files of a data directory that a backup holds beside the state.
inline constexpr std::array<const char*, 5> kSmallFiles = {"credentials", "ca.pem", "ca-key.pem",
                                                           "server.pem", "server-key.pem"};
/// A copy of the state while a backup is made; the id of the process follows.
inline constexpr const char* kCopyPrefix = "berth.db.copy-";

bool is_backup_file(std::string_view name);

/// Errors: `not_found`, `internal`.
Result<std::string> read_whole(const std::string& path);
std::string sha256_of(std::string_view bytes);
Result<std::string> sha256_of_file(const std::string& path);

struct Owner {
  uid_t user = 0;
  gid_t group = 0;
};
/// Makes the folder if it is not there, readable by its owner only, and says whose what is in it shall be:
/// the folder's owner, and of a new folder the one of the folder above it.
Result<Owner> prepare_folder(const std::string& folder);
/// Gives the files of a backup, and what the store has beside itself, to their owner; only root can and needs
/// to.
Result<void> give_to(const std::string& folder, Owner owner);

/// Whether what is in the folder can be read.
/// Errors: `not_found`, `denied`.
Result<void> check_readable(const std::string& folder);
/// Whether the store is free.
/// Errors: `unavailable` when berthd runs on it.
Result<void> check_idle(const std::string& store);

/// Moves a file into the place of another, which stays as NAME.before-restore if it was different.
Result<void> replace_file(const std::string& from, const std::string& to);
/// Gives a finished file its name, for good, unless something has that name.
Result<void> publish(const std::string& part, const std::string& file);

}  // namespace berth::cli
