// SIGKILL under load, again and again from random moments: nothing that the store acknowledged is missing
// afterwards, and every transaction is there wholly or not at all. Method: a program commits and says what
// was acknowledged; it is killed after a random number of lines; then the store is opened and compared with
// all that it had said.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "base/random.h"
#include "store/testing/world.h"

namespace berth::store::testing {
namespace {

using domain::ClusterRecord;

constexpr int kRounds = 20;

std::string writer_program() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "store_crash_writer";
}

// A running store_crash_writer and the end of its pipe.
struct Writer {
  pid_t process = 0;
  FILE* output = nullptr;
};

Writer start_writer(const std::string& database) {
  int ends[2];
  check(pipe2(ends, O_CLOEXEC) == 0, "no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::string program = writer_program();
  std::string path = database;
  char* arguments[] = {program.data(), path.data(), nullptr};
  Writer writer;
  const int code = posix_spawn(&writer.process, program.c_str(), &actions, nullptr, arguments, nullptr);
  posix_spawn_file_actions_destroy(&actions);
  check(code == 0, "store_crash_writer does not start");
  close(ends[1]);
  writer.output = fdopen(ends[0], "r");
  return writer;
}

// Reads acknowledgements, kills the writer after `lines` of them, and reads on to the end.
void collect_until_killed(const Writer& writer, std::uint64_t lines, std::map<int, int>& acknowledged) {
  int name = 0;
  int count = 0;
  for (std::uint64_t line = 1; std::fscanf(writer.output, "%d %d\n", &name, &count) == 2; ++line) {
    acknowledged[name] = count;
    if (line == lines) kill(writer.process, SIGKILL);
  }
  std::fclose(writer.output);
  int status = 0;
  waitpid(writer.process, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "it ended by itself: " << status;
}

int generation_of(World& world, const std::string& name) {
  return world.view([&](const View& view) {
    const Stored<ClusterRecord>* stored = view.find<ClusterRecord>(cluster(name));
    return stored ? std::stoi(stored->record->generation) : 0;
  });
}

TEST(Crash, NothingAcknowledgedIsMissing) {
  TemporaryFolder folder;
  Prng random(2015);
  std::map<int, int> acknowledged;
  for (int round = 0; round < kRounds; ++round) {
    const Writer writer = start_writer(folder.path("berth.db"));
    collect_until_killed(writer, 1 + random.below(150), acknowledged);
    World world(WorldKind::sqlite, folder.path("berth.db"));
    for (const auto& [name, count] : acknowledged) {
      const std::string prefix = "w" + std::to_string(name);
      EXPECT_GE(generation_of(world, prefix + "left"), count) << "round " << round;
      EXPECT_EQ(generation_of(world, prefix + "left"), generation_of(world, prefix + "right"))
          << "round " << round;
      const auto known = world.run(world.store().outcome_of(prefix + "-" + std::to_string(count)));
      EXPECT_TRUE(known.ok() && *known) << "round " << round;
    }
  }
}

}  // namespace
}  // namespace berth::store::testing
