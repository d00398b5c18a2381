// Goal: each path of the task server reaches its renderer, for the container that asks.
// Method: a pretended agent, and the handlers called as the server would.
#include "agent/endpoints/handlers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/real/io_threads.h"
#include "runtime/real/real_runtime.h"

namespace berth::agent::endpoints {
namespace {
using testing::HasSubstr;
using testing::StartsWith;

class PretendedAgent final : public EndpointState, public CredentialsSource, public ProtectionApi {
 public:
  AgentMetadata metadata() const override { return {"default", "arn:ci", "v"}; }
  std::vector<EndpointTask> tasks() const override {
    EndpointTask task;
    task.arn = "arn:t";
    task.network_mode = "awsvpc";
    task.task_tags = {{"k", "v"}};
    task.containers.resize(2);
    task.containers[0].endpoint_id = "e1";
    task.containers[0].docker_id = "d1";
    task.containers[0].networks = {{"awsvpc", {"10.0.0.9"}, {}}};
    task.containers[1].endpoint_id = "e2";
    task.containers[1].docker_id = "d2";
    task.containers[0].known = task.containers[1].known = engine::Status::running;
    EndpointTask bridged;
    bridged.arn = "arn:b";
    bridged.containers.resize(2);
    bridged.containers[0].docker_id = "d3";
    bridged.containers[0].known = engine::Status::running;
    bridged.containers[0].networks = {{"bridge", {"172.17.0.3"}, {}}};
    bridged.containers[1].docker_id = "d4";
    bridged.containers[1].known = engine::Status::stopped;
    bridged.containers[1].networks = {{"bridge", {"172.17.0.4"}, {}}};
    return {task, bridged};
  }
  std::string task_of_endpoint(std::string_view id) const override {
    return id == "e1" || id == "e2" ? "arn:t" : id == "e3" ? "arn:b" : "";
  }
  std::string task_of_address(std::string_view address) const override {
    return address == "10.0.0.9" ? "arn:t" : address == "172.17.0.3" ? "arn:b" : "";
  }
  std::string task_of_credentials(std::string_view id) const override { return id == "c1" ? "arn:t" : ""; }
  Async<ProtectionAnswer> protection(std::string task_arn, std::optional<ProtectionWish> wish) override {
    ProtectionAnswer answer;
    JsonObject shown{{"taskArn", task_arn}, {"protectionEnabled", wish && wish->enabled}};
    if (wish && wish->minutes) shown["expirationDate"] = 1700000000.5;
    if (refused) {
      answer.status = 400;
      answer.error_code = "ClientException";
      answer.error_message = "no";
    } else if (failed) {
      answer.document = {
          {"failures", JsonArray{JsonObject{{"arn", task_arn}, {"reason", "TASK_NOT_VALID"}}}}};
    } else {
      answer.document = {{"protectedTasks", JsonArray{std::move(shown)}}};
    }
    co_return answer;
  }
  bool refused = false, failed = false;

  Async<std::optional<EndpointStats>> stats(std::string docker_id) override {
    if (docker_id != "d1") co_return std::nullopt;
    co_return EndpointStats{R"({"a":1})", {}, {}};
  }
  std::optional<RoleCredentials> find_credentials(std::string_view id) const override {
    if (id != "c1") return {};
    return RoleCredentials{"arn:r", "AK", "SK", "TOK", "never"};
  }
};

class StoppedClock final : public runtime::Clock {
 public:
  MonotonicTime monotonic() const override { return {1}; }
  WallTime wall() const override { return {1}; }
};

class TaskServerTest : public testing::Test {
 protected:
  TaskServerTest() { io_.start(); }
  ~TaskServerTest() override { io_.stop(); }
  runtime::HttpResponse get(std::string target, std::string address = "127.0.0.1") {
    const runtime::HttpRequest request{"GET", std::move(target), {}, {}};
    const runtime::Peer peer{std::move(address), false, {}};
    return runtime::block_on(io_.executor(0), handler_.handle(request, peer));
  }

  runtime::HttpResponse put(std::string target, std::string body) {
    const runtime::HttpRequest request{"PUT", std::move(target), {}, std::move(body)};
    return runtime::block_on(io_.executor(0), handler_.handle(request, {"172.17.0.3", false, ""}));
  }

  runtime::IoThreads io_{1};
  PretendedAgent agent_;
  StoppedClock clock_;
  TaskServerHandler handler_{agent_, agent_, clock_, {}, &agent_};
};

TEST_F(TaskServerTest, CredentialsOfBothVersions) {
  EXPECT_THAT(get("/v2/credentials/c1").body, StartsWith(R"({"RoleArn":"arn:r")"));
  EXPECT_THAT(get("/v1/credentials?id=c1").body, StartsWith(R"({"RoleArn":"arn:r")"));
  EXPECT_EQ(get("/v2/credentials/nosuch").status, 400);
  EXPECT_THAT(get("/v1/credentials").body, HasSubstr("NoIdInRequest"));
}

TEST_F(TaskServerTest, RequestsForCredentialsAreAudited) {
  std::vector<std::string> lines;
  TaskServerHandler audited(agent_, agent_, clock_,
                            [&](const AuditEntry& entry) { lines.push_back(render_audit_line(entry)); });
  const auto ask = [&](const std::string& target, const std::string& agent) {
    const runtime::HttpRequest request{"GET", target, {{"User-Agent", agent}}, {}};
    (void)runtime::block_on(io_.executor(0), audited.handle(request, {"172.17.0.2", false, ""}));
  };
  ask("/v2/credentials/c1", "aws-cli/2");
  ask("/v2/credentials/nosuch", "evil\"\n1970 200");
  ask("/v4/e1", "curl");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], HasSubstr(R"( 200 172.17.0.2 "/v2/credentials" "aws-cli/2" )"));
  EXPECT_THAT(lines[0], HasSubstr(" GetCredentials 1 "));
  EXPECT_THAT(lines[0], HasSubstr("arn:ci"));
  EXPECT_THAT(lines[0], testing::Not(HasSubstr("c1")));
  EXPECT_THAT(lines[1], HasSubstr(R"( 400 172.17.0.2 "/v2/credentials" "evil__1970 200" - )"));
}

TEST_F(TaskServerTest, MetadataByTheIdInThePath) {
  EXPECT_THAT(get("/v4/e1").body, StartsWith(R"({"DockerId":"d1")"));
  EXPECT_THAT(get("/v3/e2").body, StartsWith(R"({"DockerId":"d2")"));
  EXPECT_THAT(get("/v4/e1/task").body, HasSubstr(R"("TaskARN":"arn:t")"));
  EXPECT_THAT(get("/v4/e1/task").body, testing::Not(HasSubstr("TaskTags")));
  EXPECT_THAT(get("/v4/e1/taskWithTags").body, HasSubstr(R"("TaskTags":{"k":"v"})"));
  EXPECT_EQ(get("/v4/e1/stats").body, R"({"a":1})");
  EXPECT_EQ(get("/v4/e2/stats").status, 500);
  EXPECT_EQ(get("/v4/e1/task/stats").body, R"({"d1":{"a":1},"d2":null})");
  EXPECT_EQ(get("/v4/nosuch").status, 404);
  EXPECT_EQ(get("/v3/nosuch").status, 400);
  EXPECT_EQ(get("/v4").status, 404);
  EXPECT_EQ(get("/v4/e1/nosuch").status, 404);
}

TEST_F(TaskServerTest, MetadataByTheCallersAddress) {
  EXPECT_THAT(get("/v2/metadata", "10.0.0.9").body, HasSubstr(R"("TaskARN":"arn:t")"));
  EXPECT_THAT(get("/v2/metadata/d2", "10.0.0.9").body, StartsWith(R"({"DockerId":"d2")"));
  EXPECT_EQ(get("/v2/stats/d1", "10.0.0.9").body, R"({"a":1})");
  EXPECT_THAT(get("/v2/metadata", "172.17.0.3").body, HasSubstr(R"("TaskARN":"arn:b")"));
  EXPECT_EQ(get("/v2/metadata", "172.17.0.4").status, 400) << "the address of a container that is no more";
  EXPECT_EQ(get("/v2/metadata/d1", "172.17.0.3").status, 400) << "another task's container";
  const auto stranger = get("/v2/metadata");
  EXPECT_EQ(stranger.status, 400);
  EXPECT_EQ(stranger.body,
            R"("Unable to get task arn from request: unable to associate '127.0.0.1' with task")");
}

TEST_F(TaskServerTest, ATaskProtectsItself) {
  const std::string path = "/api/e1/task-protection/v1/state";
  EXPECT_EQ(put(path, R"({"ProtectionEnabled":true,"ExpiresInMinutes":60})").body,
            R"({"protection":{"TaskArn":"arn:t","ProtectionEnabled":true,)"
            R"("ExpirationDate":"2023-11-14T22:13:20.500Z"}})");
  EXPECT_EQ(get(path).body, R"({"protection":{"TaskArn":"arn:t","ProtectionEnabled":false}})");
  agent_.failed = true;
  EXPECT_EQ(get(path).body, R"({"failure":{"Arn":"arn:t","Reason":"TASK_NOT_VALID"}})");
  agent_.refused = true;
  EXPECT_EQ(get(path).status, 400);
  EXPECT_EQ(get(path).body, R"({"error":{"Arn":"arn:t","Code":"ClientException","Message":"no"}})");
}

TEST_F(TaskServerTest, WishesForProtectionThatMakeNoSense) {
  const std::string path = "/api/e1/task-protection/v1/state";
  EXPECT_THAT(put(path, "yes").body, HasSubstr("must be a JSON object"));
  EXPECT_THAT(put(path, "{}").body, HasSubstr("ProtectionEnabled"));
  const auto refused = put(path, R"({"ProtectionEnabled":true,"ExpiresInMinutes":"x"})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr("ExpiresInMinutes"));
  EXPECT_EQ(get("/api/nosuch/task-protection/v1/state").status, 404);
}

TEST_F(TaskServerTest, TooManyRequestsAreRefused) {
  for (int i = 0; i < 60; ++i) ASSERT_EQ(get("/v4/e1").status, 200);
  EXPECT_EQ(get("/v4/e1").status, 429);
}

TEST_F(TaskServerTest, ATaskThatAsksTooMuchTakesNothingFromOthers) {
  for (int i = 0; i < 70; ++i) get("/v4/e1");
  EXPECT_EQ(get("/v4/e2").status, 429) << "of the same task";
  EXPECT_EQ(get("/v2/credentials/c1").status, 429);
  EXPECT_EQ(get("/v2/metadata", "10.0.0.9").status, 429);
  EXPECT_EQ(get("/v2/metadata", "172.17.0.3").status, 200) << "of another task";
  for (int i = 0; i < 70; ++i) get("/v4/guess" + std::to_string(i), "172.17.0.66");
  EXPECT_EQ(get("/v4/nosuch", "172.17.0.66").status, 429) << "ids that are nobody's count by address";
  EXPECT_EQ(get("/v4/nosuch", "172.17.0.67").status, 404);
}

TEST_F(TaskServerTest, IntrospectionIsServed) {
  IntrospectionHandler introspection(agent_, "licence");
  const runtime::HttpRequest request{"GET", "/v1/metadata", {}, {}};
  const auto answer = runtime::block_on(io_.executor(0), introspection.handle(request, {}));
  EXPECT_THAT(answer.body, HasSubstr("arn:ci"));
}

}  // namespace
}  // namespace berth::agent::endpoints
