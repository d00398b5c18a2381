#include <gtest/gtest.h>

#include "bin/berth_load/echo_server.h"
#include "bin/berth_load/generator.h"
#include "bin/berth_load/operations.h"

namespace berth::load {
namespace {

Target make_target() {
  Target target;
  target.address = {"127.0.0.1", 1};
  target.credentials = {"AKIDEXAMPLE", "secret", ""};
  return target;
}

std::string answer(std::size_t bytes) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n" + std::string(bytes, 'x');
}

// Goal: a mix is read as it is written, and mistakes are named.
// Method: one good mix, and one of each mistake.
TEST(Mix, Parses) {
  const auto mix = parse_mix("RunTask:10=3,ListTasks");
  ASSERT_TRUE(mix.ok());
  ASSERT_EQ(mix->size(), 2U);
  EXPECT_EQ((*mix)[0].api, "RunTask");
  EXPECT_EQ((*mix)[0].count, 10U);
  EXPECT_EQ((*mix)[0].weight, 3U);
  EXPECT_EQ((*mix)[1].count, 1U);
  EXPECT_FALSE(parse_mix("").ok());
  EXPECT_FALSE(parse_mix("RunTask:11").ok());
  EXPECT_FALSE(parse_mix("RunTask:x").ok());
  EXPECT_FALSE(parse_mix("Nothing").ok());
}

// Goal: the closed loop gets whole answers, small and large, over several connections, and each operation its
// own. Method: the echo server with two answers of known size.
TEST(Generator, ClosedLoopAgainstTheEcho) {
  const Target target = make_target();
  auto mix = *parse_mix("ListTasks,RegisterTaskDefinition");
  ASSERT_TRUE(fill_bodies(mix, target, {}).ok());
  auto echo = EchoServer::start({answer(10), answer(1'000'000)});
  ASSERT_TRUE(echo.ok());
  Loop loop;
  RequestBook book(target, mix);
  LoadOptions options{4, 0.2, 0.05, {}};
  const auto result = Generator(loop, echo->address(), book, mix, options).run();
  for (const auto& operation : result.operations) {
    EXPECT_GT(operation.requests, 0U) << operation.name;
    EXPECT_EQ(operation.errors, 0U) << operation.first_error;
  }
  EXPECT_EQ(result.operations[0].sample, answer(10));
  EXPECT_EQ(result.operations[1].sample, answer(1'000'000));
}

// Goal: the open loop keeps its rate, to the last call. Method: 2 000 a second for half a second make 1 000
// calls, all answered.
TEST(Generator, OpenLoopKeepsItsRate) {
  const Target target = make_target();
  auto mix = *parse_mix("ListTasks");
  ASSERT_TRUE(fill_bodies(mix, target, {}).ok());
  auto echo = EchoServer::start({answer(100)});
  ASSERT_TRUE(echo.ok());
  Loop loop;
  RequestBook book(target, mix);
  LoadOptions options{4, 0.5, 0.1, 2000.0};
  const auto result = Generator(loop, echo->address(), book, mix, options).run();
  EXPECT_EQ(result.operations[0].requests, 1000U);
  EXPECT_EQ(result.unanswered, 0U);
}

// Goal: no call is lost at the end of the window, where the last answer and the last calls that are due meet.
// Method: many short windows at a high rate, each of exactly 270 calls.
TEST(Generator, OpenLoopMakesItsLastCalls) {
  const Target target = make_target();
  auto mix = *parse_mix("ListTasks");
  ASSERT_TRUE(fill_bodies(mix, target, {}).ok());
  auto echo = EchoServer::start({answer(100)});
  ASSERT_TRUE(echo.ok());
  Loop loop;
  RequestBook book(target, mix);
  for (int i = 0; i < 50; ++i) {
    const auto result = Generator(loop, echo->address(), book, mix, {4, 0.01, 0, 27000.0}).run();
    EXPECT_EQ(result.operations[0].requests, 270U);
  }
}

// Goal: timers of somebody who is gone are not called, those of others are. Method: one of each.
TEST(Loop, ForgetsTimersOfAnOwner) {
  Loop loop;
  bool called = false, other = false;
  const int owner = 0;
  loop.after(0, &owner, [&] { called = true; });
  loop.after(0, &loop, [&] { other = true; });
  loop.cancel(&owner);
  loop.run_until(now_ns());
  EXPECT_FALSE(called);
  EXPECT_TRUE(other);
}

// Goal: a generator that is gone leaves nothing in its loop. Method: nobody listens, so that each connection
// waits to try again when the window ends; then the loop goes on for longer than they wait.
TEST(Generator, LeavesNothingInItsLoop) {
  const Target target = make_target();
  auto mix = *parse_mix("ListTasks");
  ASSERT_TRUE(fill_bodies(mix, target, {}).ok());
  Loop loop;
  RequestBook book(target, mix);
  Generator(loop, target.address, book, mix, {4, 0.03, 0, {}}).run();
  loop.run_until(now_ns() + 30'000'000);
}

// Goal: the gate is asked once for each call. Method: it lets four more through whenever the held are
// released.
TEST(Generator, TheGateIsAskedOncePerCall) {
  const Target target = make_target();
  auto mix = *parse_mix("RunTask");
  ASSERT_TRUE(fill_bodies(mix, target, {}).ok());
  auto echo = EchoServer::start({answer(100)});
  ASSERT_TRUE(echo.ok());
  Loop loop;
  RequestBook book(target, mix);
  Generator generator(loop, echo->address(), book, mix, {4, 0.3, 0, {}});
  std::uint64_t admitted = 0, limit = 4;
  generator.set_gate([&] { return admitted < limit && ++admitted > 0; });
  std::function<void()> more = [&] {
    limit += 4;
    generator.release();
    loop.after(5'000'000, &generator, more);
  };
  loop.after(5'000'000, &generator, more);
  const auto result = generator.run();
  EXPECT_GE(result.operations[0].requests + 4, admitted);
  EXPECT_GT(result.operations[0].requests, 8U);
}

// Goal: calls that get no answer are errors and never count as fast ones. Method: nobody listens.
TEST(Generator, ErrorsAreNoRequests) {
  const Target target = make_target();
  auto mix = *parse_mix("ListTasks");
  ASSERT_TRUE(fill_bodies(mix, target, {}).ok());
  Loop loop;
  RequestBook book(target, mix);
  LoadOptions options{1, 0.1, 0, 100.0};
  const auto result = Generator(loop, target.address, book, mix, options).run();
  EXPECT_EQ(result.operations[0].requests, 0U);
  EXPECT_GT(result.operations[0].errors, 0U);
}

}  // namespace
}  // namespace berth::load
