#include "bin/berth/backup_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "base/assert.h"
#include "bin/berth/backup_stream.h"
#include "store/sqlite/file_lock.h"

namespace berth::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPieceBytes = 64U << 10U;

class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    check(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1, "OpenSSL without SHA-256");
  }
  void add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  std::string hex() {
    std::array<unsigned char, 32> bytes{};
    EVP_DigestFinal_ex(context_.get(), bytes.data(), nullptr);
    std::string text;
    for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

bool ends_as_private_pem(std::string_view name) {
  return name.ends_with("-key.pem") || !name.ends_with(".pem");
}

void sync_folder(const std::string& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  fsync(descriptor);
  close(descriptor);
}

Result<void> sync_file(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return file_error("read", path);
  const bool done = fsync(descriptor) == 0;
  close(descriptor);
  return done ? Result<void>() : Result<void>(file_error("write", path));
}

std::string parent_of(const std::string& path) {
  const std::string parent = fs::path(path).parent_path();
  return parent.empty() ? "." : parent;
}

}  // namespace

bool is_backup_file(std::string_view name) {
  return name == "berth.db" || std::ranges::find(kSmallFiles, name) != kSmallFiles.end();
}

Result<std::string> read_whole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in && errno == ENOENT) return not_found("there is no file " + path);
  if (!in) return file_error("read", path);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string sha256_of(std::string_view bytes) {
  Digest digest;
  digest.add(bytes);
  return digest.hex();
}

Result<std::string> sha256_of_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return file_error("read", path);
  Digest digest;
  std::string piece(kPieceBytes, '\0');
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0)
    digest.add(std::string_view(piece).substr(0, static_cast<std::size_t>(in.gcount())));
  if (in.bad()) return file_error("read", path);
  return digest.hex();
}

Result<Owner> prepare_folder(const std::string& folder) {
  struct stat facts {};
  if (stat(folder.c_str(), &facts) == 0) {
    if (!S_ISDIR(facts.st_mode)) return invalid(folder + " is no folder");
    return Owner{facts.st_uid, facts.st_gid};
  }
  std::error_code error;
  fs::create_directories(parent_of(folder), error);
  if (mkdir(folder.c_str(), 0700) != 0) return file_error("make", folder);
  if (stat(parent_of(folder).c_str(), &facts) != 0) return file_error("look at", parent_of(folder));
  if (geteuid() == 0 && chown(folder.c_str(), facts.st_uid, facts.st_gid) != 0)
    return file_error("own", folder);
  return Owner{facts.st_uid, facts.st_gid};
}

Result<void> give_to(const std::string& folder, Owner owner) {
  if (geteuid() != 0) return {};
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename();
    const bool ours =
        name.starts_with("berth.db") ||
        std::ranges::any_of(kSmallFiles, [&](const char* small) { return name.starts_with(small); });
    if (ours && lchown(entry.path().c_str(), owner.user, owner.group) != 0)
      return file_error("own", entry.path());
  }
  return {};
}

Result<void> check_readable(const std::string& folder) {
  if (access(folder.c_str(), R_OK | W_OK | X_OK) == 0) return {};
  if (errno == ENOENT) return not_found("there is no data directory " + folder);
  return Error{ErrorCode::denied,
               fmt::format("cannot read {}: {}; be its owner, or root", folder, std::strerror(errno)),
               Retry::no};
}

Result<void> check_idle(const std::string& store) {
  auto lock = store::sqlite::FileLock::take(store + ".lock");
  return lock ? Result<void>() : Result<void>(lock.error());
}

Result<void> replace_file(const std::string& from, const std::string& to) {
  std::error_code error;
  const auto before = read_whole(to);
  const auto after = read_whole(from);
  if (!after) return after.error();
  if (before && *before != *after) fs::rename(to, to + ".before-restore", error);
  if (error) return internal_error(fmt::format("cannot keep {}: {}", to, error.message()));
  if (chmod(from.c_str(), ends_as_private_pem(to) ? 0600 : 0644) != 0) return file_error("restrict", from);
  if (auto synced = sync_file(from); !synced) return synced;
  fs::rename(from, to, error);
  if (error) return internal_error(fmt::format("cannot put {} in place: {}", to, error.message()));
  sync_folder(parent_of(to));
  return {};
}

Result<void> publish(const std::string& part, const std::string& file) {
  // A link, other than a rename, refuses to replace; but not every file system has them.
  const bool linked = link(part.c_str(), file.c_str()) == 0;
  if (!linked && errno != EPERM && errno != EOPNOTSUPP) return file_error("make", file);
  const int done = linked ? unlink(part.c_str()) : rename(part.c_str(), file.c_str());
  if (done != 0) return file_error("make", file);
  sync_folder(parent_of(file));
  return {};
}

}  // namespace berth::cli
