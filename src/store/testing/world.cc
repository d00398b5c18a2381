#include "store/testing/world.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace berth::store::testing {

std::ostream& operator<<(std::ostream& out, WorldKind kind) {
  switch (kind) {
    case WorldKind::memory:
      return out << "memory";
    case WorldKind::memory_shared:
      return out << "memory_shared";
    case WorldKind::sqlite:
      return out << "sqlite";
  }
  unreachable();
}

World::World(WorldKind kind, std::string path) : kind_(kind), path_(std::move(path)) {
  threads_.start();
  using Mode = memory::MemoryEngine::Mode;
  if (kind_ != WorldKind::sqlite) {
    const Mode mode = kind_ == WorldKind::memory ? Mode::private_ : Mode::shared;
    memory_ = std::make_unique<memory::MemoryEngine>(runtime_, mode);
  }
  start();
}

World::~World() {
  stop();
  threads_.stop();
}

Result<Revision> World::commit(Transaction transaction, std::size_t which) {
  Result<Revision> revision = run(store(which).commit(std::move(transaction)));
  if (revision.ok()) newest_ = std::max(newest_, *revision);
  return revision;
}

Revision World::must_commit(Transaction transaction, std::size_t which) {
  Result<Revision> revision = commit(std::move(transaction), which);
  check(revision.ok(), revision.ok() ? "" : revision.error().message.c_str());
  return *revision;
}

void World::restart() {
  stop();
  start();
}

void World::start() {
  if (kind_ == WorldKind::sqlite) {
    auto engine = sqlite::SqliteEngine::open(path_, threads_.executor(1), threads_.executor(2));
    check(engine.ok(), engine.ok() ? "" : engine.error().message.c_str());
    sqlite_ = std::move(*engine);
  }
  Engine& engine = sqlite_ ? static_cast<Engine&>(*sqlite_) : static_cast<Engine&>(*memory_);
  const std::size_t count = engine.shared() ? 2 : 1;
  for (std::size_t i = 0; i < count; ++i) {
    committers_.push_back(std::make_unique<Committer>(engine, runtime_, threads_.executor(0)));
    const Result<void> started = runtime::block_on(threads_.executor(0), committers_.back()->start());
    check(started.ok(), "a store that does not start");
  }
}

void World::stop() {
  for (const auto& committer : committers_) runtime::block_on(threads_.executor(0), committer->stop());
  committers_.clear();
  if (!sqlite_) return;
  runtime::block_on(threads_.executor(0), sqlite_->close());
  sqlite_.reset();
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "berth-store-XXXXXX").string();
  check(mkdtemp(name.data()) != nullptr, "no temporary folder");
  folder_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace berth::store::testing
