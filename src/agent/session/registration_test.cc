// Goal: an agent that cannot register tries again soon however long it has been trying, and stops only where
// trying is of no use. Method: a pretended control plane on virtual time that is away for a while.
#include "agent/session/registration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/sim/sim_world.h"

namespace berth::agent::session {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class AwayPlane final : public runtime::HttpCaller {
 public:
  explicit AwayPlane(runtime::Runtime& runtime) : runtime_(runtime) {}
  Async<Result<runtime::HttpResponse>> call(runtime::HttpRequest, Duration) override {
    runtime::HttpResponse response;
    if (runtime_.clock().monotonic() < back) {
      last_failure = runtime_.clock().monotonic();
      co_return unavailable("connect to plane:1: Connection refused");
    }
    response.status = status;
    response.body = body;
    co_return response;
  }
  MonotonicTime back, last_failure;
  int status = 200;
  std::string body = R"({"containerInstance":{"containerInstanceArn":"arn:ci"}})";

 private:
  runtime::Runtime& runtime_;
};

class RegistrationTest : public testing::Test {
 protected:
  RegistrationTest() {
    config_.cluster = "web";
    config_.region = "us-east-1";
    config_.backend_host = "http://plane:1";
    config_.access_key_id = "AK";
    facts_.memory_mib = 1000;
  }
  std::variant<Registered, RegistrationFailure> register_now() {
    return world_.run(node_,
                      register_instance(api_, config_, facts_, "", IfUnknown::give_up, node_.runtime()));
  }

  runtime::SimWorld world_{1};
  runtime::SimNode& node_ = world_.add_node("host");
  AwayPlane plane_{node_.runtime()};
  EcsApi api_{*make_endpoint("http://plane:1", "us-east-1", {"AK", "secret", ""}), plane_, node_.runtime()};
  config::AgentConfig config_;
  HostFacts facts_;
};

TEST_F(RegistrationTest, SucceedsSoonAfterALongAbsence) {
  plane_.back = world_.now() + 11min;
  const auto outcome = register_now();
  ASSERT_TRUE(std::holds_alternative<Registered>(outcome));
  EXPECT_LE(world_.now() - plane_.back, 25s);
}

TEST_F(RegistrationTest, AFailureThatDoesNotPassEnds) {
  plane_.status = 400;
  plane_.body = R"({"__type":"InvalidSignatureException","message":"no"})";
  const auto outcome = register_now();
  const auto* failure = std::get_if<RegistrationFailure>(&outcome);
  ASSERT_NE(failure, nullptr);
  EXPECT_THAT(failure->message, HasSubstr("InvalidSignatureException"));
}

}  // namespace
}  // namespace berth::agent::session
