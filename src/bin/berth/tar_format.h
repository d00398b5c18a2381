#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace berth::cli {

/// The little of the tar format (POSIX ustar) that backups need: regular files without folders, so that `tar
/// -x` opens what is not sealed.
inline constexpr std::size_t kTarBlock = 512;
/// Of one file: what eleven octal digits hold.
inline constexpr std::uint64_t kTarFileBytesMax = (1ULL << 33U) - 1;

struct TarEntry {
  std::string name;  ///< At most 99 bytes.
  std::uint64_t size = 0;
};

/// The header of a file that only its owner reads; kTarBlock bytes. The content follows, filled up to whole
/// blocks.
std::string render_tar_header(const TarEntry& entry, WallTime changed);
/// Nothing when `block` is no header of a regular file.
std::optional<TarEntry> parse_tar_header(std::string_view block);
/// How many zero bytes follow a content of that size.
std::size_t tar_padding(std::uint64_t size);
/// What ends an archive.
std::string tar_end();

}  // namespace berth::cli
