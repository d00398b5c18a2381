// Goal: a whole cluster of production code comes up and works in the simulator: three agents register, a
// service
//       reaches a steady state, a task runs and stops.
// Method: signed API calls over the simulated network on virtual time; the checkers watch every commit.
#include "sim/cluster/cluster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

namespace berth::sim {
namespace {

using namespace std::chrono_literals;

JsonObject parse(std::string_view text) {
  return parse_json(text).value().get_object();
}

class ClusterTest : public testing::Test {
 protected:
  static ClusterOptions options(std::uint64_t seed, int planes) {
    ClusterOptions options;
    options.seed = seed;
    options.planes = planes;
    return options;
  }
  explicit ClusterTest(std::uint64_t seed = 1, int planes = 1) : cluster_(options(seed, planes)) {
    spdlog::set_level(spdlog::level::off);
  }
  ~ClusterTest() override {
    for (const auto& violation : cluster_.violations().all())
      ADD_FAILURE() << violation.rule << " at " << violation.at_s << " s: " << violation.text;
  }

  JsonObject call(const std::string& operation, std::string_view request) {
    auto& client = cluster_.client(0);
    auto outcome = cluster_.world().run(client.node(), client.call(operation, parse(request)));
    // A control plane may be down: the next try goes to another one.
    for (int i = 0; i < 20 && failure_of(outcome) == "no answer"; ++i)
      outcome = cluster_.world().run(client.node(), client.call(operation, parse(request)));
    EXPECT_EQ(failure_of(outcome), "") << operation;
    const auto* answer = answer_of(outcome);
    return answer ? *answer : JsonObject();
  }
  bool wait(const std::function<bool()>& done, Duration limit = 5min) {
    return cluster_.world().run_until(done, limit);
  }
  void begin() {
    wait([&] { return cluster_.plane(0)->ready(); });
    call("CreateCluster", R"({"clusterName":"default"})");
    EXPECT_TRUE(wait([&] { return cluster_.connected() == 3; }));
    call("RegisterTaskDefinition",
         R"({"family":"web","containerDefinitions":[{"name":"app","image":"app","cpu":100,"memory":128}]})");
  }

  Cluster cluster_;
};

TEST_F(ClusterTest, AServiceBecomesSteadyAndATaskRunsAndStops) {
  begin();
  call("CreateService", R"({"serviceName":"web","taskDefinition":"web","desiredCount":6})");
  EXPECT_TRUE(wait([&] {
    const auto& services = cluster_.ledger().services();
    return !services.empty() && services.begin()->second->steady_since.has_value();
  }));
  EXPECT_EQ(cluster_.containers().running(), 6U);

  const auto answer = call("RunTask", R"({"taskDefinition":"web","count":1})");
  const std::string arn(answer.at("tasks").at(0).at("taskArn").as_string());
  const auto status = [&] { return cluster_.ledger().find_task(arn)->last_status; };
  EXPECT_TRUE(wait([&] { return status() == domain::TaskStatus::running; }));
  EXPECT_EQ(cluster_.containers().running(), 7U);
  call("StopTask", R"({"task":")" + arn + R"("})");
  EXPECT_TRUE(wait([&] { return status() == domain::TaskStatus::stopped; }));
  EXPECT_TRUE(wait([&] { return cluster_.unsettled().empty(); }));
  cluster_.check_views();
}

class SharedClusterTest : public ClusterTest {
 protected:
  SharedClusterTest() : ClusterTest(7, 3) {}
};

TEST_F(SharedClusterTest, ThreeControlPlanesShareOneStore) {
  begin();
  call("CreateService", R"({"serviceName":"web","taskDefinition":"web","desiredCount":6})");
  EXPECT_TRUE(wait([&] { return !cluster_.ledger().services().empty() && cluster_.unsettled().empty(); }));
  EXPECT_EQ(cluster_.containers().running(), 6U);
  cluster_.planes()[1]->kill();
  call("UpdateService", R"({"service":"web","desiredCount":3})");
  cluster_.planes()[1]->restart();
  EXPECT_TRUE(wait([&] { return cluster_.containers().running() == 3 && cluster_.unsettled().empty(); }));
  cluster_.check_views();
}

TEST(ClusterDeterminism, TheSameSeedGivesTheSameTrace) {
  const auto run = [](std::uint64_t seed) {
    ClusterOptions options;
    options.seed = seed;
    Cluster cluster(options);
    cluster.world().run_for(1min);
    return cluster.world().trace_hash();
  };
  EXPECT_EQ(run(5), run(5));
  EXPECT_NE(run(5), run(6));
}

}  // namespace
}  // namespace berth::sim
