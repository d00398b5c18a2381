// Goal: tasks get from their host what they ask for (limits, secrets, metadata files, rows of ports), nothing
// of it is
//       saved that is secret, and images go when nobody needs them.
// Method: a pretended container engine, control groups and secrets, on virtual time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/tasks/pretended_containers_testing.h"
#include "agent/tasks/task_manager.h"
#include "model/acs/codec.h"
#include "runtime/sim/sim_world.h"

namespace berth::agent::tasks {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kArn = "arn:aws:ecs:us-east-1:1:task/default/t1";

class PretendedCgroups final : public engine::TaskCgroups {
 public:
  Async<engine::DriverResult<std::string>> make(std::string task_id, engine::TaskLimits limits) override {
    if (forbidden) co_return DriverError{"CgroupError", "Read-only file system"};
    groups[task_id] = limits;
    ++made;
    if (keep_answers) co_await runtime->sleep(1h);
    co_return "/ecs/" + task_id;
  }
  Async<engine::DriverResult<Done>> remove(std::string task_id) override {
    groups.erase(task_id);
    co_return Done{};
  }
  std::map<std::string, engine::TaskLimits> groups;
  bool forbidden = false;
  int made = 0;
  bool keep_answers = false;  ///< Groups are made, and nobody is told.
  runtime::Runtime* runtime = nullptr;
};

class PretendedSecrets final : public engine::SecretsSource {
 public:
  Result<engine::ContainerSecrets> fetch(const engine::ContainerSpec& container) override {
    ++fetched;
    engine::ContainerSecrets found;
    for (const auto& secret : container.secrets) {
      if (secret.value_from != "db") return invalid("no secret " + secret.value_from);
      (secret.log_option ? found.log_options : found.environment)[secret.name] = "hunter2";
    }
    if (!container.registry_credentials.empty()) {
      found.registry.emplace();
      found.registry->password = "hunter2";
    }
    return found;
  }
  int fetched = 0;
};

class KeptReports final : public session::ReportSink {
 public:
  Async<void> submit_task_state_change(std::string, std::string body) override {
    reports.push_back(std::move(body));
    co_return;
  }
  std::vector<std::string> reports;
};

class HostStepsTest : public testing::Test {
 protected:
  HostStepsTest() {
    host_.images = {"busybox"};
    host_.lives["job"] = {3s, 0};
    options_.host_cpu = 2048;
    options_.host_memory_mib = 1000;
    options_.engine.cleanup_wait = 60s;
    options_.pull_behavior = config::PullBehavior::prefer_cached;
    cgroups_.runtime = &node_.runtime();
  }
  ~HostStepsTest() override {
    if (manager_) halt();
  }
  void boot() {
    store_ = std::make_unique<state::StateStore>(node_.files(), "/data");
    ASSERT_TRUE(store_->prepare().ok());
    ASSERT_TRUE(store_->load_agent().ok());
    TaskManager::Deps deps{containers_, node_.runtime(), *store_, plane_, nullptr};
    deps.cgroups = &cgroups_;
    deps.secrets = &secrets_;
    deps.metadata_files = &metadata_;
    deps.kernel_files = &node_.files();
    manager_ = std::make_unique<TaskManager>(std::move(deps), options_);
    ASSERT_TRUE(manager_->load().ok());
    world_.run(node_, manager_->resume());
    manager_->start();
  }
  void halt() {
    world_.run(node_, manager_->stop());
    manager_.reset();
  }
  void accept(const std::string& container, const std::string& more = "",
              const std::string& desired = "RUNNING") {
    const std::string json =
        std::string(R"({"arn":")") + kArn + R"(","family":"f","version":"1","desiredStatus":")" + desired +
        R"(","containers":[{"name":"web","essential":true)" + container + "}]" + more + "}";
    const auto task = model::decode_json<model::acs::Task>(json).value();
    EXPECT_THAT(world_.run(node_, manager_->accept({task}, ++sequence_)), IsEmpty());
    world_.run_for(1s);
  }
  /// What Docker was asked to create.
  std::string body() {
    return host_.containers.empty() ? "" : render_json(host_.containers.begin()->second.body);
  }
  std::string read(const std::string& path) {
    runtime::Files& files = node_.files();
    const auto text = files.read(path);
    return text ? *text : "";
  }

  runtime::SimWorld world_{1};
  runtime::SimNode& node_ = world_.add_node("host");
  PretendedHost host_;
  PretendedContainers containers_{host_, node_.runtime()};
  KeptReports plane_;
  PretendedCgroups cgroups_;
  PretendedSecrets secrets_;
  MetadataFiles metadata_{node_.files(), "/data/metadata", "/host/metadata", {"default", "arn:ci", "az"}};
  TaskManagerOptions options_;
  std::unique_ptr<state::StateStore> store_;
  std::unique_ptr<TaskManager> manager_;
  std::int64_t sequence_ = 1;
};

constexpr const char* kBusybox = R"(,"image":"busybox","cpu":10)";

TEST_F(HostStepsTest, ATasksLimitsAreThoseOfItsGroup) {
  boot();
  accept(kBusybox, R"(,"cpu":0.5,"memory":64)");
  ASSERT_TRUE(cgroups_.groups.contains("t1"));
  EXPECT_EQ(cgroups_.groups["t1"].cpu, 0.5);
  EXPECT_EQ(cgroups_.groups["t1"].memory_mib, 64);
  EXPECT_THAT(body(), HasSubstr(R"("CgroupParent":"/ecs/t1")"));
  EXPECT_THAT(body(), Not(HasSubstr("CpuQuota")));
  accept(kBusybox, "", "STOPPED");
  world_.run_for(70s);
  EXPECT_THAT(cgroups_.groups, IsEmpty());
}

TEST_F(HostStepsTest, WithoutAGroupEachContainerHasTheLimits) {
  cgroups_.forbidden = true;
  boot();
  accept(kBusybox, R"(,"cpu":0.5,"memory":64)");
  EXPECT_THAT(body(), HasSubstr(R"("CpuQuota":50000)"));
  EXPECT_THAT(body(), HasSubstr(R"("Memory":67108864)"));
  EXPECT_THAT(body(), Not(HasSubstr("CgroupParent")));
}

TEST_F(HostStepsTest, AGroupWhoseAnswerWasLostGoesWithItsTask) {
  cgroups_.keep_answers = true;
  boot();
  accept(kBusybox, R"(,"cpu":0.5,"memory":128)");
  EXPECT_EQ(cgroups_.groups.size(), 1U);
  accept(kBusybox, "", "STOPPED");
  halt();
  cgroups_.keep_answers = false;
  boot();
  world_.run_for(2min);
  EXPECT_THAT(cgroups_.groups, IsEmpty());
}

TEST_F(HostStepsTest, AHostThatWasStartedAnewHasItsGroupsMadeAgain) {
  boot();
  accept(kBusybox, R"(,"cpu":0.5,"memory":128)");
  halt();
  cgroups_.groups.clear();
  boot();
  world_.run_for(1s);
  EXPECT_EQ(cgroups_.groups.size(), 1U);
  EXPECT_EQ(cgroups_.made, 2);
}

TEST_F(HostStepsTest, LimitsAreNotEnforcedWhereTheOperatorDoesNotWantIt) {
  options_.task_limits = false;
  boot();
  accept(kBusybox, R"(,"cpu":0.5,"memory":64)");
  EXPECT_THAT(cgroups_.groups, IsEmpty());
  EXPECT_THAT(body(), Not(HasSubstr("CpuQuota")));
}

TEST_F(HostStepsTest, SecretsReachTheContainerAndNoFile) {
  boot();
  accept(std::string(kBusybox) + R"(,"secrets":[{"name":"PASSWORD","valueFrom":"db","provider":"ssm"}])");
  EXPECT_THAT(body(), HasSubstr("PASSWORD=hunter2"));
  for (const char* path : {"/data/tasks/t1.json", "/data/berth-agent.json"})
    EXPECT_THAT(read(path), Not(HasSubstr("hunter2"))) << path;
  EXPECT_THAT(read("/data/tasks/t1.json"), HasSubstr("PASSWORD"));
  EXPECT_THAT(plane_.reports.back(), Not(HasSubstr("hunter2")));
  halt();
  boot();
  world_.run_for(1s);
  EXPECT_EQ(secrets_.fetched, 1);  // the container is there
  EXPECT_EQ(host_.running(), 1U);
}

TEST_F(HostStepsTest, AMissingSecretStopsTheTaskWithItsReason) {
  boot();
  accept(std::string(kBusybox) + R"(,"secrets":[{"name":"P","valueFrom":"no","provider":"ssm"}])");
  ASSERT_FALSE(plane_.reports.empty());
  EXPECT_THAT(plane_.reports.back(), HasSubstr(R"("reason":"ResourceInitializationError: no secret no")"));
  EXPECT_THAT(plane_.reports.back(), HasSubstr("STOPPED"));
  EXPECT_EQ(host_.created, 0);
}

TEST_F(HostStepsTest, TheMetadataFileIsThereAndThenReady) {
  boot();
  accept(kBusybox);
  const std::string id = manager_->find(kArn)->containers[0].endpoint_id;
  EXPECT_THAT(body(), HasSubstr("/host/metadata/t1/" + id + ":/opt/ecs/metadata/" + id));
  EXPECT_THAT(body(), HasSubstr("ECS_CONTAINER_METADATA_FILE=/opt/ecs/metadata/" + id +
                                "/ecs-container-metadata.json"));
  const std::string path = "/data/metadata/t1/" + id + "/ecs-container-metadata.json";
  EXPECT_THAT(read(path), HasSubstr(R"("MetadataFileStatus":"READY")"));
  EXPECT_THAT(read(path), HasSubstr(R"("ContainerID":"id1")"));
  EXPECT_THAT(read(path), HasSubstr(R"("ContainerInstanceARN":"arn:ci")"));
  accept(kBusybox, "", "STOPPED");
  world_.run_for(70s);
  EXPECT_EQ(read(path), "");
}

TEST_F(HostStepsTest, ContainerPortRangesGetPortsInARow) {
  options_.dynamic_ports = PortRange{40000, 40009};
  options_.reserved_ports = {40002};
  boot();
  accept(std::string(kBusybox) + R"(,"portMappings":[{"containerPortRange":"80-85"}])");
  const auto& bindings =
      host_.containers.begin()->second.body.at("HostConfig").at("PortBindings").as_object();
  std::vector<int> ports;
  for (int i = 80; i <= 85; ++i) {
    const auto& binding = bindings.at(std::to_string(i) + "/tcp").as_array()[0];
    ports.push_back(std::stoi(std::string(binding.at("HostPort").as_string())));
  }
  EXPECT_GT(ports.front(), 40002);
  for (std::size_t i = 1; i < ports.size(); ++i) EXPECT_EQ(ports[i], ports[i - 1] + 1);
}

TEST_F(HostStepsTest, ImagesGoWhenNobodyNeedsThemAndTheyAreOfAge) {
  options_.image_cleanup = true;
  options_.image_cleanup_interval = 10min;
  options_.pull_behavior = config::PullBehavior::default_;
  host_.images = {"foreign"};
  boot();
  accept(R"(,"image":"job")");
  world_.run_for(30s);
  EXPECT_TRUE(host_.images.contains("job"));
  halt();
  boot();  // what was pulled is remembered
  world_.run_for(55min);
  EXPECT_TRUE(host_.images.contains("job"));
  world_.run_for(20min);
  EXPECT_THAT(host_.images, ElementsAre("foreign"));
}

TEST_F(HostStepsTest, ImagesOfContainersThatStandAreKept) {
  options_.image_cleanup = true;
  options_.pull_behavior = config::PullBehavior::default_;
  host_.images.clear();
  boot();
  accept(R"(,"image":"long")");
  world_.run_for(5h);
  EXPECT_TRUE(host_.images.contains("long"));
  EXPECT_EQ(host_.running(), 1U);
}

}  // namespace
}  // namespace berth::agent::tasks
