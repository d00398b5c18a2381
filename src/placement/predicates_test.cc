// Goal: each predicate rejects exactly what it should, with its reason, and fits() agrees with
// rejections_of(). Method: one instance, one obstacle at a time.
#include "placement/predicates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "placement/test_world.h"

namespace berth::placement {
namespace {

using testing::ElementsAre;

class PredicatesTest : public testing::Test {
 protected:
  PredicatesTest() { world_.add(test::instance("one")); }
  InstanceView& view() { return world_.view(0); }
  std::vector<ReasonCode> reasons(const PlacementRequest& request, std::int64_t planned = 0) {
    Candidate candidate{world_, 0, planned};
    std::vector<ReasonCode> codes;
    for (const Rejection& rejection : rejections_of(candidate, request)) {
      EXPECT_FALSE(rejection.detail.empty());
      EXPECT_FALSE(rejection.remedy.empty());
      codes.push_back(rejection.code);
    }
    EXPECT_EQ(codes.empty(), fits(candidate, request));
    return codes;
  }
  VectorSnapshot world_;
};

TEST_F(PredicatesTest, StatusAndAgent) {
  EXPECT_THAT(reasons(test::request(1)), ElementsAre());
  view().status = InstanceStatus::draining;
  EXPECT_THAT(reasons(test::request(1)), ElementsAre(ReasonCode::draining));
  for (auto status : {InstanceStatus::registering, InstanceStatus::deregistering, InstanceStatus::inactive,
                      InstanceStatus::registration_failed}) {
    view().status = status;
    EXPECT_THAT(reasons(test::request(1)), ElementsAre(ReasonCode::inactive));
  }
  view().status = InstanceStatus::active;
  view().agent_connected = false;
  view().agent_awaited = true;
  EXPECT_THAT(reasons(test::request(1)), ElementsAre()) << "expected back";
  view().agent_awaited = false;
  EXPECT_THAT(reasons(test::request(1)), ElementsAre(ReasonCode::agent));
}

TEST_F(PredicatesTest, CpuAndMemoryUpToTheLastUnit) {
  EXPECT_THAT(reasons(test::request(1, 1024, 2048)), ElementsAre());
  EXPECT_THAT(reasons(test::request(1, 1025, 2048)), ElementsAre(ReasonCode::cpu));
  EXPECT_THAT(reasons(test::request(1, 1024, 2049)), ElementsAre(ReasonCode::memory));
  EXPECT_THAT(reasons(test::request(1, 1025, 2049)), ElementsAre(ReasonCode::cpu, ReasonCode::memory));
  EXPECT_THAT(reasons(test::request(1, 512, 100), 1), ElementsAre());
  EXPECT_THAT(reasons(test::request(1, 512, 100), 2), ElementsAre(ReasonCode::cpu));
}

TEST_F(PredicatesTest, NothingAskedFitsAnOvercommittedInstance) {
  view().remaining_cpu = -5;
  EXPECT_THAT(reasons(test::request(1, 0, 1)), ElementsAre());
  EXPECT_THAT(reasons(test::request(1, 1, 1)), ElementsAre(ReasonCode::cpu));
}

TEST_F(PredicatesTest, Ports) {
  view().used_tcp = {22, 80};
  auto request = test::request(1);
  request.resources.host_ports = {{80, Protocol::udp}};
  EXPECT_THAT(reasons(request), ElementsAre());
  EXPECT_THAT(reasons(request, 1), ElementsAre(ReasonCode::ports)) << "a planned task holds the port";
  request.resources.host_ports = {{80, Protocol::tcp}, {22, Protocol::tcp}, {81, Protocol::tcp}};
  EXPECT_THAT(reasons(request), ElementsAre(ReasonCode::ports));
  EXPECT_THAT(check_instance(world_, 0, request).front().names, ElementsAre("80/tcp", "22/tcp"));
}

TEST_F(PredicatesTest, ReservedPortsHaveALimit) {
  view().used_tcp = {22, 2375, 2376, 51678};
  auto request = test::request(1);
  request.reserved_ports_max = 6;
  request.resources.host_ports = {{1, Protocol::tcp}, {2, Protocol::tcp}};
  EXPECT_THAT(reasons(request), ElementsAre());
  request.resources.host_ports.push_back({3, Protocol::udp});
  EXPECT_THAT(reasons(request), ElementsAre(ReasonCode::ports));
}

TEST_F(PredicatesTest, PortRangesNeedARunOfFreePorts) {
  view().dynamic_port_first = 100;
  view().dynamic_port_last = 109;
  view().used_tcp = {104};
  auto request = test::request(1);
  request.resources.port_ranges = {{1, 5, Protocol::tcp}};
  EXPECT_THAT(reasons(request), ElementsAre());
  EXPECT_THAT(reasons(request, 1), ElementsAre(ReasonCode::ports)) << "only 105-109 has five in a row";
  request.resources.port_ranges = {{1, 6, Protocol::tcp}};
  EXPECT_THAT(reasons(request), ElementsAre(ReasonCode::ports));
}

TEST_F(PredicatesTest, RequiredAttributes) {
  view().attributes = {{"arch", "arm64"}};
  auto request = test::request(1);
  request.attributes = {{"arch", std::nullopt}, {"arch", "arm64"}};
  EXPECT_THAT(reasons(request), ElementsAre());
  request.attributes = {{"arch", "x86_64"}, {"gmsa", std::nullopt}};
  EXPECT_THAT(reasons(request), ElementsAre(ReasonCode::attribute));
  EXPECT_THAT(check_instance(world_, 0, request).front().names, ElementsAre("arch=x86_64", "gmsa"));
}

TEST_F(PredicatesTest, AnInstanceThatTellsOfNoCapabilityIsAskedForNone) {
  auto request = test::request(1);
  request.attributes = {{"com.amazonaws.ecs.capability.logging-driver.json-file", std::nullopt}};
  view().attributes = {{"arch", "arm64"}};
  EXPECT_THAT(reasons(request), ElementsAre());
  view().attributes = {{"ecs.capability.execution-role-ecr-pull", ""}};
  EXPECT_THAT(reasons(request), ElementsAre(ReasonCode::attribute));
}

TEST_F(PredicatesTest, ConstraintsSeePlannedTasks) {
  auto request = test::request(1);
  request.constraints = test::constraints({{"distinctInstance", ""}});
  EXPECT_THAT(reasons(request), ElementsAre());
  EXPECT_THAT(reasons(request, 1), ElementsAre(ReasonCode::distinct_instance));
  request.constraints = test::constraints({{"memberOf", "runningTasksCount < 2"}});
  EXPECT_THAT(reasons(request, 1), ElementsAre());
  EXPECT_THAT(reasons(request, 2), ElementsAre(ReasonCode::member_of));
  request.constraints = test::constraints({{"memberOf", "task:group !~ service:.*"}});
  EXPECT_THAT(reasons(request, 1), ElementsAre(ReasonCode::member_of));
}

TEST_F(PredicatesTest, ReasonsComeInOrder) {
  view().agent_connected = false;
  view().used_tcp = {80};
  auto request = test::request(1, 9999, 9999);
  request.resources.host_ports = {{80, Protocol::tcp}};
  request.attributes = {{"none", std::nullopt}};
  request.constraints = test::constraints({{"memberOf", "attribute:none exists"}});
  EXPECT_THAT(reasons(request), ElementsAre(ReasonCode::agent, ReasonCode::attribute, ReasonCode::member_of,
                                            ReasonCode::cpu, ReasonCode::memory, ReasonCode::ports));
}

}  // namespace
}  // namespace berth::placement
