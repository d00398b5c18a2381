// Goal: requiresAttributes is what ECS computes. Method: definitions that people have published with the
// attributes that ECS answered, shortened to what brings an attribute.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/testing.h"
#include "model/ecs/codec.h"

namespace berth::domain {
namespace {

using ::testing::ElementsAreArray;

struct Published {
  std::string what;
  std::string json;
  std::vector<std::string> docker;   ///< Minor versions of docker-remote-api.
  std::vector<std::string> amazon;   ///< Of com.amazonaws.ecs.capability.
  std::vector<std::string> further;  ///< Of ecs.capability.
};

std::string family(const std::string& containers, const std::string& rest) {
  return R"({"family":"f","containerDefinitions":[)" + containers + "]" + rest + "}";
}

const std::string kAwslogs =
    R"("logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"g","awslogs-region":"r")";
const std::string kRoles =
    R"(,"taskRoleArn":"arn:aws:iam::1:role/t","executionRoleArn":"arn:aws:iam::1:role/e")";
const std::string kEcr = R"("name":"c","memory":64,"image":"1.dkr.ecr.r.amazonaws.com/app")";

std::vector<Published> images_logs_and_roles() {
  return {
      {"bridge, ECR, awslogs that makes its group, both roles",
       family("{" + kEcr + "," + kAwslogs + R"(,"awslogs-create-group":"true"}}})", kRoles),
       {"19", "29"},
       {"ecr-auth", "logging-driver.awslogs", "task-iam-role"},
       {"execution-role-awslogs", "execution-role-ecr-pull"}},
      {"the same without roles",
       family("{" + kEcr + "," + kAwslogs + R"(,"awslogs-create-group":"true"}}})", ""),
       {"19", "29"},
       {"ecr-auth", "logging-driver.awslogs"},
       {}},
      {"awsvpc, logs that do not block, a soft limit",
       family("{" + kEcr + R"(,"memoryReservation":32,)" + kAwslogs +
                  R"(,"mode":"non-blocking","max-buffer-size":"25m"}}})",
              kRoles + R"(,"networkMode":"awsvpc")"),
       {"18", "19", "21", "28"},
       {"ecr-auth", "logging-driver.awslogs", "task-iam-role"},
       {"execution-role-awslogs", "execution-role-ecr-pull", "task-eni"}},
      {"a task role on the host's network, json-file",
       family(R"({"name":"c","image":"b","memory":64,"logConfiguration":{"logDriver":"json-file"}})",
              R"(,"taskRoleArn":"web","networkMode":"host")"),
       {"18"},
       {"logging-driver.json-file", "task-iam-role-network-host"},
       {}},
  };
}

std::vector<Published> further_members() {
  return {
      {"an image and a size alone", family(R"({"name":"c","image":"busybox","memory":64})", ""), {}, {}, {}},
      {"a task size", family(R"({"name":"c","image":"b"})", R"(,"cpu":"256","memory":"512")"), {}, {}, {}},
      {"a health check with a start period, and one without",
       family(R"({"name":"a","image":"b","memory":64,"healthCheck":{"command":["true"],"startPeriod":10}},)"
              R"({"name":"c","image":"b","memory":64,"healthCheck":{"command":["true"]}})",
              ""),
       {"24", "29"},
       {},
       {"container-health-check"}},
      {"a link, a host name, an order",
       family(R"({"name":"a","image":"b","memory":64,"hostname":"a"},{"name":"c","image":"b","memory":64,)"
              R"("links":["a"],"dependsOn":[{"containerName":"a","condition":"START"}]})",
              ""),
       {"17"},
       {},
       {"container-ordering"}},
      {"privileged on the host's network and namespaces",
       family(R"({"name":"c","image":"b","memory":64,"privileged":true})",
              R"(,"networkMode":"host","pidMode":"host","ipcMode":"host")"),
       {"17", "18"},
       {"privileged-container"},
       {"pid-ipc-namespace-sharing"}},
      {"tmpfs and SELinux",
       family(R"({"name":"c","image":"b","memory":64,"dockerSecurityOptions":["label:a:b"],)"
              R"("linuxParameters":{"tmpfs":[{"containerPath":"/run","size":50}]}})",
              ""),
       {"22"},
       {"selinux"},
       {}},
      {"EFS, and secrets of both kinds",
       family(R"({"name":"c","image":"b","memory":64,"secrets":[{"name":"A","valueFrom":"p"},)"
              R"({"name":"B","valueFrom":"arn:aws:secretsmanager:r:1:secret:s"}]})",
              R"(,"volumes":[{"name":"v","efsVolumeConfiguration":{"fileSystemId":"fs-1"}}])"),
       {"25"},
       {},
       {"efs", "efsAuth", "secrets.asm.environment-variables", "secrets.ssm.environment-variables"}},
  };
}

std::vector<Published> published() {
  auto all = images_logs_and_roles();
  for (auto& one : further_members()) all.push_back(std::move(one));
  return all;
}

TEST(RequiredAttributes, AreThoseOfPublishedDefinitions) {
  for (const auto& one : published()) {
    const auto request = model::decode_json<model::ecs::RegisterTaskDefinitionRequest>(one.json);
    ASSERT_TRUE(request.ok()) << one.what << ": " << request.error().message;
    const auto checked = check_task_definition(*request, Limits{});
    EXPECT_TRUE(checked.ok()) << one.what << ": " << (checked ? "" : checked.error().message);
    std::vector<std::string> expected;
    for (const auto& minor : one.docker)
      expected.push_back("com.amazonaws.ecs.capability.docker-remote-api.1." + minor);
    for (const auto& name : one.amazon) expected.push_back("com.amazonaws.ecs.capability." + name);
    for (const auto& name : one.further) expected.push_back("ecs.capability." + name);
    std::sort(expected.begin(), expected.end());
    EXPECT_THAT(required_attributes(normalise_task_definition(*request)), ElementsAreArray(expected))
        << one.what;
  }
}

}  // namespace
}  // namespace berth::domain
