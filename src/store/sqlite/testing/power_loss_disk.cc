#include "store/sqlite/testing/power_loss_disk.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <new>
#include <sstream>

namespace berth::store::testing {
namespace {

constexpr std::size_t kSectorBytes = 512;

// What SQLite holds for an open file; the real VFS's own follows behind it.
struct ShimFile {
  sqlite3_file base;
  PowerLossDisk* disk;
  const char* path;  // Borrowed from SQLite, which keeps it while the file is open.
  bool tracked;
};

ShimFile* shim(sqlite3_file* file) {
  return reinterpret_cast<ShimFile*>(file);
}
sqlite3_file* real_of(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(shim(file) + 1);
}
const sqlite3_io_methods* methods_of(sqlite3_file* file) {
  return real_of(file)->pMethods;
}

int do_close(sqlite3_file* file) {
  return methods_of(file)->xClose(real_of(file));
}
int do_read(sqlite3_file* file, void* into, int size, sqlite3_int64 offset) {
  return methods_of(file)->xRead(real_of(file), into, size, offset);
}
int do_write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  const ShimFile& self = *shim(file);
  if (self.tracked) {
    if (const int code = self.disk->write_code(); code != SQLITE_OK) return code;
    self.disk->before_operation();
    self.disk->written(self.path, offset,
                       std::string(static_cast<const char*>(from), static_cast<std::size_t>(size)));
  }
  return methods_of(file)->xWrite(real_of(file), from, size, offset);
}
int do_truncate(sqlite3_file* file, sqlite3_int64 size) {
  const ShimFile& self = *shim(file);
  if (self.tracked) {
    self.disk->before_operation();
    self.disk->truncated(self.path, size);
  }
  return methods_of(file)->xTruncate(real_of(file), size);
}
int do_sync(sqlite3_file* file, int flags) {
  const ShimFile& self = *shim(file);
  if (self.tracked && self.disk->sync_code() != SQLITE_OK) return self.disk->sync_code();
  if (self.tracked) self.disk->before_operation();
  const int code = methods_of(file)->xSync(real_of(file), flags);
  if (self.tracked && code == SQLITE_OK) self.disk->synced(self.path);
  return code;
}
int do_file_size(sqlite3_file* file, sqlite3_int64* size) {
  return methods_of(file)->xFileSize(real_of(file), size);
}
int do_lock(sqlite3_file* file, int level) {
  return methods_of(file)->xLock(real_of(file), level);
}
int do_unlock(sqlite3_file* file, int level) {
  return methods_of(file)->xUnlock(real_of(file), level);
}
int do_reserved(sqlite3_file* file, int* out) {
  return methods_of(file)->xCheckReservedLock(real_of(file), out);
}
int do_control(sqlite3_file* file, int what, void* argument) {
  return methods_of(file)->xFileControl(real_of(file), what, argument);
}
int do_sector_size(sqlite3_file* file) {
  return methods_of(file)->xSectorSize(real_of(file));
}
int do_characteristics(sqlite3_file* file) {
  return methods_of(file)->xDeviceCharacteristics(real_of(file));
}
int do_shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  return methods_of(file)->xShmMap(real_of(file), page, size, extend, out);
}
int do_shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return methods_of(file)->xShmLock(real_of(file), offset, count, flags);
}
void do_shm_barrier(sqlite3_file* file) {
  methods_of(file)->xShmBarrier(real_of(file));
}
int do_shm_unmap(sqlite3_file* file, int flag) {
  return methods_of(file)->xShmUnmap(real_of(file), flag);
}

// Version 2: with shared memory for the log, without memory-mapped pages, which would pass us by.
const sqlite3_io_methods kMethods = {2,
                                     do_close,
                                     do_read,
                                     do_write,
                                     do_truncate,
                                     do_sync,
                                     do_file_size,
                                     do_lock,
                                     do_unlock,
                                     do_reserved,
                                     do_control,
                                     do_sector_size,
                                     do_characteristics,
                                     do_shm_map,
                                     do_shm_lock,
                                     do_shm_barrier,
                                     do_shm_unmap,
                                     nullptr,
                                     nullptr};

PowerLossDisk& disk_of(sqlite3_vfs* vfs) {
  return *static_cast<PowerLossDisk*>(vfs->pAppData);
}

int do_open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  PowerLossDisk& disk = disk_of(vfs);
  const bool tracked = path != nullptr && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0;
  ::new (file) ShimFile{{nullptr}, &disk, path, tracked};
  const int code = disk.real()->xOpen(disk.real(), path, real_of(file), flags, out_flags);
  if (real_of(file)->pMethods != nullptr) file->pMethods = &kMethods;
  if (code == SQLITE_OK && tracked) disk.opened(path);
  return code;
}

int do_delete(sqlite3_vfs* vfs, const char* path, int sync) {
  disk_of(vfs).deleted(path);
  return disk_of(vfs).real()->xDelete(disk_of(vfs).real(), path, sync);
}

}  // namespace

PowerLossDisk::PowerLossDisk() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
  vfs_.pNext = nullptr;
  vfs_.zName = kName;
  vfs_.pAppData = this;
  vfs_.szOsFile = real_->szOsFile + static_cast<int>(sizeof(ShimFile));
  vfs_.xOpen = do_open;
  vfs_.xDelete = do_delete;
  sqlite3_vfs_register(&vfs_, 0);
}

PowerLossDisk::~PowerLossDisk() {
  sqlite3_vfs_unregister(&vfs_);
}

void PowerLossDisk::opened(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (files_.contains(path)) return;
  std::ifstream in(path, std::ios::binary);
  std::stringstream content;
  content << in.rdbuf();
  files_[path].durable = content.str();
}

void PowerLossDisk::written(const std::string& path, std::int64_t offset, std::string bytes) {
  const std::lock_guard lock(mutex_);
  files_[path].unsynced.push_back({false, offset, std::move(bytes)});
}

void PowerLossDisk::truncated(const std::string& path, std::int64_t size) {
  const std::lock_guard lock(mutex_);
  files_[path].unsynced.push_back({true, size, {}});
}

void PowerLossDisk::synced(const std::string& path) {
  const std::lock_guard lock(mutex_);
  File& file = files_[path];
  for (const Operation& operation : file.unsynced) apply(file.durable, operation);
  file.unsynced.clear();
}

void PowerLossDisk::deleted(const std::string& path) {
  const std::lock_guard lock(mutex_);
  files_.erase(path);
}

void PowerLossDisk::apply(std::string& content, const Operation& operation) {
  const auto offset = static_cast<std::size_t>(operation.offset);
  if (operation.truncation) {
    content.resize(offset);
    return;
  }
  if (content.size() < offset + operation.bytes.size()) content.resize(offset + operation.bytes.size());
  content.replace(offset, operation.bytes.size(), operation.bytes);
}

void PowerLossDisk::write_survivors(const std::string& folder, Prng& random) {
  std::filesystem::create_directories(folder);
  const std::lock_guard lock(mutex_);
  for (const auto& [path, file] : files_) {
    std::string content = file.durable;
    for (const Operation& operation : file.unsynced) {
      const std::uint64_t fate = random.below(3);
      if (fate == 0) continue;
      Operation torn = operation;
      if (fate == 1 && !torn.bytes.empty()) {
        torn.bytes.resize(std::min(torn.bytes.size(), kSectorBytes * random.below(9)));
      }
      apply(content, torn);
    }
    const std::string name = std::filesystem::path(path).filename();
    std::ofstream(folder + "/" + name, std::ios::binary) << content;
  }
}

}  // namespace berth::store::testing
