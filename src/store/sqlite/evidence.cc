#include "store/sqlite/evidence.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/log.h"
#include "base/random.h"

namespace berth::store::sqlite {
namespace {

constexpr int kNoDescriptor = -1;
constexpr unsigned kEvidenceMode = 0600;
constexpr std::string_view kHead = "berth store, durable up to revision ";
constexpr std::size_t kLineBytesMax = 128;

constexpr std::string_view kWhatToDo =
    "Restore a backup (berth restore), or start berthd once with --accept-data-loss to go on with what is "
    "there.";

// Always of one length, so that it is written in place.
std::string line_of(Revision durable) {
  const std::string text = fmt::format("{}{:020}", kHead, durable.value());
  return fmt::format("{} check {:016x}\n", text, hash_bytes(text));
}

std::optional<Revision> revision_in(std::string_view line) {
  if (!line.starts_with(kHead)) return std::nullopt;
  const std::string_view number = line.substr(kHead.size(), 20);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
  const Revision durable(value);
  return line_of(durable) == line ? std::optional(durable) : std::nullopt;
}

bool holds_something(const std::string& path) {
  std::error_code error;
  return std::filesystem::file_size(path, error) > 0 && !error;
}

}  // namespace

std::string Evidence::path_of(const std::string& database_path) {
  return std::filesystem::path(database_path).replace_extension(".evidence").string();
}

Result<Evidence> Evidence::open(const std::string& database_path) {
  const std::string path = path_of(database_path);
  const bool was_there = std::filesystem::exists(path);
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kEvidenceMode);
  if (descriptor < 0) return internal_error(fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  Evidence evidence(descriptor);
  std::array<char, kLineBytesMax> text{};
  const ssize_t size = pread(descriptor, text.data(), text.size(), 0);
  if (size > 0) {
    evidence.durable_ = revision_in({text.data(), static_cast<std::size_t>(size)});
    // Only a loss of power leaves it so; then the database is whole.
    if (!evidence.durable_)
      spdlog::warn("store: {} says nothing that makes sense, and is written anew", path);
  } else if (was_there && holds_something(database_path)) {
    spdlog::warn(
        "store: {} is empty and is written anew: whether {} holds all that was acknowledged is not known",
        path, database_path);
  }
  return evidence;
}

Evidence::Evidence(Evidence&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, kNoDescriptor)), durable_(other.durable_) {}

Evidence::~Evidence() {
  if (descriptor_ != kNoDescriptor) close(descriptor_);
}

void Evidence::note(Revision head) {
  const std::string line = line_of(head);
  // A failure leaves an older revision there: evidence may lag.
  static_cast<void>(pwrite(descriptor_, line.data(), line.size(), 0) < 0);
  durable_ = head;
}

void Evidence::sync() const {
  static_cast<void>(fdatasync(descriptor_));
}

Result<void> Evidence::forget(const std::string& database_path) {
  std::error_code error;
  std::filesystem::remove(path_of(database_path), error);
  if (error)
    return internal_error(fmt::format("cannot remove {}: {}", path_of(database_path), error.message()));
  return {};
}

Result<void> check_not_emptied(const std::string& database_path, const Evidence& evidence) {
  if (!evidence.durable() || evidence.durable()->value() == 0) return {};
  std::error_code error;
  const bool there = std::filesystem::exists(database_path, error);
  if (there && std::filesystem::file_size(database_path, error) > 0) return {};
  return invalid(fmt::format("the store {} is {}, but held {} changes (says {}). {}", database_path,
                             there ? "empty" : "gone", evidence.durable()->value(),
                             Evidence::path_of(database_path), kWhatToDo));
}

Result<void> check_not_behind(const std::string& database_path, const Evidence& evidence, Revision head) {
  if (!evidence.durable() || *evidence.durable() <= head) return {};
  return invalid(
      fmt::format("the store {} ends with change {}, but change {} was acknowledged (says {}): the last {} "
                  "are missing. Was "
                  "{}-wal emptied, cut or removed, or the database replaced by an older one? {}",
                  database_path, head.value(), evidence.durable()->value(), Evidence::path_of(database_path),
                  evidence.durable()->value() - head.value(), database_path, kWhatToDo));
}

}  // namespace berth::store::sqlite
