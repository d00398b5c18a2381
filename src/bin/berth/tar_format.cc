#include "bin/berth/tar_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/assert.h"

namespace berth::cli {
namespace {

struct Place {
  std::size_t at, size;
};
constexpr Place kName{0, 100}, kMode{100, 8}, kUser{108, 8}, kGroup{116, 8}, kSize{124, 12},
    kChanged{136, 12};
constexpr Place kSum{148, 8}, kType{156, 1}, kMagic{257, 8};
constexpr std::string_view kUstar("ustar\00000", 8);
constexpr char kRegularFile = '0';

void put(std::string& block, Place place, std::string_view text) {
  check(text.size() <= place.size, "a tar header's field that is too long");
  std::ranges::copy(text, block.begin() + static_cast<std::ptrdiff_t>(place.at));
}

std::string_view text_at(std::string_view block, Place place) {
  const auto text = block.substr(place.at, place.size);
  return text.substr(0, text.find('\0'));
}

std::optional<std::uint64_t> number_at(std::string_view block, Place place) {
  auto text = text_at(block, place);
  while (text.starts_with(' ')) text.remove_prefix(1);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 8);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return number;
}

// All bytes added up, those of the sum itself as spaces.
std::uint64_t sum_of(std::string_view block) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kTarBlock; ++i) {
    const bool own = i >= kSum.at && i < kSum.at + kSum.size;
    sum += own ? static_cast<unsigned char>(' ') : static_cast<unsigned char>(block[i]);
  }
  return sum;
}

}  // namespace

std::string render_tar_header(const TarEntry& entry, WallTime changed) {
  check(entry.size <= kTarFileBytesMax, "a file too large for a tar archive");
  std::string block(kTarBlock, '\0');
  put(block, kName, entry.name);
  put(block, kMode, "0000600");
  put(block, kUser, "0000000");
  put(block, kGroup, "0000000");
  put(block, kSize, fmt::format("{:011o}", entry.size));
  put(block, kChanged, fmt::format("{:011o}", std::max<std::int64_t>(changed.ms, 0) / 1000));
  block[kType.at] = kRegularFile;
  put(block, kMagic, kUstar);
  put(block, kSum, fmt::format("{:06o}", sum_of(block)));
  block[kSum.at + 7] = ' ';
  return block;
}

std::optional<TarEntry> parse_tar_header(std::string_view block) {
  if (block.size() != kTarBlock || block.substr(kMagic.at, kMagic.size) != kUstar) return std::nullopt;
  if (block[kType.at] != kRegularFile || number_at(block, kSum) != sum_of(block)) return std::nullopt;
  const auto size = number_at(block, kSize);
  if (!size) return std::nullopt;
  return TarEntry{std::string(text_at(block, kName)), *size};
}

std::size_t tar_padding(std::uint64_t size) {
  return static_cast<std::size_t>((kTarBlock - size % kTarBlock) % kTarBlock);
}

std::string tar_end() {
  return std::string(2 * kTarBlock, '\0');
}

}  // namespace berth::cli
