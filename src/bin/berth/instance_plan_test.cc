// Goal: names, addresses and clean-up lists of `berth up --instances` are right before anything touches the
// machine. Method: the pure functions, on texts as `ip`, `iptables` and the kernel print them.
#include "bin/berth/instance_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace berth::cli {
namespace {

using testing::ElementsAre;

constexpr std::uint32_t kFirst = (10U << 24) | (200U << 16);

TEST(InstancePlan, SurvivesItsRecord) {
  const InstancePlan plan{3, {"us-east-1a", "us-east-1b"}, kFirst + 4096};
  const auto back = parse_plan(render_json(render_plan(plan)));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->count, 3);
  EXPECT_EQ(back->zones, plan.zones);
  EXPECT_EQ(back->block, plan.block);
}

TEST(InstancePlan, RefusesForeignRecords) {
  for (const char* text :
       {"", "{}", "[]", R"({"count":0,"block":"10.0.0.0/20","zones":["a"]})",
        R"({"count":3,"block":"x","zones":["a"]})", R"({"count":3,"block":"10.0.0.0/20","zones":[]})",
        R"({"count":99,"block":"10.0.0.0/20","zones":["a"]})"})
    EXPECT_FALSE(parse_plan(text).ok()) << text;
}

TEST(InstancePlan, CompletesZones) {
  const auto zones = parse_zones("a,b,rack-7", "eu-west-2");
  ASSERT_TRUE(zones.ok());
  EXPECT_THAT(*zones, ElementsAre("eu-west-2a", "eu-west-2b", "rack-7"));
  EXPECT_THAT(*parse_zones("", "us-east-1"), ElementsAre("us-east-1a"));
  EXPECT_FALSE(parse_zones("a,,b", "us-east-1").ok());
  EXPECT_FALSE(parse_zones("a,", "us-east-1").ok());
  EXPECT_FALSE(parse_zones("a b", "us-east-1").ok());
}

TEST(InstancePlan, ChoosesANetworkNobodyUses) {
  const char* const free_machine =
      "default via 192.0.2.1 dev eth0\n172.17.0.0/16 dev docker0 scope link src 172.17.0.1\n";
  EXPECT_EQ(*choose_block(free_machine), kFirst);
  EXPECT_EQ(*choose_block("10.200.0.0/20 dev x\nbroadcast 10.200.16.255 dev y\n"), kFirst + 2 * 4096);
  EXPECT_EQ(*choose_block("10.200.0.0/16 dev vpn\n"), kFirst + (1U << 16))
      << "a wider network covers all of its blocks";
  EXPECT_EQ(*choose_block("inet 10.200.7.1/24 brd 10.200.7.255 scope global x"), kFirst + 4096);
  EXPECT_EQ(*choose_block("0.0.0.0/0 via 10.0.0.1 dev eth0"), kFirst) << "a default route is no clash";
  EXPECT_FALSE(choose_block("10.0.0.0/8 via 192.0.2.9 dev tun0").ok());
}

TEST(InstancePlan, NamesAreDistinctAndFit) {
  const InstanceNames names("/var/lib/berth", "0123", kFirst);
  std::set<std::string> seen;
  for (int instance = 1; instance <= kInstancesMax; ++instance) {
    EXPECT_LE(names.veth(instance).size(), 15U);
    EXPECT_LE(names.docker_socket(instance).size(), 100U);
    for (const auto& text : {names.veth(instance), names.address(instance), names.docker_address(instance),
                             names.instance_id(instance), names.network_namespace(instance)})
      EXPECT_TRUE(seen.insert(text).second) << text;
  }
  EXPECT_LE(names.bridge().size(), 15U);
  EXPECT_EQ(names.bridge_address(), "10.200.0.1");
  EXPECT_EQ(names.address(1), "10.200.0.11");
  EXPECT_EQ(names.docker_address(kInstancesMax), "10.200.15.1/24") << "still within the /20";
  EXPECT_EQ(names.instance_id(1).size(), 19U);
  const InstanceNames other("/srv/berth", "0123", kFirst);
  EXPECT_NE(names.bridge(), other.bridge());
  EXPECT_NE(names.instance_id(1), other.instance_id(1));
}

TEST(InstancePlan, FindsMountsBelow) {
  const char* const mountinfo =
      "27 1 254:0 / / rw - ext4 /dev/vda rw\n"
      "45 27 254:0 /d /data/1/docker rw shared:4 - ext4 /dev/vda rw\n"
      "49 45 0:39 / /data/1/docker/overlay2/x/merged rw - overlay overlay rw\n"
      "50 45 0:39 / /data/1/docker-other rw - overlay overlay rw\n"
      "51 45 0:39 / /data/1/docker/a\\040b rw - tmpfs tmpfs rw\n";
  EXPECT_THAT(mounts_below(mountinfo, "/data/1/docker"),
              ElementsAre("/data/1/docker", "/data/1/docker/a b", "/data/1/docker/overlay2/x/merged"));
}

TEST(InstancePlan, DeletesItsOwnRulesOnly) {
  const char* const rules =
      "-P FORWARD DROP\n-A FORWARD -i berth12345678 -j ACCEPT\n-A FORWARD -i berth123456789 -j ACCEPT\n"
      "-A FORWARD -o docker0 -j DOCKER\n";
  EXPECT_THAT(deletions_of(rules, "berth12345678"),
              ElementsAre(ElementsAre("-D", "FORWARD", "-i", "berth12345678", "-j", "ACCEPT")));
}

}  // namespace
}  // namespace berth::cli
