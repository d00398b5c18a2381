// Goal: an agent whose clock is wrong signs with the control plane's time, for calls, handshakes and after a
// refusal at once; nonsense changes nothing. Method: a pretended control plane with a clock of its own, that
// refuses what is signed with another time.
#include "agent/session/server_clock.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "agent/session/ecs_api.h"
#include "runtime/sim/sim_world.h"

namespace berth::agent::session {
namespace {

using namespace std::chrono_literals;

class SetClock final : public runtime::Clock {
 public:
  MonotonicTime monotonic() const override { return {0}; }
  WallTime wall() const override { return at; }
  WallTime at{1795217651000};  // Fri, 20 Nov 2026 23:34:11 GMT
};

TEST(ServerClock, FollowsWhatIsFarOff) {
  SetClock clock;
  ServerClock server(clock);
  EXPECT_TRUE(server.learn("Sat, 21 Nov 2026 00:34:11 GMT"));
  EXPECT_EQ(server.now(), clock.at + 1h);
  clock.at = clock.at + 5min;
  EXPECT_FALSE(server.learn("Sat, 21 Nov 2026 00:39:10 GMT")) << "what is known already changes nothing";
  EXPECT_EQ(server.now(), clock.at + 1h);
}

TEST(ServerClock, IsThisHostsAgainWhenThatIsRight) {
  SetClock clock;
  ServerClock server(clock);
  ASSERT_TRUE(server.learn("Fri, 20 Nov 2026 20:34:11 GMT"));
  clock.at = clock.at - 3h;
  EXPECT_TRUE(server.learn("Fri, 20 Nov 2026 20:34:11 GMT"));
  EXPECT_EQ(server.now(), clock.at);
}

TEST(ServerClock, LeavesSmallDifferencesAndNonsenseAlone) {
  SetClock clock;
  ServerClock server(clock);
  EXPECT_FALSE(server.learn("Fri, 20 Nov 2026 23:35:00 GMT"));
  EXPECT_FALSE(server.learn(""));
  EXPECT_FALSE(server.learn("yesterday"));
  EXPECT_FALSE(server.learn("Fri, 20 Nov 2099 23:34:11 GMT")) << "more than a year is not believed";
  EXPECT_EQ(server.now(), clock.at);
}

/// Refuses what is not signed with its own date.
class StrictPlane final : public runtime::HttpCaller {
 public:
  Async<Result<runtime::HttpResponse>> call(runtime::HttpRequest request, Duration) override {
    dates.emplace_back(runtime::find_header(request.headers, "X-Amz-Date"));
    runtime::HttpResponse response;
    response.headers.push_back({"Date", "Fri, 20 Nov 2026 23:34:11 GMT"});
    response.body = "{}";
    if (!dates.back().starts_with("20261120T2334")) {
      response.status = 400;
      response.body = R"({"__type":"InvalidSignatureException","message":"Signature expired: …"})";
    }
    co_return response;
  }
  std::vector<std::string> dates;
};

TEST(ServerClock, ARefusedCallIsMadeAgainWithTheControlPlanesTime) {
  runtime::SimWorld world{1};
  runtime::SimNode& node = world.add_node("host");
  StrictPlane plane;
  EcsApi api(*make_endpoint("http://plane:1", "us-east-1", {"AK", "secret", ""}), plane, node.runtime());
  const auto outcome = world.run(node, api.call("ListClusters", "{}"));
  EXPECT_TRUE(std::holds_alternative<JsonObject>(outcome));
  EXPECT_EQ(plane.dates.size(), 2U);
  const auto handshake = signed_handshake(api.endpoint(), "/ws?x=1", api.signing_time(), api.signing_keys());
  EXPECT_TRUE(runtime::find_header(handshake.headers, "X-Amz-Date").starts_with("20261120T2334"));
}

}  // namespace
}  // namespace berth::agent::session
