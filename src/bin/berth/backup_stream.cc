#include "bin/berth/backup_stream.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "bin/berth/tar_format.h"

namespace berth::cli {
namespace {

constexpr std::string_view kSealedMagic = "berth-backup-sealed-1\n";
constexpr std::string_view kStoreMagic("SQLite format 3\0", 16);
constexpr std::size_t kHeadBytes = 4;
constexpr std::uint32_t kLastPiece = 1U << 31U;
constexpr std::uint64_t kScryptN = 1U << 15U, kScryptR = 8, kScryptP = 1, kScryptBytesMax = 64U << 20U;

std::string render_head(std::uint32_t number) {
  std::string head;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) head += static_cast<char>((number >> shift) & 0xffU);
  return head;
}

std::uint32_t parse_head(std::string_view head) {
  std::uint32_t number = 0;
  for (const char c : head) number = (number << 8U) | static_cast<unsigned char>(c);
  return number;
}

auth::Nonce nonce_of(std::uint64_t place) {
  auth::Nonce nonce{};
  for (std::size_t i = 0; i < 8; ++i) nonce[4 + i] = static_cast<unsigned char>(place >> (8 * (7 - i)));
  return nonce;
}

}  // namespace

Error file_error(std::string_view doing, const std::string& path) {
  return internal_error(fmt::format("cannot {} {}: {}", doing, path, std::strerror(errno)));
}

Seal::Seal(const std::string& passphrase, const Salt& salt) {
  const int made = EVP_PBE_scrypt(passphrase.data(), passphrase.size(), salt.data(), salt.size(), kScryptN,
                                  kScryptR, kScryptP, kScryptBytesMax, key_.data(), key_.size());
  check(made == 1, "OpenSSL without scrypt");
}

std::string Seal::close(std::string_view piece, bool last) {
  const std::string head = render_head(static_cast<std::uint32_t>(piece.size()) | (last ? kLastPiece : 0));
  return head + auth::encrypt_aes_gcm(key_, nonce_of(next_++), head, piece);
}

Result<std::string> Seal::open(std::string_view head, std::string_view sealed) {
  auto piece = auth::decrypt_aes_gcm(key_, nonce_of(next_++), head, sealed);
  if (!piece) return invalid("not what was written");
  return *std::move(piece);
}

Result<BackupKind> kind_of_backup(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), std::fclose);
  if (!file && errno == ENOENT) return not_found("there is no file " + path);
  if (!file) return file_error("read", path);
  std::string begin(kTarBlock, '\0');
  begin.resize(std::fread(begin.data(), 1, begin.size(), file.get()));
  if (begin.starts_with(kSealedMagic)) return BackupKind::sealed;
  if (begin.starts_with(kStoreMagic)) return BackupKind::store;
  if (parse_tar_header(begin)) return BackupKind::archive;
  return invalid(path + " is no backup of Berth");
}

Result<BackupWriter> BackupWriter::create(const std::string& path, const std::string& passphrase,
                                          runtime::IdSource& ids) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return file_error("make", path);
  BackupWriter writer(path, fdopen(descriptor, "wb"));
  if (passphrase.empty()) return writer;
  Seal::Salt salt{};
  for (std::size_t i = 0; i < salt.size(); i += 8) {
    const std::uint64_t random = ids.next64();
    std::memcpy(salt.data() + i, &random, 8);
  }
  writer.seal_ = std::make_unique<Seal>(passphrase, salt);
  const std::string_view salt_text(reinterpret_cast<const char*>(salt.data()), salt.size());
  if (auto put = writer.put(std::string(kSealedMagic) + std::string(salt_text)); !put) return put.error();
  return writer;
}

Result<void> BackupWriter::put(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) return file_error("write", path_);
  return {};
}

Result<void> BackupWriter::write(std::string_view text) {
  if (!seal_) return put(text);
  piece_ += text;
  // The last one is sealed by finish(), which knows that it is.
  while (piece_.size() > kSealedPieceBytes) {
    if (auto done = put(seal_->close(std::string_view(piece_).substr(0, kSealedPieceBytes), false)); !done)
      return done;
    piece_.erase(0, kSealedPieceBytes);
  }
  return {};
}

Result<void> BackupWriter::finish() {
  if (seal_)
    if (auto done = put(seal_->close(piece_, true)); !done) return done;
  if (std::fflush(file_.get()) != 0 || fsync(fileno(file_.get())) != 0) return file_error("write", path_);
  return {};
}

Result<BackupReader> BackupReader::open(const std::string& path, const std::string& passphrase) {
  const auto kind = kind_of_backup(path);
  if (!kind) return kind.error();
  BackupReader reader(path, std::fopen(path.c_str(), "rbe"));
  if (!reader.file_) return file_error("read", path);
  if (*kind != BackupKind::sealed) return reader;
  if (passphrase.empty())
    return Error{ErrorCode::denied, path + " is encrypted, and no passphrase was given", Retry::no};
  if (auto magic = reader.take(kSealedMagic.size()); !magic) return magic.error();
  Seal::Salt salt{};
  auto text = reader.take(salt.size());
  if (!text) return text.error();
  std::memcpy(salt.data(), text->data(), salt.size());
  reader.seal_ = std::make_unique<Seal>(passphrase, salt);
  return reader;
}

Result<std::string> BackupReader::take(std::size_t size) {
  std::string text(size, '\0');
  if (std::fread(text.data(), 1, size, file_.get()) != size) {
    if (std::ferror(file_.get()) != 0) return file_error("read", path_);
    return invalid(path_ + " is damaged: it ends too early");
  }
  return text;
}

// Opens one more piece.
Result<void> BackupReader::fill() {
  if (ended_) return invalid(path_ + " is damaged: it ends too early");
  auto head = take(kHeadBytes);
  if (!head) return head.error();
  const std::uint32_t number = parse_head(*head);
  const std::size_t size = number & ~kLastPiece;
  if (size > kSealedPieceBytes) return invalid(path_ + " is damaged");
  auto sealed = take(size + auth::kTagBytes);
  if (!sealed) return sealed.error();
  auto piece = seal_->open(*head, *sealed);
  if (!piece && first_)
    return Error{ErrorCode::denied,
                 fmt::format("the passphrase of {} is another one (or its first {} KiB are damaged)", path_,
                             kSealedPieceBytes >> 10U),
                 Retry::no};
  if (!piece) return invalid(path_ + " is damaged: it is not what was written");
  first_ = false;
  ended_ = (number & kLastPiece) != 0;
  open_.erase(0, at_);
  at_ = 0;
  open_ += *piece;
  return {};
}

Result<std::string> BackupReader::read(std::size_t size) {
  check(size <= kSealedPieceBytes, "more than a piece of a backup at once");
  if (!seal_) return take(size);
  while (open_.size() - at_ < size)
    if (auto done = fill(); !done) return done.error();
  std::string text = open_.substr(at_, size);
  at_ += size;
  return text;
}

}  // namespace berth::cli
