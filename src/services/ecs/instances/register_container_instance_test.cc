// Registration of container instances: what agents of 2015 and of today send, what they get back, who may
// come again under the same ARN, and what is refused. Method: the handlers over a store in memory.
#include "services/ecs/instances/attribute_rules.h"
#include "services/ecs/testing.h"

namespace berth::services::ecs {
namespace {

using domain::ContainerInstanceRecord;
using model::ecs::Attribute;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

class RegisterContainerInstance : public testing::HandlersTest {
 protected:
  RegisterContainerInstance() { create("web"); }

  std::string key(const std::string& arn) {
    return store::instance_key(realm_, "web", domain::last_part(arn));
  }
  // What the gateway does when an agent's socket comes or goes.
  void set_session(const std::string& arn, bool connected) {
    auto record = *stored<ContainerInstanceRecord>(key(arn));
    record.agent_connected = connected;
    record.session_owner = connected ? std::optional<std::string>("here") : std::nullopt;
    put(record);
  }
  std::size_t listed() {
    return must(list_container_instances, {.cluster = "web"}).container_instance_arns->size();
  }
  static std::string value(const model::ecs::ContainerInstance& instance, std::string_view name) {
    const auto* found = find_attribute(*instance.attributes, name);
    return found ? found->value.value_or("(none)") : "(missing)";
  }
};

TEST_F(RegisterContainerInstance, AnOldAgentWithoutADocument) {
  const auto instance = enrol("web");
  EXPECT_THAT(*instance.container_instance_arn,
              StartsWith("arn:aws:ecs:us-east-1:123456789012:container-instance/web/"));
  EXPECT_EQ(domain::last_part(*instance.container_instance_arn).size(), 32U);
  EXPECT_THAT(*instance.ec2_instance_id, StartsWith("i-"));
  EXPECT_EQ(instance.ec2_instance_id->size(), 19U);
  EXPECT_EQ(instance.status, "ACTIVE");
  EXPECT_EQ(instance.agent_connected, true);
  EXPECT_EQ(instance.running_tasks_count, 0);
  EXPECT_EQ(value(instance, "ecs.availability-zone"), "us-east-1a");
  EXPECT_EQ(value(instance, "ecs.instance-type"), "berth.local");
  EXPECT_EQ(value(instance, "ecs.os-type"), "linux");
  enrol("web");
  EXPECT_EQ(listed(), 2U);
}

TEST_F(RegisterContainerInstance, ResourcesHaveAllValueMembers) {
  const auto instance = enrol("web");
  ASSERT_THAT(*instance.registered_resources, SizeIs(4));
  const auto& cpu = instance.registered_resources->at(0);
  EXPECT_EQ(cpu.name, "CPU");
  EXPECT_EQ(cpu.type, "INTEGER");
  EXPECT_EQ(cpu.integer_value, 2048);
  EXPECT_EQ(cpu.long_value, 0);
  EXPECT_EQ(cpu.double_value, 0.0);
  const auto& ports = instance.remaining_resources->at(2);
  EXPECT_EQ(ports.type, "STRINGSET");
  EXPECT_EQ(ports.integer_value, 0);
  EXPECT_THAT(*ports.string_set_value, ElementsAre("22", "51678"));
  EXPECT_EQ(instance.registered_resources->at(3).name, "PORTS_UDP");
}

TEST_F(RegisterContainerInstance, EveryAttributeIsEchoed) {
  auto request = registration("web");
  request.attributes = std::vector<Attribute>{{.name = "stack", .value = "prod"},
                                              {.name = "com.amazonaws.ecs.capability.docker-remote-api.1.41"},
                                              {.name = "ecs.os-type", .value = "linux"}};
  const auto instance = *must(register_container_instance, request).container_instance;
  for (const auto& sent : *request.attributes) {
    const auto* found = find_attribute(*instance.attributes, sent.name);
    ASSERT_TRUE(found) << sent.name;
    EXPECT_EQ(found->value.value_or(""), sent.value.value_or(""));
  }
}

TEST_F(RegisterContainerInstance, TheDocumentNamesTheHost) {
  auto request = registration("web");
  request.instance_identity_document =
      R"({"instanceId":"i-0123456789abcdef0","availabilityZone":"us-east-1c","instanceType":"t2.micro","imageId":"ami-1"})";
  const auto instance = *must(register_container_instance, request).container_instance;
  EXPECT_EQ(instance.ec2_instance_id, "i-0123456789abcdef0");
  EXPECT_EQ(value(instance, "ecs.availability-zone"), "us-east-1c");
  EXPECT_EQ(value(instance, "ecs.instance-type"), "t2.micro");
  EXPECT_EQ(value(instance, "ecs.ami-id"), "ami-1");
  request.instance_identity_document =
      R"({"BERTH_INSTANCE_ID":"i-own","BERTH_AVAILABILITY_ZONE":"rack-7","BERTH_INSTANCE_TYPE":"big"})";
  const auto own = *must(register_container_instance, request).container_instance;
  EXPECT_EQ(own.ec2_instance_id, "i-own");
  EXPECT_EQ(value(own, "ecs.availability-zone"), "rack-7");
}

TEST_F(RegisterContainerInstance, BadInputNamesItsMember) {
  auto bad = [&](auto change, const char* fragment) {
    auto request = registration("web");
    change(request);
    refused(call(register_container_instance, request), "InvalidParameterException", fragment);
  };
  bad([](auto& r) { r.instance_identity_document = "nonsense"; }, "instanceIdentityDocument");
  bad([](auto& r) { r.instance_identity_document = R"({"instanceId":"i/1"})"; }, "instanceIdentityDocument");
  bad([](auto& r) { r.total_resources->at(0).integer_value = -1; }, "CPU");
  bad([](auto& r) { r.total_resources->at(2).string_set_value = std::vector<std::string>{"ssh"}; }, "ssh");
  bad([](auto& r) { r.total_resources->at(2).string_set_value = std::vector<std::string>{"65536"}; },
      "65536");
  bad([](auto& r) { r.attributes = std::vector<Attribute>{{.name = "a b"}}; }, "a b");
  bad([](auto& r) { r.tags = std::vector<model::ecs::Tag>{{.key = "aws:x"}}; }, "aws:x");
  bad([](auto& r) { r.client_token = std::string(100, 't'); }, "clientToken");
  refused(call(register_container_instance, registration("nope")), "ClusterNotFoundException",
          "Cluster not found. No ACTIVE cluster is named 'nope' in region us-east-1.");
  EXPECT_EQ(listed(), 0U);
}

TEST_F(RegisterContainerInstance, TheShortFormIsByAccountSetting) {
  must(put_account_setting,
       {.name = model::ecs::SettingName::container_instance_long_arn_format, .value = "disabled"});
  const auto instance = enrol("web");
  const std::string id(domain::last_part(*instance.container_instance_arn));
  EXPECT_EQ(*instance.container_instance_arn, "arn:aws:ecs:us-east-1:123456789012:container-instance/" + id);
  EXPECT_EQ(id.size(), 36U);
  EXPECT_EQ(id[8], '-');
  const auto described = must(describe_container_instances, {.cluster = "web", .container_instances = {id}});
  EXPECT_THAT(*described.container_instances, SizeIs(1));
}

TEST_F(RegisterContainerInstance, TheSameTokenRegistersOnce) {
  auto request = registration("web");
  request.client_token = "token-1";
  const auto first = *must(register_container_instance, request).container_instance;
  EXPECT_EQ(must(register_container_instance, request).container_instance->container_instance_arn,
            first.container_instance_arn);
  request.tags = std::vector<model::ecs::Tag>{{.key = "a", .value = "b"}};
  refused(call(register_container_instance, request), "ConflictException");
  EXPECT_EQ(listed(), 1U);
}

TEST_F(RegisterContainerInstance, ComesAgainUnderItsArn) {
  auto request = registration("web", "i-1");
  request.attributes =
      std::vector<Attribute>{{.name = "stack", .value = "prod"}, {.name = "ecs.capability.old"}};
  const auto first = *must(register_container_instance, request).container_instance;
  set_session(*first.container_instance_arn, false);
  // Agents leave custom attributes out when they come again.
  request.container_instance_arn = first.container_instance_arn;
  request.attributes = std::vector<Attribute>{{.name = "ecs.capability.new"}};
  request.total_resources->at(1).integer_value = 4090;
  const auto again = *must(register_container_instance, request).container_instance;
  EXPECT_EQ(again.container_instance_arn, first.container_instance_arn);
  EXPECT_EQ(again.ec2_instance_id, "i-1");
  EXPECT_EQ(again.agent_connected, true);
  EXPECT_EQ(again.registered_resources->at(1).integer_value, 4090);
  EXPECT_EQ(value(again, "stack"), "prod");
  EXPECT_EQ(value(again, "ecs.capability.old"), "(missing)");
  EXPECT_NE(value(again, "ecs.capability.new"), "(missing)");
  EXPECT_GT(*again.version, *first.version);
  EXPECT_EQ(listed(), 1U);
}

// Its session is still to tell it what was given up meanwhile.
TEST_F(RegisterContainerInstance, ThatItWasAwayStaysNoted) {
  const auto first = enrol("web");
  auto record = *stored<ContainerInstanceRecord>(key(*first.container_instance_arn));
  record.agent_connected = false;
  record.disconnected_at = WallTime{1};
  put(record);
  auto request = registration("web");
  request.container_instance_arn = first.container_instance_arn;
  must(register_container_instance, request);
  const auto again = stored<ContainerInstanceRecord>(key(*first.container_instance_arn));
  EXPECT_TRUE(again->agent_connected);
  EXPECT_EQ(again->disconnected_at, WallTime{1});
}

TEST_F(RegisterContainerInstance, DrainingStaysDraining) {
  const auto first = enrol("web");
  must(update_container_instances_state, {.cluster = "web",
                                          .container_instances = {*first.container_instance_arn},
                                          .status = model::ecs::ContainerInstanceStatus::draining});
  auto request = registration("web");
  request.container_instance_arn = first.container_instance_arn;
  EXPECT_EQ(must(register_container_instance, request).container_instance->status, "DRAINING");
}

TEST_F(RegisterContainerInstance, AnotherSizeOrTypeIsRefused) {
  auto request = registration("web");
  request.instance_identity_document = R"({"instanceId":"i-1","instanceType":"t2.micro"})";
  const auto first = *must(register_container_instance, request).container_instance;
  request.container_instance_arn = first.container_instance_arn;
  const char* kText = "Container instance type changes are not supported.";
  auto other = request;
  other.total_resources = resources(4096, 4096);
  refused(call(register_container_instance, other), "ClientException", kText);
  other.total_resources = resources(2048, 8192);
  refused(call(register_container_instance, other), "ClientException", kText);
  other = request;
  other.instance_identity_document = R"({"instanceId":"i-1","instanceType":"m5.large"})";
  refused(call(register_container_instance, other), "ClientException", kText);
  must(register_container_instance, request);
}

TEST_F(RegisterContainerInstance, SmallStepsDoNotLeadFarFromTheFirstRegistration) {
  auto request = registration("web", "i-1");
  request.total_resources = resources(2048, 1000);
  request.container_instance_arn =
      *must(register_container_instance, request).container_instance->container_instance_arn;
  const auto again = [&](std::int32_t memory) {
    request.total_resources = resources(2048, memory);
    return call(register_container_instance, request);
  };
  ASSERT_TRUE(again(960).ok());
  EXPECT_EQ(again(950)->container_instance->registered_resources->at(1).integer_value, 950);
  refused(again(930), "ClientException", "1000 MiB");
  ASSERT_TRUE(again(1050).ok()) << "back, and as far to the other side";
  refused(again(1060), "ClientException", "1000 MiB");
  // Nor does an agent that says so itself.
  request.attributes = std::vector<Attribute>{{.name = "ecs.registered-memory", .value = "2000"}};
  ASSERT_TRUE(again(1000).ok());
  refused(again(2000), "ClientException", "1000 MiB");
}

TEST_F(RegisterContainerInstance, UnknownAndInactiveArnsAreRefused) {
  auto request = registration("web");
  request.container_instance_arn =
      "arn:aws:ecs:us-east-1:123456789012:container-instance/web/" + std::string(32, 'a');
  refused(call(register_container_instance, request), "ClientException", "not found");
  const auto gone = enrol("web");
  must(deregister_container_instance, {.cluster = "web", .container_instance = *gone.container_instance_arn});
  request.container_instance_arn = gone.container_instance_arn;
  refused(call(register_container_instance, request), "ClientException", "INACTIVE");
}

TEST_F(RegisterContainerInstance, AHostWithoutItsSavedArnGetsItsRecordBack) {
  const auto first = enrol("web", "i-1");
  // Killed before its socket was up, and again after it was gone.
  EXPECT_EQ(enrol("web", "i-1").container_instance_arn, first.container_instance_arn);
  set_session(*first.container_instance_arn, false);
  EXPECT_EQ(enrol("web", "i-1").container_instance_arn, first.container_instance_arn);
  EXPECT_EQ(listed(), 1U);
}

// Killed with all its sessions, the control plane awaits their agents: this one has lost its folder
// meanwhile.
TEST_F(RegisterContainerInstance, AnAwaitedHostWithoutItsSavedArnGetsItsRecordBack) {
  const auto first = enrol("web", "i-1");
  for (int i = 0; i < 2; ++i) {
    auto record = *stored<ContainerInstanceRecord>(key(*first.container_instance_arn));
    record.agent_connected = false;
    record.session_owner = "before";
    put(record);
    EXPECT_EQ(enrol("web", "i-1").container_instance_arn, first.container_instance_arn);
    EXPECT_FALSE(stored<ContainerInstanceRecord>(key(*first.container_instance_arn))->session_owner);
    EXPECT_EQ(enrol("web", "i-1").container_instance_arn, first.container_instance_arn) << "and killed again";
  }
  EXPECT_EQ(listed(), 1U);
}

// What labels of containers begin with: a cluster made anew is another one.
TEST_F(RegisterContainerInstance, TheAnswerAloneNamesTheGenerationOfTheCluster) {
  const auto first = enrol("web", "i-1");
  const std::string id = value(first, "ecs.cluster-id");
  EXPECT_EQ(id, stored<ContainerInstanceRecord>(key(*first.container_instance_arn))->cluster_generation);
  const auto described = must(describe_container_instances,
                              {.cluster = "web", .container_instances = {*first.container_instance_arn}});
  EXPECT_EQ(value(described.container_instances->front(), "ecs.cluster-id"), "(missing)");
  auto request = registration("web", "i-1");
  request.container_instance_arn = first.container_instance_arn;
  request.attributes = std::vector<Attribute>{{.name = "ecs.cluster-id", .value = "forged"}};
  EXPECT_EQ(value(*must(register_container_instance, request).container_instance, "ecs.cluster-id"), id);
}

TEST_F(RegisterContainerInstance, ASecondAgentBesideALiveOneIsAnInstanceOfItsOwn) {
  const auto first = enrol("web", "i-1");
  set_session(*first.container_instance_arn, true);
  const auto second = enrol("web", "i-1");
  EXPECT_NE(second.container_instance_arn, first.container_instance_arn);
  EXPECT_EQ(second.ec2_instance_id, first.ec2_instance_id);
  must(deregister_container_instance,
       {.cluster = "web", .container_instance = *first.container_instance_arn});
  EXPECT_EQ(listed(), 1U);
}

TEST_F(RegisterContainerInstance, TasksThatTheAgentForgotAreStopped) {
  const auto instance = enrol("web", "i-1");
  define("nap");
  const auto known = run("web", "nap");
  const auto undelivered = run("web", "nap");
  must(submit_task_state_change, {.cluster = "web", .task = *known.task_arn, .status = "RUNNING"});
  set_session(*instance.container_instance_arn, false);
  EXPECT_EQ(enrol("web", "i-1").container_instance_arn, instance.container_instance_arn);
  const auto tasks =
      *must(describe_tasks, {.cluster = "web", .tasks = {*known.task_arn, *undelivered.task_arn}}).tasks;
  EXPECT_EQ(tasks[0].last_status, "STOPPED");
  EXPECT_THAT(*tasks[0].stopped_reason, HasSubstr("i-1"));
  EXPECT_EQ(tasks[1].last_status, "PENDING");
}

TEST_F(RegisterContainerInstance, AHostIsInOneClusterOnly) {
  create("other");
  const auto first = enrol("web", "i-1");
  refused(call(register_container_instance, registration("other", "i-1")), "ClientException", "web");
  must(deregister_container_instance,
       {.cluster = "web", .container_instance = *first.container_instance_arn});
  enrol("other", "i-1");
}

TEST_F(RegisterContainerInstance, TwoRegistrationsOfAHostAtOnceMakeOne) {
  lose_against(register_container_instance, registration("web", "i-1"));
  enrol("web", "i-1");
  EXPECT_EQ(listed(), 1U);
}

TEST_F(RegisterContainerInstance, TheLimitIsNamed) {
  deps_.limits.instances_per_cluster = 1;
  enrol("web");
  refused(call(register_container_instance, registration("web")), "ClientException", "1");
}

TEST_F(RegisterContainerInstance, WithoutResourcesASizeIsAssumed) {
  model::ecs::RegisterContainerInstanceRequest request;
  request.cluster = "web";
  const auto instance = *must(register_container_instance, request).container_instance;
  EXPECT_GT(*instance.registered_resources->at(0).integer_value, 0);
  define("nap");
  EXPECT_EQ(run("web", "nap").container_instance_arn, instance.container_instance_arn);
}

TEST_F(RegisterContainerInstance, VersionsAreCutToSize) {
  auto request = registration("web");
  const std::string text(100'000, 'v');
  request.version_info.emplace();
  request.version_info->agent_version = request.version_info->agent_hash = text;
  request.version_info->docker_version = text;
  const auto shown = *must(register_container_instance, request).container_instance->version_info;
  for (const auto& version : {shown.agent_version, shown.agent_hash, shown.docker_version})
    EXPECT_EQ(version->size(), 255U);
}

}  // namespace
}  // namespace berth::services::ecs
