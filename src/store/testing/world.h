#pragma once
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "runtime/real/io_threads.h"
#include "runtime/real/real_runtime.h"
#include "store/committer.h"
#include "store/memory/memory_engine.h"
#include "store/sqlite/sqlite_engine.h"
#include "store/testing/records.h"

namespace berth::store::testing {

/// What a suite runs on. memory_shared has two committers, as two control planes on one etcd.
enum class WorldKind { memory, memory_shared, sqlite };
std::ostream& operator<<(std::ostream& out, WorldKind kind);

/// A started store on real threads. `store(0)` and `store(1)` are different committers where the engine is
/// shared, and the same one otherwise.
class World {
 public:
  /// `path`: of the database, for sqlite.
  explicit World(WorldKind kind, std::string path = {});
  ~World();

  Store& store(std::size_t which = 0) { return *committers_[which % committers_.size()]; }
  Committer& committer(std::size_t which = 0) { return *committers_[which % committers_.size()]; }
  memory::MemoryEngine& memory() { return *memory_; }
  runtime::Runtime& runtime() { return runtime_; }
  /// Of a thread for the test's own coroutines.
  Executor executor() const { return threads_.executor(3); }

  /// Runs a coroutine on executor() to its end.
  template <class T>
  T run(Async<T> work) {
    return runtime::block_on(executor(), std::move(work));
  }
  /// `look(const View&)`'s answer, about everything that has been acknowledged by either committer.
  template <class F>
  auto view(F look, std::size_t which = 0) {
    return run(look_at(*this, which, std::move(look)));
  }
  Result<Revision> commit(Transaction transaction, std::size_t which = 0);
  /// As commit(), which must succeed.
  Revision must_commit(Transaction transaction, std::size_t which = 0);
  /// Ends the committers as a crash would, and starts new ones on what the engine has.
  void restart();

 private:
  template <class F>
  static Async<std::invoke_result_t<F, const View&>> look_at(World& world, std::size_t which, F look) {
    static_cast<void>(co_await world.store(which).until_durable(world.newest_));
    View view = co_await world.store(which).read();
    auto answer = look(view);
    co_return answer;
  }
  void start();
  void stop();

  WorldKind kind_;
  std::string path_;
  runtime::IoThreads threads_{4};
  runtime::RealRuntime runtime_{threads_.executor(3)};
  std::unique_ptr<memory::MemoryEngine> memory_;
  std::unique_ptr<sqlite::SqliteEngine> sqlite_;
  std::vector<std::unique_ptr<Committer>> committers_;
  Revision newest_;
};

/// A folder that is removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  std::string path(const std::string& name) const { return folder_ + "/" + name; }

 private:
  std::string folder_;
};

}  // namespace berth::store::testing
