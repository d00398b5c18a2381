#include "agent/logging/rolling_file.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <vector>

namespace berth::agent::logging {
namespace {

namespace fs = std::filesystem;
constexpr std::int64_t kHour = 3600;
constexpr int kNamesMax = 1000;

}  // namespace

RollingFile::RollingFile(std::string path, RollingLimits limits) : path_(std::move(path)), limits_(limits) {
  open();
}

RollingFile::~RollingFile() {
  close();
}

void RollingFile::open() {
  std::error_code ignored;
  fs::create_directories(fs::path(path_).parent_path(), ignored);
  file_ = std::fopen(path_.c_str(), "ae");
  bytes_ = 0;
  struct stat facts {};
  if (file_ == nullptr || fstat(fileno(file_), &facts) != 0 || facts.st_size == 0) return;
  bytes_ = static_cast<std::uint64_t>(facts.st_size);
  hour_ = facts.st_mtime / kHour;
}

void RollingFile::close() {
  if (file_ != nullptr) std::fclose(file_);
  file_ = nullptr;
}

bool RollingFile::due(std::int64_t hour, std::size_t bytes) const {
  if (bytes_ == 0) return false;
  return limits_.hourly ? hour > hour_ : bytes_ + bytes > limits_.bytes_max;
}

void RollingFile::sink_it_(const spdlog::details::log_msg& message) {
  spdlog::memory_buf_t line;
  formatter_->format(message, line);
  const auto since = std::chrono::duration_cast<std::chrono::hours>(message.time.time_since_epoch());
  if (due(since.count(), line.size())) roll();
  hour_ = since.count();
  if (file_ == nullptr) open();
  if (file_ != nullptr) bytes_ += std::fwrite(line.data(), 1, line.size(), file_);
}

void RollingFile::flush_() {
  if (file_ != nullptr) std::fflush(file_);
}

void RollingFile::roll() {
  close();
  const std::string base = fmt::format("{}.{:%Y-%m-%d-%H}", path_, fmt::gmtime(std::time_t{hour_ * kHour}));
  std::string target = base;
  std::error_code error;
  for (int n = 1; fs::exists(target, error) && n < kNamesMax; ++n) target = fmt::format("{}-{:03}", base, n);
  fs::rename(path_, target, error);
  remove_oldest();
  open();
}

void RollingFile::remove_oldest() const {
  const std::string prefix = fs::path(path_).filename().string() + ".";
  std::vector<fs::path> rolled;
  std::error_code error;
  for (fs::directory_iterator at(fs::path(path_).parent_path(), error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    const bool ours = name.size() > prefix.size() && name.starts_with(prefix) &&
                      std::all_of(name.begin() + static_cast<std::ptrdiff_t>(prefix.size()), name.end(),
                                  [](unsigned char c) { return std::isdigit(c) || c == '-'; });
    if (ours) rolled.push_back(at->path());
  }
  // Names sort by time.
  std::sort(rolled.begin(), rolled.end());
  for (std::size_t i = 0; i + limits_.rolled_max < rolled.size(); ++i) fs::remove(rolled[i], error);
}

}  // namespace berth::agent::logging
