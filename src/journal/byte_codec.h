#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace berth::journal {

/// Adds values to a text of bytes: numbers in as many bytes as they need, texts with their length.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}
  void number(std::uint64_t value);
  void signed_number(std::int64_t value);
  void text(std::string_view value);
  void fixed32(std::uint32_t value);

 private:
  std::string& out_;
};

/// Reads them back. After a failure ok() is false, and all values are zero or empty: look once, at the end.
///
/// Borrows: the bytes; texts are views of them.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t number();
  std::int64_t signed_number();
  std::string_view text();
  std::string_view raw(std::size_t length);
  std::uint32_t fixed32();
  /// A number of things that follow, each of a byte at least.
  std::size_t count();
  bool ok() const { return ok_; }
  bool at_end() const { return at_ == bytes_.size(); }
  std::size_t offset() const { return at_; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

/// CRC-32, of what must not be half written.
std::uint32_t checksum(std::string_view bytes);
/// FNV-1a over 64 bits, to be continued with `seed`.
std::uint64_t digest(std::string_view bytes, std::uint64_t seed = 0xcbf29ce484222325ULL);

}  // namespace berth::journal
