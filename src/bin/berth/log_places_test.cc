// Goal: `berth logs` looks where the agent has put a container's output. Method: answers of the API by hand.
#include "bin/berth/log_places.h"

#include <gtest/gtest.h>

namespace berth::cli {
namespace {

TEST(LogPlaces, AreThoseOfTheDefinitionOrBerthsOwnGroup) {
  const auto task = parse_json(R"({"taskArn":"arn:aws:ecs:us-east-1:1:task/prod/0123456789abcdef",
    "clusterArn":"arn:aws:ecs:us-east-1:1:cluster/prod","containers":[{"name":"bare","runtimeId":"d0c"}]})");
  const auto definition = parse_json(R"({"containerDefinitions":[
    {"name":"web","logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/a","awslogs-region":"eu-west-1",
      "awslogs-stream-prefix":"p"}}},
    {"name":"bare","logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/a"}}},
    {"name":"plain"},
    {"name":"other","logConfiguration":{"logDriver":"syslog"}}]})");
  const auto places = find_log_places(task->get_object(), definition->get_object(), "us-east-1");
  ASSERT_EQ(places.size(), 4U);
  EXPECT_EQ(places[0].region + " " + places[0].group + " " + places[0].stream,
            "eu-west-1 /a p/web/0123456789abcdef");
  EXPECT_EQ(places[0].container, "web");
  EXPECT_EQ(places[1].region + " " + places[1].stream, "us-east-1 d0c");
  EXPECT_EQ(places[2].group + " " + places[2].stream, "/berth/containers prod/0123456789abcdef/plain");
  EXPECT_EQ(places[3].other_driver, "syslog");
}

}  // namespace
}  // namespace berth::cli
