// Goal: a task that cannot be read, whose report nobody takes, holds up nothing else on the connection.
// Method: a pretended control plane at the other end of a socket in memory, on virtual time.
#include "agent/session/acs_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <functional>

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
  bool dropped = false;
  runtime::Notifier came;
};

class MemorySocket final : public runtime::MessageSocket {
 public:
  explicit MemorySocket(Line& line) : line_(line) {}
  Async<Result<std::string>> receive() override {
    while (line_.to_agent.empty() && !line_.dropped) co_await line_.came.wait();
    if (std::exchange(line_.dropped, false)) co_return unavailable("connection lost");
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
  /// Ends the connection that there is.
  void drop() {
    line_.dropped = true;
    line_.came.notify();
  }
  std::deque<std::string> refusals;  ///< Of the next dials, one each.
  Async<Result<std::unique_ptr<runtime::MessageSocket>>> dial(runtime::HttpRequest, Duration) override {
    if (!refusals.empty()) {
      const std::string refusal = refusals.front();
      refusals.pop_front();
      co_return Error{ErrorCode::denied, refusal, Retry::no};
    }
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
  Differences compare(const std::vector<Expected>& expected) override {
    compared.push_back(expected);
    return differences;
  }
  std::int64_t sequence() const override { return 1; }
  std::vector<std::string> accepted;
  std::vector<std::vector<Expected>> compared;
  Differences differences;
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

/// An agent's session, connected to a control plane that a test speaks for.
struct Connection {
  using Keep = std::function<bool(const model::acs::IAMRoleCredentials&)>;

  explicit Connection(Keep keep = nullptr)
      : session({api, dialer, node.runtime(), tasks, reports, registered, "20.10", nullptr, std::move(keep),
                 nullptr, [this] { return register_again(*this); }, [this] { ++deregistrations; }}) {
    group.spawn(session.run());
  }
  ~Connection() {
    group.cancel();
    world.run(node, group.drain());
  }
  static Async<void> register_again(Connection& self) {
    ++self.registered_again;
    co_return;
  }
  void say(std::string message) {
    line.to_agent.push_back(std::move(message));
    line.came.notify();
    world.run_for(1s);
  }

  runtime::SimWorld world{1};
  runtime::SimNode& node = world.add_node("host");
  Line line{node.executor()};
  MemoryDialer dialer{line};
  Discovery plane;
  RefusesBad tasks;
  SlowReports reports{node.runtime()};
  const Registered registered{"default", "arn:ci", ""};
  EcsApi api{make_endpoint("http://plane:1", "r", {"k", "s", ""}).value(), plane, node.runtime()};
  AcsSession session;
  runtime::TaskGroup group{node.executor()};
  int registered_again = 0, deregistrations = 0;
};

TEST(AcsSession, ATaskThatCannotBeReadHoldsUpNothing) {
  Connection agent;
  const auto give = [&](const std::string& message_id, const std::string& tasks_json) {
    agent.say(R"({"type":"PayloadMessage","message":{"messageId":")" + message_id +
              R"(","seqNum":2,"tasks":[)" + tasks_json + "]}}");
  };
  give("m1", R"({"arn":"t/bad"},{"arn":"t/good"})");
  give("m1", R"({"arn":"t/bad"})");  // not acknowledged, so it comes again
  EXPECT_EQ(agent.reports.begun, 1);
  EXPECT_THAT(agent.line.from_agent, IsEmpty());
  give("m2", R"({"arn":"t/next"})");
  EXPECT_THAT(agent.tasks.accepted, ElementsAre("t/good", "t/next"));
  EXPECT_THAT(agent.line.from_agent, ElementsAre(HasSubstr("m2")));
  agent.world.run_for(2h);
  EXPECT_THAT(agent.reports.taken, ElementsAre(HasSubstr(R"("task":"t/bad")")));

  give("m3", R"({"arn":"t/bad"})");
  EXPECT_EQ(agent.reports.begun, 2);
  agent.group.cancel();  // a report under way does not keep the agent
  agent.world.run(agent.node, agent.group.drain());
  EXPECT_EQ(agent.reports.taken.size(), 1U);
}

TEST(AcsSession, AManifestIsAnsweredWithWhatDiffers) {
  Connection agent;
  agent.tasks.differences = {{"t/more"}, {"t/less"}};
  agent.say(R"({"type":"TaskManifestMessage","message":{"messageId":"m1","timeline":7,"tasks":[)"
            R"({"taskArn":"t/1","desiredStatus":"STOPPED","lastStatus":"RUNNING"}]}})");
  ASSERT_EQ(agent.tasks.compared.size(), 1U);
  EXPECT_EQ(agent.tasks.compared[0][0].task_arn, "t/1");
  EXPECT_TRUE(agent.tasks.compared[0][0].stop);
  EXPECT_EQ(agent.tasks.compared[0][0].last_status, "RUNNING");
  EXPECT_THAT(agent.line.from_agent,
              ElementsAre(testing::AllOf(HasSubstr("AckRequest"), HasSubstr("m1")),
                          testing::AllOf(HasSubstr("TaskStopVerificationMessage"), HasSubstr("t/more")),
                          testing::AllOf(HasSubstr("TaskMissingMessage"), HasSubstr("t/less"))));
  // As Amazon's control plane sends it.
  agent.line.from_agent.clear();
  agent.say(R"({"type":"TaskManifestMessage","message":{"messageId":"m2","tasks":[{"taskArn":"t/1"}]}})");
  EXPECT_THAT(agent.line.from_agent,
              ElementsAre(HasSubstr("AckRequest"), HasSubstr("TaskStopVerificationMessage")));
}

// The control plane was restored from a backup that is older than this instance.
TEST(AcsSession, AnUnknownInstanceRegistersAgainAndADeregisteredOneDoesNot) {
  Connection agent;
  agent.dialer.refusals = {R"({"InvalidInstanceException":"Container instance not found."})"};
  agent.dialer.drop();
  agent.world.run_for(10s);
  EXPECT_EQ(agent.registered_again, 1);
  EXPECT_EQ(agent.deregistrations, 0);
  agent.dialer.refusals = {R"({"InactiveInstanceException":"deregistered"})",
                           R"({"InvalidInstanceException":"Container instance not found."})"};
  agent.dialer.drop();
  agent.world.run_for(3h);
  EXPECT_EQ(agent.registered_again, 1);
  EXPECT_EQ(agent.deregistrations, 1);
}

TEST(AcsSession, OnlyCredentialsThatATaskHereHasAreAcknowledged) {
  Connection agent([](const model::acs::IAMRoleCredentials& credentials) {
    return credentials.credentials_id == "known";
  });
  for (const std::string id : {"stranger", "known"}) {
    agent.say(R"({"type":"IAMRoleCredentialsMessage","message":{"messageId":"m-)" + id +
              R"(","taskArn":"t/1","roleType":"TaskApplication","roleCredentials":)" +
              R"({"credentialsId":")" + id + R"(","expiration":"2026-01-01T00:00:00Z"}}})");
  }
  EXPECT_THAT(agent.line.from_agent, ElementsAre(HasSubstr(R"("messageId":"m-known")")));
}

}  // namespace
}  // namespace berth::agent::session
