// Goal: a task that cannot be read, whose report nobody takes, holds up nothing else on the connection.
// Method: a pretended control plane at the other end of a socket in memory, on virtual time.
#include "agent/session/acs_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "runtime/sim/sim_world.h"
#include "runtime/sync.h"

namespace berth::agent::session {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Messages of the control plane, and what the agent sends back.
struct Line {
  explicit Line(const Executor& executor) : came(executor) {}
  std::deque<std::string> to_agent;
  std::vector<std::string> from_agent;
  runtime::Notifier came;
};

class MemorySocket final : public runtime::MessageSocket {
 public:
  explicit MemorySocket(Line& line) : line_(line) {}
  Async<Result<std::string>> receive() override {
    while (line_.to_agent.empty()) co_await line_.came.wait();
    std::string text = std::move(line_.to_agent.front());
    line_.to_agent.pop_front();
    co_return text;
  }
  Async<Result<void>> send(std::string text) override {
    line_.from_agent.push_back(std::move(text));
    co_return Result<void>();
  }
  void close(int, std::string) override {}

 private:
  Line& line_;
};

class MemoryDialer final : public runtime::SocketDialer {
 public:
  explicit MemoryDialer(Line& line) : line_(line) {}
  Async<Result<std::unique_ptr<runtime::MessageSocket>>> dial(runtime::HttpRequest, Duration) override {
    co_return std::unique_ptr<runtime::MessageSocket>(std::make_unique<MemorySocket>(line_));
  }

 private:
  Line& line_;
};

class Discovery final : public runtime::HttpCaller {
 public:
  Async<Result<runtime::HttpResponse>> call(runtime::HttpRequest, Duration) override {
    runtime::HttpResponse response;
    response.status = 200;
    response.body = R"({"endpoint":"http://plane:1/acs"})";
    co_return response;
  }
};

class RefusesBad final : public TaskSink {
 public:
  Async<std::vector<Refused>> accept(std::vector<model::acs::Task> tasks, std::int64_t) override {
    std::vector<Refused> refused;
    for (const auto& task : tasks) {
      if (task.arn.value_or("").ends_with("bad")) {
        refused.push_back({*task.arn, "UnrecogniedTaskError: x"});
      } else {
        accepted.push_back(task.arn.value_or(""));
      }
    }
    co_return refused;
  }
  std::int64_t sequence() const override { return 1; }
  std::vector<std::string> accepted;
};

class SlowReports final : public ReportSink {
 public:
  explicit SlowReports(runtime::Runtime& runtime) : runtime_(runtime) {}
  Async<void> submit_task_state_change(std::string, std::string body) override {
    ++begun;
    co_await runtime_.sleep(1h);
    taken.push_back(std::move(body));
  }
  int begun = 0;
  std::vector<std::string> taken;

 private:
  runtime::Runtime& runtime_;
};

TEST(AcsSession, ATaskThatCannotBeReadHoldsUpNothing) {
  runtime::SimWorld world(1);
  runtime::SimNode& node = world.add_node("host");
  Line line(node.executor());
  MemoryDialer dialer(line);
  Discovery plane;
  RefusesBad tasks;
  SlowReports reports(node.runtime());
  const Registered registered{"default", "arn:ci", ""};
  EcsApi api(make_endpoint("http://plane:1", "r", {"k", "s", ""}).value(), plane, node.runtime());
  AcsSession session(
      {api, dialer, node.runtime(), tasks, reports, registered, "20.10", nullptr, nullptr, nullptr});
  runtime::TaskGroup group(node.executor());
  group.spawn(session.run());
  const auto give = [&](const std::string& message_id, const std::string& tasks_json) {
    line.to_agent.push_back(R"({"type":"PayloadMessage","message":{"messageId":")" + message_id +
                            R"(","seqNum":2,"tasks":[)" + tasks_json + "]}}");
    line.came.notify();
    world.run_for(1s);
  };
  give("m1", R"({"arn":"t/bad"},{"arn":"t/good"})");
  give("m1", R"({"arn":"t/bad"})");  // not acknowledged, so it comes again
  EXPECT_EQ(reports.begun, 1);
  EXPECT_THAT(line.from_agent, IsEmpty());
  give("m2", R"({"arn":"t/next"})");
  EXPECT_THAT(tasks.accepted, ElementsAre("t/good", "t/next"));
  EXPECT_THAT(line.from_agent, ElementsAre(HasSubstr("m2")));
  world.run_for(2h);
  EXPECT_THAT(reports.taken, ElementsAre(HasSubstr(R"("task":"t/bad")")));

  give("m3", R"({"arn":"t/bad"})");
  EXPECT_EQ(reports.begun, 2);
  group.cancel();  // a report under way does not keep the agent
  world.run(node, group.drain());
  EXPECT_EQ(reports.taken.size(), 1U);
}

TEST(AcsSession, OnlyCredentialsThatATaskHereHasAreAcknowledged) {
  runtime::SimWorld world(1);
  runtime::SimNode& node = world.add_node("host");
  Line line(node.executor());
  MemoryDialer dialer(line);
  Discovery plane;
  RefusesBad tasks;
  SlowReports reports(node.runtime());
  const Registered registered{"default", "arn:ci", ""};
  EcsApi api(make_endpoint("http://plane:1", "r", {"k", "s", ""}).value(), plane, node.runtime());
  const auto keep = [](const model::acs::IAMRoleCredentials& credentials) {
    return credentials.credentials_id == "known";
  };
  AcsSession session(
      {api, dialer, node.runtime(), tasks, reports, registered, "20.10", nullptr, keep, nullptr});
  runtime::TaskGroup group(node.executor());
  group.spawn(session.run());
  for (const std::string id : {"stranger", "known"}) {
    line.to_agent.push_back(R"({"type":"IAMRoleCredentialsMessage","message":{"messageId":"m-)" + id +
                            R"(","taskArn":"t/1","roleType":"TaskApplication","roleCredentials":)" +
                            R"({"credentialsId":")" + id + R"(","expiration":"2026-01-01T00:00:00Z"}}})");
    line.came.notify();
    world.run_for(1s);
  }
  EXPECT_THAT(line.from_agent, ElementsAre(HasSubstr(R"("messageId":"m-known")")));
  group.cancel();
  world.run(node, group.drain());
}

}  // namespace
}  // namespace berth::agent::session
