// Goal: children run with input, output, environment and deadline; detached ones live on until signalled.
// Method: /bin/sh scripts.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "runtime/real/io_threads.h"
#include "runtime/real/real_processes.h"
#include "runtime/real/real_runtime.h"

namespace berth::runtime {
namespace {
using namespace std::chrono_literals;

class ProcessesTest : public testing::Test {
 protected:
  ProcessesTest() { threads_.start(); }
  Result<ProcessOutcome> run(ProcessSpec spec, Duration timeout = 60s) {
    return block_on(threads_.executor(0), processes_.run(std::move(spec), timeout));
  }
  IoThreads threads_{1};
  RealRuntime runtime_{threads_.executor(0)};
  RealProcesses processes_{runtime_};
};

TEST_F(ProcessesTest, PassesInputAndCollectsOutput) {
  const auto outcome = run({.argv = {"sh", "-c", "cat; echo \"$GREETING\" >&2; exit 3"},
                            .environment = {{"GREETING", "hello"}},
                            .stdin_text = "input"});
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_EQ(outcome.value().stdout_text, "input");
  EXPECT_EQ(outcome.value().stderr_text, "hello\n");
  EXPECT_EQ(outcome.value().exit_code, 3);
}

TEST_F(ProcessesTest, ReportsSignalsMissingProgramsAndDeadlines) {
  EXPECT_EQ(run({.argv = {"sh", "-c", "kill -9 $$"}, .environment = {}, .stdin_text = {}}).value().exit_code,
            137);
  EXPECT_EQ(run({.argv = {"berth-no-such-program"}, .environment = {}, .stdin_text = {}}).error().code,
            ErrorCode::not_found);
  EXPECT_EQ(run({.argv = {"sleep", "1000"}, .environment = {}, .stdin_text = {}}, 10ms).error().code,
            ErrorCode::timeout);
}

TEST_F(ProcessesTest, DetachedProcessesRunUntilSignalled) {
  const std::string log = testing::TempDir() + "berth_detached_" + std::to_string(getpid()) + ".log";
  const auto process =
      processes_.start_detached({.argv = {"sleep", "1000"}, .environment = {}, .stdin_text = {}}, log);
  ASSERT_TRUE(process.ok()) << process.error().message;
  EXPECT_TRUE(processes_.running(*process));
  EXPECT_TRUE(processes_.signal(*process, SIGKILL).ok());
  while (processes_.running(*process)) {
  }
  EXPECT_EQ(processes_.signal(*process, 0).error().code, ErrorCode::not_found);
  ::unlink(log.c_str());
}

}  // namespace
}  // namespace berth::runtime
