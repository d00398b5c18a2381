// Goal: an agent whose network was cut is back within half a minute after the network is, however long the
// cut was. Method: a network on virtual time in which every try hangs until its time-out while it is cut.
#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "agent/session/acs_session.h"
#include "runtime/sim/sim_world.h"
#include "runtime/sync.h"

namespace berth::agent::session {
namespace {

using namespace std::chrono_literals;

/// Calls and connections that hang while the network is cut.
class CutNetwork {
 public:
  explicit CutNetwork(runtime::Runtime& runtime) : runtime_(runtime) {}
  bool cut() const { return runtime_.clock().monotonic() < back; }
  Async<void> hang(Duration timeout) { return runtime_.sleep(timeout); }
  runtime::Runtime& runtime() { return runtime_; }
  MonotonicTime back;
  std::optional<MonotonicTime> connected;

 private:
  runtime::Runtime& runtime_;
};

class CutCaller final : public runtime::HttpCaller {
 public:
  explicit CutCaller(CutNetwork& network) : network_(network) {}
  Async<Result<runtime::HttpResponse>> call(runtime::HttpRequest, Duration timeout) override {
    if (network_.cut()) {
      co_await network_.hang(timeout);
      co_return unavailable("no way there");
    }
    runtime::HttpResponse response;
    response.body = R"({"endpoint":"http://plane:1/acs"})";
    co_return response;
  }

 private:
  CutNetwork& network_;
};

/// A connection that lives as long as the network.
class CutSocket final : public runtime::MessageSocket {
 public:
  explicit CutSocket(CutNetwork& network) : network_(network) {}
  Async<Result<std::string>> receive() override {
    while (!network_.cut()) {
      co_await network_.runtime().sleep(1s);
      co_return std::string(R"({"type":"HeartbeatMessage","message":{"messageId":"h"}})");
    }
    co_await network_.runtime().sleep(1h);  // the peer is silent
    co_return unavailable("gone");
  }
  Async<Result<void>> send(std::string) override { co_return Result<void>(); }
  void close(int, std::string) override {}

 private:
  CutNetwork& network_;
};

class CutDialer final : public runtime::SocketDialer {
 public:
  explicit CutDialer(CutNetwork& network) : network_(network) {}
  Async<Result<std::unique_ptr<runtime::MessageSocket>>> dial(runtime::HttpRequest,
                                                              Duration timeout) override {
    if (network_.cut()) {
      co_await network_.hang(timeout);
      co_return unavailable("no way there");
    }
    network_.connected = network_.runtime().clock().monotonic();
    co_return std::unique_ptr<runtime::MessageSocket>(std::make_unique<CutSocket>(network_));
  }

 private:
  CutNetwork& network_;
};

class NoTasks final : public TaskSink {
 public:
  Async<std::vector<Refused>> accept(std::vector<model::acs::Task>, std::int64_t) override {
    co_return std::vector<Refused>();
  }
  Differences compare(const std::vector<Expected>&) override { return {}; }
  std::int64_t sequence() const override { return 1; }
};

class NoReports final : public ReportSink {
 public:
  Async<void> submit_task_state_change(std::string, std::string) override { co_return; }
};

Duration time_to_come_back(std::uint64_t seed, Duration cut) {
  runtime::SimWorld world{seed};
  runtime::SimNode& node = world.add_node("host");
  CutNetwork network(node.runtime());
  CutCaller caller(network);
  CutDialer dialer(network);
  NoTasks tasks;
  NoReports reports;
  const Registered registered{"default", "arn:ci", ""};
  EcsApi api(*make_endpoint("http://plane:1", "r", {"k", "s", ""}), caller, node.runtime());
  AcsSession session(
      {api, dialer, node.runtime(), tasks, reports, registered, "20.10", nullptr, nullptr, nullptr});
  runtime::TaskGroup group(node.executor());
  group.spawn(session.run());
  world.run_for(5min);
  EXPECT_TRUE(network.connected);
  network.connected.reset();
  network.back = world.now() + cut;
  world.run_for(cut + 2min);
  EXPECT_TRUE(network.connected) << "not back at all";
  const Duration took = network.connected.value_or(world.now()) - network.back;
  group.cancel();
  world.run(node, group.drain());
  return took;
}

TEST(Reconnect, IsBackSoonAfterACutOfElevenMinutes) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) EXPECT_LE(time_to_come_back(seed, 11min), 36s) << seed;
}

TEST(Reconnect, IsBackSoonAfterACutOfADay) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) EXPECT_LE(time_to_come_back(seed, 24h), 36s) << seed;
}

}  // namespace
}  // namespace berth::agent::session
