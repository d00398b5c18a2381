// Goal: every dynamic host port is of the configured range, one that nobody has, and a task that cannot get
//       one fails and says so.
// Method: a pretended container engine that refuses ports which only it knows to be taken, on virtual time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/tasks/pretended_containers_testing.h"
#include "agent/tasks/task_manager.h"
#include "model/acs/codec.h"
#include "runtime/sim/sim_world.h"

namespace berth::agent::tasks {
namespace {

using namespace std::chrono_literals;
using engine::Status;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class LastReport final : public session::ReportSink {
 public:
  Async<void> submit_task_state_change(std::string, std::string body) override {
    last = std::move(body);
    co_return;
  }
  std::string last;
};

class HostPortsTest : public testing::Test {
 protected:
  HostPortsTest() {
    host_.images = {"busybox"};
    options_.host_cpu = 2048;
    options_.host_memory_mib = 1000;
    options_.pull_behavior = config::PullBehavior::prefer_cached;
  }
  ~HostPortsTest() override {
    if (manager_) world_.run(node_, manager_->stop());
  }
  void boot() {
    store_ = std::make_unique<state::StateStore>(node_.files(), "/data");
    ASSERT_TRUE(store_->prepare().ok());
    ASSERT_TRUE(store_->load_agent().ok());
    manager_ = std::make_unique<TaskManager>(
        TaskManager::Deps{containers_, node_.runtime(), *store_, plane_, nullptr}, options_);
    ASSERT_TRUE(manager_->load().ok());
    world_.run(node_, manager_->resume());
    manager_->start();
  }
  /// Runs a task of one container with these port mappings, until it runs or has failed.
  const engine::TaskState& run_task(const std::string& id, const std::string& mappings,
                                    const std::string& more = "") {
    const std::string arn = "arn:aws:ecs:us-east-1:1:task/default/" + id;
    const auto task =
        model::decode_json<model::acs::Task>(
            R"({"arn":")" + arn + R"(","family":"f","version":"1","desiredStatus":"RUNNING")" +
            R"(,"containers":[{"name":"web","essential":true,"image":"busybox","portMappings":[)" + mappings +
            "]}]" + more + "}")
            .value();
    EXPECT_THAT(world_.run(node_, manager_->accept({task}, ++sequence_)), IsEmpty());
    world_.run_for(5s);
    return *manager_->find(arn);
  }
  static std::vector<std::int32_t> ports_of(const engine::TaskState& task) {
    std::vector<std::int32_t> ports;
    for (const auto& binding : task.containers[0].bindings) ports.push_back(binding.host_port);
    std::ranges::sort(ports);
    return ports;
  }

  runtime::SimWorld world_{1};
  runtime::SimNode& node_ = world_.add_node("host");
  PretendedHost host_;
  PretendedContainers containers_{host_, node_.runtime()};
  LastReport plane_;
  TaskManagerOptions options_;
  std::unique_ptr<state::StateStore> store_;
  std::unique_ptr<TaskManager> manager_;
  std::int64_t sequence_ = 1;
};

TEST_F(HostPortsTest, EveryDynamicPortIsOfTheConfiguredRange) {
  options_.dynamic_ports = PortRange{40000, 40006};
  options_.reserved_ports = {40003};
  boot();
  const auto& first = run_task(
      "t1",
      R"({"containerPort":80},{"containerPort":53,"protocol":"udp"},{"containerPort":22,"hostPort":2222})");
  EXPECT_EQ(first.known, Status::running);
  auto ports = ports_of(first);
  EXPECT_EQ(ports.front(), 2222);
  ports.erase(ports.begin());
  const auto& second = run_task("t2", R"({"containerPort":80},{"containerPort":81})");
  for (const std::int32_t port : ports_of(second)) ports.push_back(port);
  EXPECT_EQ(ports.size(), 4U);
  EXPECT_THAT(ports, Each(testing::AllOf(testing::Ge(40000), testing::Le(40006), testing::Ne(40003))));
  EXPECT_EQ(std::set(ports.begin(), ports.end()).size(), 4U) << "a port has been given twice";
}

TEST_F(HostPortsTest, ReportsThePortsThatWereChosen) {
  options_.dynamic_ports = PortRange{40000, 40000};
  boot();
  run_task("t1", R"({"containerPort":80})");
  EXPECT_THAT(plane_.last, HasSubstr(R"("containerPort":80,"hostPort":40000)"));
}

TEST_F(HostPortsTest, APortThatOnlyTheEngineKnowsToBeTakenIsReplaced) {
  options_.dynamic_ports = PortRange{40000, 40009};
  for (std::int32_t port = 40000; port < 40009; ++port) host_.foreign_ports.insert(port);
  boot();
  const auto& task = run_task("t1", R"({"containerPort":80})");
  EXPECT_EQ(task.known, Status::running);
  EXPECT_THAT(ports_of(task), ElementsAre(40009));
  EXPECT_EQ(host_.containers.size(), 1U) << "containers with the refused ports were left behind";
  EXPECT_TRUE(host_.containers.contains(task.containers[0].docker_id));
}

TEST_F(HostPortsTest, ARowOfThePortsOfTheKernelIsReplacedToo) {
  host_.foreign_ports = {36000, 42000, 48000, 54000};
  boot();
  // As long as what is left between them: few rows meet none.
  const auto& task = run_task("t1", R"({"containerPortRange":"1000-6900"})");
  EXPECT_EQ(task.known, Status::running);
  EXPECT_EQ(ports_of(task).size(), 5901U);
}

TEST_F(HostPortsTest, WithoutAFreePortTheTaskFailsAndSaysWhy) {
  options_.dynamic_ports = PortRange{40000, 40001};
  boot();
  EXPECT_EQ(run_task("t1", R"({"containerPort":80},{"containerPort":81})").known, Status::running);
  const auto& one = run_task("t2", R"({"containerPort":80})");
  EXPECT_EQ(one.known, Status::stopped);
  EXPECT_EQ(one.containers[0].problem->name, "HostConfigError");
  EXPECT_EQ(one.containers[0].problem->text,
            "error retrieving docker port map: a host port is unavailable: no free port in "
            "ECS_DYNAMIC_HOST_PORT_RANGE 40000-40001");
  const auto& row = run_task("t3", R"({"containerPortRange":"80-83"})");
  EXPECT_EQ(row.known, Status::stopped);
  EXPECT_THAT(row.containers[0].problem->text, HasSubstr("no 4 free ports in a row in"));
}

TEST_F(HostPortsTest, WhenTheEngineRefusesThemAllTheTaskFails) {
  options_.dynamic_ports = PortRange{40000, 40002};
  host_.foreign_ports = {40000, 40001, 40002};
  boot();
  const auto& task = run_task("t1", R"({"containerPort":80})");
  EXPECT_EQ(task.known, Status::stopped);
  EXPECT_THAT(task.containers[0].problem->text, HasSubstr("a host port is unavailable"));
}

TEST_F(HostPortsTest, APortOfTheTaskDefinitionIsNotReplaced) {
  options_.dynamic_ports = PortRange{40000, 40009};
  host_.foreign_ports = {8080};
  boot();
  const auto& task = run_task("t1", R"({"containerPort":80,"hostPort":8080},{"containerPort":81})");
  EXPECT_EQ(task.known, Status::stopped);
  EXPECT_THAT(task.containers[0].problem->text, HasSubstr("0.0.0.0:8080 failed: port is already allocated"));
  EXPECT_EQ(host_.created, 1);
}

TEST_F(HostPortsTest, WithoutTheSettingDockerChoosesSinglePorts) {
  boot();
  EXPECT_THAT(ports_of(run_task("t1", R"({"containerPort":80})")), ElementsAre(0));
}

TEST_F(HostPortsTest, ATaskInTheHostsNetworkNeedsNone) {
  options_.dynamic_ports = PortRange{40000, 40000};
  boot();
  const std::string host = R"(,"networkMode":"host")";
  EXPECT_EQ(run_task("t1", R"({"containerPort":80})", host).known, Status::running);
  EXPECT_EQ(run_task("t2", R"({"containerPort":81})", host).known, Status::running);
}

}  // namespace
}  // namespace berth::agent::tasks
