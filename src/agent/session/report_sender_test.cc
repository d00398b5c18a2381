// Goal: reports are sent until they are taken, at most ten at once, and one that nobody wants does not hold
// up the rest. Method: a pretended control plane on virtual time that counts the calls under way.
#include "agent/session/report_sender.h"

#include <gtest/gtest.h>

#include <set>

#include "runtime/sim/sim_world.h"
#include "runtime/task_group.h"

namespace berth::agent::session {
namespace {

using namespace std::chrono_literals;

class CountingPlane final : public runtime::HttpCaller {
 public:
  explicit CountingPlane(runtime::Runtime& runtime) : runtime_(runtime) {}
  Async<Result<runtime::HttpResponse>> call(runtime::HttpRequest request, Duration) override {
    const struct Under {
      explicit Under(std::size_t& count_of) : count(count_of) { ++count; }
      ~Under() { --count; }
      std::size_t& count;
    } under(now_);
    most = std::max(most, now_);
    co_await runtime_.sleep(1s);
    runtime::HttpResponse response;
    const auto json = parse_json(request.body).value();
    const std::string task(json.at("task").as_string());
    ++calls;
    if (refused.contains(task)) {
      response.status = 500;
      response.body = R"({"__type":"ServerException"})";
    } else if (task == "bad") {
      response.status = 400;
      response.body = R"({"__type":"InvalidParameterException"})";
    } else {
      response.status = 200;
      taken.insert(task);
    }
    co_return response;
  }
  std::size_t most = 0;
  int calls = 0;
  std::set<std::string> refused, taken;

 private:
  runtime::Runtime& runtime_;
  std::size_t now_ = 0;
};

class ReportSenderTest : public testing::Test {
 protected:
  void send(const std::string& task) {
    group_.spawn(sender_.submit_task_state_change(task, R"({"task":")" + task + R"("})"));
  }
  void TearDown() override {
    group_.cancel();
    world_.run(node_, group_.drain());
  }
  runtime::SimWorld world_{1};
  runtime::SimNode& node_ = world_.add_node("host");
  CountingPlane plane_{node_.runtime()};
  Registered registered_{"default", "arn:ci", ""};
  EcsApi api_{make_endpoint("http://plane:1", "r", {"k", "s", ""}).value(), plane_, node_.runtime()};
  ReportSender sender_{api_, node_.runtime(), registered_};
  runtime::TaskGroup group_{node_.executor()};
};

TEST_F(ReportSenderTest, TenAtOnceAndNoneForgotten) {
  for (int i = 0; i < 35; ++i) send("t" + std::to_string(i));
  world_.run_for(3500ms);
  EXPECT_EQ(plane_.taken.size(), 30U);
  world_.run_for(1s);
  EXPECT_EQ(plane_.taken.size(), 35U);
  EXPECT_EQ(plane_.most, kSubmitsMax);
  EXPECT_EQ(group_.size(), 0U);
}

TEST_F(ReportSenderTest, ReportsThatFailLeaveTheirPlaceWhileTheyWait) {
  for (int i = 0; i < 10; ++i) {
    plane_.refused.insert("f" + std::to_string(i));
    send("f" + std::to_string(i));
  }
  world_.run_for(10ms);
  send("good");
  world_.run_for(2500ms);
  EXPECT_TRUE(plane_.taken.contains("good"));
  plane_.refused.clear();
  world_.run_for(1min);
  EXPECT_EQ(plane_.taken.size(), 11U);
}

TEST_F(ReportSenderTest, WhatIsRefusedForGoodIsDropped) {
  send("bad");
  world_.run_for(1min);
  EXPECT_EQ(plane_.calls, 1);
  EXPECT_EQ(group_.size(), 0U);
}

TEST_F(ReportSenderTest, ACancelledReportPassesItsTurnOn) {
  for (int i = 0; i < 10; ++i) send("t" + std::to_string(i));
  runtime::TaskGroup leaving(node_.executor());
  world_.run_for(10ms);
  leaving.spawn(sender_.submit_task_state_change("leaves", R"({"task":"leaves"})"));
  world_.run_for(10ms);
  send("stays");
  world_.run_for(10ms);
  leaving.cancel();
  world_.run(node_, leaving.drain());
  world_.run_for(3s);
  EXPECT_FALSE(plane_.taken.contains("leaves"));
  EXPECT_TRUE(plane_.taken.contains("stays"));
}

}  // namespace
}  // namespace berth::agent::session
