// store_crash_writer PATH: commits without end, and says on standard output what was acknowledged: "WRITER
// COUNT\n". crash_test kills it.
#include <unistd.h>

#include <cstdio>
#include <string>

#include "store/sqlite/sqlite_engine.h"
#include "store/testing/records.h"
#include "store/testing/world.h"

namespace berth::store::testing {
namespace {

constexpr int kWriters = 4;

std::string name_of(int writer, const char* half) {
  return "w" + std::to_string(writer) + half;
}

Async<int> last_count(Store& store, std::string name) {
  const View view = co_await store.read();
  const Stored<domain::ClusterRecord>* stored = view.find<domain::ClusterRecord>(cluster(name));
  co_return stored ? std::stoi(stored->record->generation) : 0;
}

Async<void> write_on(Store& store, int writer) {
  int count = co_await last_count(store, name_of(writer, "left"));
  for (;;) {
    ++count;
    Transaction transaction("w" + std::to_string(writer) + "-" + std::to_string(count), domain::Writer::api);
    transaction.put(make_cluster(name_of(writer, "left"), std::to_string(count)));
    transaction.put(make_cluster(name_of(writer, "right"), std::to_string(count)));
    const Result<Revision> revision = co_await store.commit(std::move(transaction));
    check(revision.ok(), "a commit failed");
    const std::string line = std::to_string(writer) + " " + std::to_string(count) + "\n";
    // One write of a short line to a pipe is never torn.
    check(write(STDOUT_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size()),
          "the reader is gone");
  }
}

Async<void> write_all(Store& store, Executor executor) {
  runtime::TaskGroup group(std::move(executor));
  for (int writer = 0; writer < kWriters; ++writer) group.spawn(write_on(store, writer));
  co_await group.drain();
}

}  // namespace
}  // namespace berth::store::testing

int main(int argc, char** argv) {
  using namespace berth;
  if (argc != 2) return 2;
  store::testing::World world(store::testing::WorldKind::sqlite, argv[1]);
  runtime::block_on(world.executor(), store::testing::write_all(world.store(), world.executor()));
  return 0;
}
