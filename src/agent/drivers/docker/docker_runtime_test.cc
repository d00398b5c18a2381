// Goal: requests have the form that Docker wants, and every way in which a call can end becomes the right
// result. Method: a pretended engine that records requests and answers as told.
#include "agent/drivers/docker/docker_runtime.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "runtime/real/io_threads.h"
#include "runtime/real/real_runtime.h"
#include "runtime/sync.h"

namespace berth::agent::drivers::docker {
namespace {
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kVersion = R"({"ApiVersion":"1.50","MinAPIVersion":"1.24","Version":"28"})";

/// What happens behind the connection. Used on one thread only, while the test waits.
struct Script {
  std::vector<runtime::HttpRequest> requests;
  std::deque<Result<runtime::HttpResponse>> answers;
  int stream_status = 200;
  std::vector<std::string> pieces;
  enum class End { orderly, broken, silent };
  End end = End::orderly;
  bool silent_from_the_start = false;
};

Async<void> wait_forever() {
  runtime::Promise<int> never;
  co_await never.wait();
}

class PretendedCaller final : public runtime::HttpCaller {
 public:
  explicit PretendedCaller(Script& script) : script_(script) {}
  Async<Result<runtime::HttpResponse>> call(runtime::HttpRequest request, Duration) override {
    if (request.target == "/version") co_return runtime::HttpResponse{200, {}, std::string(kVersion)};
    script_.requests.push_back(std::move(request));
    if (script_.answers.empty()) co_return runtime::HttpResponse{204, {}, ""};
    auto answer = std::move(script_.answers.front());
    script_.answers.pop_front();
    co_return answer;
  }

 private:
  Script& script_;
};

class PretendedBody final : public http::BodyStream {
 public:
  explicit PretendedBody(Script& script) : script_(script) {}
  Async<Result<std::optional<std::string>>> next() override {
    if (next_ < script_.pieces.size()) co_return std::optional(script_.pieces[next_++]);
    if (script_.end == Script::End::broken) co_return unavailable("connection reset");
    if (script_.end == Script::End::silent) co_await wait_forever();
    co_return std::optional<std::string>();
  }

 private:
  Script& script_;
  std::size_t next_ = 0;
};

class PretendedStreams final : public http::StreamClient {
 public:
  explicit PretendedStreams(Script& script) : script_(script) {}
  Async<Result<http::StreamedResponse>> open_stream(runtime::HttpRequest request, Duration) override {
    script_.requests.push_back(std::move(request));
    if (script_.silent_from_the_start) co_await wait_forever();
    http::StreamedResponse response;
    response.status = script_.stream_status;
    response.body = std::make_unique<PretendedBody>(script_);
    co_return response;
  }

 private:
  Script& script_;
};

class DockerRuntimeTest : public testing::Test {
 protected:
  DockerRuntimeTest() {
    io_.start();
    DockerTimeouts timeouts;
    timeouts.pull_begin = std::chrono::milliseconds(20);
    timeouts.pull_inactivity = std::chrono::milliseconds(20);
    docker_ = std::make_unique<DockerRuntime>(
        std::make_unique<DockerClient>("unix:///d", std::make_unique<PretendedCaller>(script_),
                                       std::make_unique<PretendedStreams>(script_), runtime_),
        timeouts);
  }
  ~DockerRuntimeTest() override { io_.stop(); }

  template <class T>
  T run(Async<T> work) {
    return runtime::block_on(io_.executor(0), std::move(work));
  }
  void answer(int status, std::string body = {}) {
    script_.answers.emplace_back(runtime::HttpResponse{status, {}, std::move(body)});
  }
  std::string last() const { return script_.requests.back().method + " " + script_.requests.back().target; }

  Script script_;
  runtime::IoThreads io_{1};
  runtime::RealRuntime runtime_{io_.executor(0)};
  std::unique_ptr<DockerRuntime> docker_;
};

TEST_F(DockerRuntimeTest, CreatesWithBodyAndName) {
  answer(201, R"({"Id":"abc","Warnings":null})");
  const auto id = run(docker_->create({"ecs-a-1-b", {{"Image", "busybox"}}}));
  ASSERT_TRUE(id.ok()) << id.error().text;
  EXPECT_EQ(*id, "abc");
  EXPECT_EQ(last(), "POST /v1.41/containers/create?name=ecs-a-1-b");
  EXPECT_EQ(script_.requests.back().body, R"({"Image":"busybox"})");
  EXPECT_EQ(runtime::find_header(script_.requests.back().headers, "content-type"), "application/json");
}

TEST_F(DockerRuntimeTest, CreateErrorsHaveTheirName) {
  answer(409, R"({"message":"Conflict. The container name is in use"})");
  const auto id = run(docker_->create({"a", {}}));
  ASSERT_FALSE(id.ok());
  EXPECT_EQ(id.error(),
            (engine::DriverError{"CannotCreateContainerError",
                                 "Error response from daemon: Conflict. The container name is in use"}));
  script_.answers.emplace_back(Error{ErrorCode::timeout, "t", Retry::no});
  EXPECT_EQ(run(docker_->create({"a", {}})).error().text,
            "Could not transition to created; timed out after waiting 4m0s");
  answer(201, "[]");
  EXPECT_EQ(run(docker_->create({"a", {}})).error().name, "CannotCreateContainerError");
}

TEST_F(DockerRuntimeTest, WhatIsSoAlreadyIsSuccess) {
  answer(304);
  EXPECT_TRUE(run(docker_->start("a")).ok());
  answer(304);
  EXPECT_TRUE(run(docker_->stop("a", std::chrono::milliseconds(1500))).ok());
  EXPECT_EQ(last(), "POST /v1.41/containers/a/stop?t=2") << "grace is rounded up";
  answer(404);
  EXPECT_TRUE(run(docker_->stop("a", {})).ok());
  answer(404);
  EXPECT_TRUE(run(docker_->remove("a", DockerRuntime::Force::yes)).ok());
  EXPECT_EQ(last(), "DELETE /v1.41/containers/a?v=1&force=1");
  answer(409, R"({"message":"removal of container a is already in progress"})");
  EXPECT_TRUE(run(docker_->remove("a", DockerRuntime::Force::no)).ok());
  answer(409, R"({"message":"You cannot remove a running container"})");
  EXPECT_EQ(run(docker_->remove("a", DockerRuntime::Force::no)).error().name, "CannotRemoveContainerError");
  answer(404);
  EXPECT_TRUE(run(docker_->remove_image("a")).ok());
  answer(404);
  EXPECT_TRUE(run(docker_->remove_volume("a")).ok());
}

TEST_F(DockerRuntimeTest, AMissingContainerIsMarked) {
  answer(404, R"({"message":"No such container: a"})");
  const auto info = run(docker_->inspect("a"));
  ASSERT_FALSE(info.ok());
  EXPECT_TRUE(info.error().missing);
  EXPECT_EQ(info.error().name, "CannotInspectContainerError");
}

TEST_F(DockerRuntimeTest, StopMayTakeItsGraceAndTwoMinutes) {
  script_.answers.emplace_back(Error{ErrorCode::timeout, "t", Retry::no});
  EXPECT_EQ(run(docker_->stop("a", std::chrono::seconds(30))).error().text,
            "Could not transition to stopped; timed out after waiting 2m30s");
}

TEST_F(DockerRuntimeTest, ListFiltersByLabel) {
  answer(200, "[]");
  EXPECT_TRUE(run(docker_->list("k=v")).ok());
  EXPECT_EQ(last(), "GET /v1.41/containers/json?all=1&filters=%7B%22label%22%3A%5B%22k%3Dv%22%5D%7D");
}

TEST_F(DockerRuntimeTest, PullReportsProgress) {
  script_.pieces = {"{\"status\":\"Pulling\",\"id\":\"l", "1\"}\r\n{\"status\":\"Done\"}"};
  std::vector<std::string> seen;
  const auto done =
      run(docker_->pull("r.example:5000/a/b", engine::RegistryAuth{"u", "p", "", "", "r"},
                        [&](const engine::PullProgress& p) { seen.push_back(p.layer + p.message); }));
  EXPECT_TRUE(done.ok());
  EXPECT_THAT(seen, ElementsAre("l1Pulling", "Done"));
  EXPECT_EQ(last(), "POST /v1.41/images/create?fromImage=r.example%3A5000%2Fa%2Fb&tag=latest");
  EXPECT_NE(runtime::find_header(script_.requests.back().headers, "X-Registry-Auth"), "");
  ASSERT_TRUE(run(docker_->pull("a:1@sha256:00", {}, {})).ok());
  EXPECT_THAT(last(), HasSubstr("fromImage=a&tag=sha256%3A00"));
}

TEST_F(DockerRuntimeTest, PullFailsByItsStream) {
  script_.pieces = {
      "{\"status\":\"Pulling\"}\n{\"errorDetail\":{\"message\":\"denied\"},\"error\":\"denied\"}\n"};
  EXPECT_EQ(run(docker_->pull("a", {}, {})).error(),
            (engine::DriverError{"CannotPullContainerError", "denied"}));
  script_.pieces.clear();
  script_.end = Script::End::broken;
  EXPECT_EQ(run(docker_->pull("a", {}, {})).error().name, "CannotPullContainerError");
}

TEST_F(DockerRuntimeTest, PullFailsByItsStatus) {
  script_.stream_status = 500;
  script_.pieces = {R"({"message":"Get \"https://r/v2/\": dial tcp: lookup r: no such host"})"};
  const auto done = run(docker_->pull("r.x/a", {}, {}));
  ASSERT_FALSE(done.ok());
  EXPECT_TRUE(done.error().unreachable);
  EXPECT_EQ(done.error().text,
            "Error response from daemon: Get \"https://r/v2/\": dial tcp: lookup r: no such host");
}

TEST_F(DockerRuntimeTest, PullGivesUpOnSilence) {
  script_.pieces = {"{\"status\":\"Pulling\"}\n"};
  script_.end = Script::End::silent;
  EXPECT_EQ(run(docker_->pull("a", {}, {})).error(),
            (engine::DriverError{"DockerTimeoutError",
                                 "Could not transition to pulled; timed out after waiting 20ms"}));
  script_.silent_from_the_start = true;
  const auto done = run(docker_->pull("a", {}, {}));
  EXPECT_EQ(done.error().text, "Could not transition to pullBegin; timed out after waiting 20ms");
  EXPECT_TRUE(done.error().unreachable);
}

TEST_F(DockerRuntimeTest, EventsComeOneByOneUntilTheStreamEnds) {
  script_.pieces = {
      "{\"Type\":\"container\",\"Action\":\"start\",\"Actor\":{\"ID\":\"1\"}}\n{\"Type\":\"volume\"}\n{\"Ty",
      "pe\":\"container\",\"Action\":\"die\",\"Actor\":{\"ID\":\"1\"}}\n"};
  auto events = run(docker_->events(WallTime{1500}));
  ASSERT_TRUE(events.ok());
  EXPECT_THAT(last(), HasSubstr("&since=1.500000000"));
  EXPECT_EQ(run((*events)->next())->kind, engine::ContainerEvent::Kind::started);
  EXPECT_EQ(run((*events)->next())->kind, engine::ContainerEvent::Kind::died);
  EXPECT_FALSE(run((*events)->next()).ok());
}

TEST_F(DockerRuntimeTest, AVolumeWithOtherOptionsIsNotTaken) {
  answer(201, R"({"Name":"v","Driver":"local","Options":{"type":"tmpfs"}})");
  EXPECT_EQ(run(docker_->create_volume({"v", "local", {}, {}})).error().name, "CannotCreateVolumeError");
  answer(201, R"({"Name":"v","Driver":"local","Options":null})");
  EXPECT_TRUE(run(docker_->create_volume({"v", "local", {}, {}})).ok());
}

TEST_F(DockerRuntimeTest, ImportFailsByItsStream) {
  answer(200, "{\"status\":\"sha256:1\"}\n");
  EXPECT_TRUE(run(docker_->import_image("scratch:autogenerated", "tar")).ok());
  EXPECT_EQ(last(), "POST /v1.41/images/create?fromSrc=-&repo=scratch&tag=autogenerated");
  answer(200, "{\"error\":\"no space\"}\n");
  EXPECT_EQ(run(docker_->import_image("s", "tar")).error().text, "no space");
}

}  // namespace
}  // namespace berth::agent::drivers::docker
