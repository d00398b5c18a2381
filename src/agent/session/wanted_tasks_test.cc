// Goal: what the control plane wants to run is told from what is over or unknown, however many tasks are
// asked for. Method: a pretended control plane that knows some tasks.
#include "agent/session/wanted_tasks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/sim/sim_world.h"

namespace berth::agent::session {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class KnowingPlane final : public runtime::HttpCaller {
 public:
  Async<Result<runtime::HttpResponse>> call(runtime::HttpRequest request, Duration) override {
    requests.push_back(request.body);
    runtime::HttpResponse response;
    response.status = status;
    response.body = body;
    co_return response;
  }
  std::vector<std::string> requests;
  int status = 200;
  std::string body = R"({"tasks":[
      {"taskArn":"runs","desiredStatus":"RUNNING","lastStatus":"RUNNING"},
      {"taskArn":"starts","desiredStatus":"RUNNING","lastStatus":"PENDING"},
      {"taskArn":"stops","desiredStatus":"STOPPED","lastStatus":"RUNNING"},
      {"taskArn":"ended","desiredStatus":"STOPPED","lastStatus":"STOPPED"}],
      "failures":[{"arn":"unknown","reason":"MISSING"}]})";
};

class WantedTasks : public testing::Test {
 protected:
  Result<std::set<std::string>> find(std::vector<std::string> arns) {
    return world_.run(node_, find_wanted_tasks(api_, "web", std::move(arns)));
  }
  runtime::SimWorld world_{1};
  runtime::SimNode& node_ = world_.add_node("host");
  KnowingPlane plane_;
  EcsApi api_{*make_endpoint("http://plane:1", "us-east-1", {"AK", "secret", ""}), plane_, node_.runtime()};
};

TEST_F(WantedTasks, AreThoseThatAreNeitherOverNorUnknown) {
  EXPECT_THAT(*find({"ended", "runs", "starts", "stops", "unknown"}), ElementsAre("runs", "starts"));
  EXPECT_THAT(plane_.requests, ElementsAre(HasSubstr(R"("cluster":"web")")));
}

TEST_F(WantedTasks, AreAskedForAHundredAtATime) {
  ASSERT_TRUE(find(std::vector<std::string>(201, "runs")).ok());
  EXPECT_EQ(plane_.requests.size(), 3U);
}

TEST_F(WantedTasks, AreNotKnownWhenTheControlPlaneRefuses) {
  plane_.status = 400;
  plane_.body = R"({"__type":"AccessDeniedException","message":"no"})";
  EXPECT_THAT(find({"runs"}).error().message, HasSubstr("AccessDeniedException"));
}

}  // namespace
}  // namespace berth::agent::session
