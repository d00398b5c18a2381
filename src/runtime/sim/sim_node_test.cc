// Goal: a killed process changes nothing any more, its frames are freed, and a restart builds a new one.
// Method: a counter service that saves every request to disk, a client that retries, a nemesis that kills and
// partitions, on 200 seeds run twice; what was acknowledged must be on disk.
#include "runtime/sim/sim_node.h"

#include <gtest/gtest.h>

#include "runtime/sim/sim_world.h"
#include "runtime/sync.h"

namespace berth::runtime {
namespace {
using namespace std::chrono_literals;

/// Keeps the highest number it was sent, on disk, and rewrites it in the background.
class CounterProcess final : public SimProcess, public RequestHandler {
 public:
  explicit CounterProcess(SimNode& node)
      : runtime_(node.runtime()), files_(node.files()), tasks_(node.executor()) {
    const Result<std::string> saved = files_.read("/count");
    if (saved) count_ = std::stoi(*saved);
    node.world().network().listen(node, "counter:80", *this);
    tasks_.spawn(rewrite(*this));
  }

  Async<void> stop() override {
    tasks_.cancel();
    return tasks_.drain();
  }
  Async<HttpResponse> handle(const HttpRequest& request, const Peer&) override {
    const int number = std::stoi(request.body);
    co_await runtime_.sleep(5ms);
    count_ = std::max(count_, number);
    HttpResponse response;
    const Result<void> written = files_.write_atomically("/count", std::to_string(count_));
    if (!written) response.status = 500;
    co_return response;
  }
  Async<UpgradeDecision> upgrade(const HttpRequest&, const Peer&) override { co_return UpgradeDecision{}; }
  Async<void> run_socket(std::shared_ptr<void>, MessageSocket&) override { co_return; }

 private:
  static Async<void> rewrite(CounterProcess& self) {
    while (true) {
      co_await self.runtime_.sleep(50ms);
      Result<void> written = self.files_.write_atomically("/count", std::to_string(self.count_));
      if (!written && written.error().code == ErrorCode::cancelled) co_return;
    }
  }

  Runtime& runtime_;
  Files& files_;
  TaskGroup tasks_;
  int count_ = 0;
};

Async<void> client(SimNode& node, int& acknowledged, int count) {
  const std::unique_ptr<HttpCaller> caller = node.world().network().caller(node, "counter:80");
  while (acknowledged < count) {
    HttpRequest request;
    request.body = std::to_string(acknowledged + 1);
    Result<HttpResponse> response = co_await caller->call(std::move(request), 500ms);
    if (response && response->status == 200) ++acknowledged;
  }
}

Async<void> nemesis(SimNode& self, SimNode& server, SimNode& user, int rounds) {
  Prng prng = self.runtime().fork_random();
  for (int i = 0; i < rounds; ++i) {
    co_await self.runtime().sleep(Duration(prng.between(0, 300'000'000)));
    switch (prng.below(4)) {
      case 0:
        server.kill();
        break;
      case 1:
        server.restart();
        break;
      case 2:
        self.world().network().block(user, server);
        break;
      default:
        self.world().network().heal_all();
        break;
    }
  }
  self.world().network().heal_all();
  server.kill();
  server.restart();
}

struct Outcome {
  int saved = 0;
  std::uint64_t hash = 0;
  friend auto operator<=>(const Outcome&, const Outcome&) = default;
};

Outcome run_counter(std::uint64_t seed) {
  SimWorld world(seed, {.buggify = true});
  SimNode& server = world.add_node("server");
  SimNode& user = world.add_node("user");
  SimNode& chaos = world.add_node("nemesis");
  server.boot([](SimNode& node) { return std::make_unique<CounterProcess>(node); });
  world.network().options.loss_per_mille = 50;
  int acknowledged = 0;
  TaskGroup users(user.executor()), faults(chaos.executor());
  users.spawn(client(user, acknowledged, 20));
  faults.spawn(nemesis(chaos, server, user, 30));
  const auto settled = [&] { return users.size() + faults.size() == 0 && server.up(); };
  EXPECT_TRUE(world.run_until(settled, 1h)) << "seed " << seed;
  users.cancel();
  faults.cancel();
  world.run_until([&] { return users.size() + faults.size() == 0; }, 1h);
  const Result<std::string> saved = server.files().read("/count", 100);
  return {saved ? std::stoi(*saved) : -1, world.trace_hash()};
}

TEST(SimNode, WhatWasAcknowledgedSurvivesKillsAndPartitions) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Outcome first = run_counter(seed);
    EXPECT_EQ(first.saved, 20) << "seed " << seed;
    ASSERT_EQ(first, run_counter(seed)) << "seed " << seed;
  }
}

/// Tries to do harm while it is being torn down.
class StubbornProcess final : public SimProcess {
 public:
  explicit StubbornProcess(SimNode& node) : node_(node), tasks_(node.executor()) {
    tasks_.spawn(loop(*this));
  }
  Async<void> stop() override {
    tasks_.cancel();
    return tasks_.drain();
  }

 private:
  static Async<void> loop(StubbornProcess& self) {
    try {
      co_await self.node_.runtime().sleep(1000h);
    } catch (const boost::system::system_error&) {
    }
    co_await ignore_cancellation();
    Result<void> written = self.node_.files().write_atomically("/ghost", "boo", 0600);
    EXPECT_FALSE(written.ok());
    EXPECT_FALSE(self.node_.runtime().buggify("any"));
    co_await self.node_.runtime().sleep(1s);
    ADD_FAILURE() << "a dead process slept";
  }
  SimNode& node_;
  TaskGroup tasks_;
};

TEST(SimNode, UnwindingChangesNothing) {
  SimWorld world(1);
  SimNode& node = world.add_node("a");
  node.boot([](SimNode& self) { return std::make_unique<StubbornProcess>(self); });
  world.run_for(1s);
  node.kill();
  EXPECT_FALSE(node.up());
  node.restart();  // Takes effect when the teardown is over.
  EXPECT_FALSE(node.up());
  ASSERT_TRUE(world.run_until([&] { return node.up(); }));
  EXPECT_EQ(node.runtime().life()->number, 2u);
  EXPECT_FALSE(node.files().read("/ghost", 10).ok());
}

TEST(SimNode, AWorldMayEndAnyTime) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SimWorld world(seed);
    SimNode& node = world.add_node("a");
    node.boot([](SimNode& self) { return std::make_unique<CounterProcess>(self); });
    SimNode& other = world.add_node("b");
    other.boot([](SimNode& self) { return std::make_unique<StubbornProcess>(self); });
    const std::uint64_t steps = world.stream("test").below(100);
    for (std::uint64_t i = 0; i < steps; ++i) world.step();
  }
}

}  // namespace
}  // namespace berth::runtime
