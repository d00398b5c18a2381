#pragma once
#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "auth/aes_gcm.h"
#include "base/result.h"
#include "runtime/runtime.h"

namespace berth::cli {

/// "cannot read PATH: why", of the last system call that failed.
Error file_error(std::string_view doing, const std::string& path);

/// Bytes of a backup are sealed in pieces of this size.
inline constexpr std::size_t kSealedPieceBytes = 64U << 10U;

/// What a file is that was named as a backup.
enum class BackupKind {
  archive,  ///< A tar archive, as `berth backup` writes it.
  sealed,   ///< The same, encrypted with a passphrase.
  store,    ///< The state alone, as `berth backup` wrote it before there were archives.
};
/// Errors: `not_found`, `invalid` when it is none of these.
Result<BackupKind> kind_of_backup(const std::string& path);

/// A key from a passphrase, and pieces that are encrypted and authenticated with it: AES-256-GCM, the key by
/// scrypt (N 2^15, r 8, p 1) with a salt of each file's own, the nonce a piece's place. Each piece says
/// whether it is the last, so that nothing can be cut off, changed or exchanged unnoticed.
class Seal {
 public:
  using Salt = std::array<unsigned char, 16>;
  Seal(const std::string& passphrase, const Salt& salt);
  /// What is written for the next piece: its length and whether it is the last, the secret text, the tag.
  std::string close(std::string_view piece, bool last);
  /// The next piece; nothing when the key is another one or the bytes are not what was written.
  Result<std::string> open(std::string_view head, std::string_view sealed);

 private:
  auth::AesKey key_{};
  std::uint64_t next_ = 0;
};

/// Writes a backup into a new file that only its owner reads.
///
/// Runs on: one thread.
/// Errors: `internal`, with the system's words; the file is of use only after finish().
class BackupWriter {
 public:
  /// An empty passphrase: what is written can be read by everybody who has the file.
  static Result<BackupWriter> create(const std::string& path, const std::string& passphrase,
                                     runtime::IdSource& ids);
  Result<void> write(std::string_view bytes);
  /// Everything is on disk when this returns.
  Result<void> finish();

 private:
  struct Close {
    void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
  };
  BackupWriter(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}
  Result<void> put(std::string_view bytes);

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::unique_ptr<Seal> seal_;  ///< Null: plain.
  std::string piece_;           ///< Not sealed yet.
};

/// Reads what BackupWriter wrote.
///
/// Runs on: one thread.
/// Errors: `denied`: the passphrase is missing or wrong; `invalid`: the file is damaged or ends too early;
///   `internal`.
class BackupReader {
 public:
  static Result<BackupReader> open(const std::string& path, const std::string& passphrase);
  /// Exactly `size` bytes, or an error. At most kSealedPieceBytes.
  Result<std::string> read(std::size_t size);

 private:
  struct Close {
    void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
  };
  BackupReader(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}
  Result<void> fill();
  Result<std::string> take(std::size_t size);

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::unique_ptr<Seal> seal_;
  std::string open_;  ///< Unsealed, from at_ on not read yet.
  std::size_t at_ = 0;
  bool first_ = true;   ///< No piece has been opened yet.
  bool ended_ = false;  ///< The last piece has been.
};

}  // namespace berth::cli
