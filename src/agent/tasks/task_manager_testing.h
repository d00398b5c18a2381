#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agent/tasks/pretended_containers_testing.h"
#include "agent/tasks/task_manager.h"
#include "model/acs/codec.h"
#include "runtime/sim/sim_world.h"

/// A task manager with a pretended engine and control plane on virtual time; agents are stopped and built
/// anew on the same disk.
namespace berth::agent::tasks {

using namespace std::chrono_literals;

inline std::string arn_of(const std::string& id) {
  return "arn:aws:ecs:us-east-1:1:task/default/" + id;
}

inline model::acs::Task make_task(const std::string& id, const std::string& image,
                                  const std::string& desired = "RUNNING", const std::string& more = "") {
  const std::string json = R"({"arn":")" + arn_of(id) + R"(","family":"f","version":"1","desiredStatus":")" +
                           desired + R"(","containers":[{"name":"web","image":")" + image +
                           R"(","essential":true)" + more + "}]}";
  return model::decode_json<model::acs::Task>(json).value();
}

/// Takes reports, unless it is down; remembers the statuses of each task as a control plane would: forward
/// only.
class PretendedPlane final : public session::ReportSink {
 public:
  explicit PretendedPlane(runtime::Runtime& runtime) : runtime_(runtime) {}
  Async<void> submit_task_state_change(std::string task_arn, std::string body) override {
    while (down) co_await runtime_.sleep(1s);
    co_await runtime_.sleep(10ms);
    const auto json = parse_json(body).value();
    taken[task_arn].emplace_back(json.at("status").as_string());
    last[task_arn] = body;
    co_await runtime_.sleep(10ms);
  }
  bool down = false;
  std::map<std::string, std::vector<std::string>> taken;
  std::map<std::string, std::string> last;

 private:
  runtime::Runtime& runtime_;
};

/// The disk of a node, which can fail.
class FailingFiles final : public runtime::Files {
 public:
  explicit FailingFiles(runtime::Files& inner) : inner_(inner) {}
  Result<std::string> read(const std::string& path, std::size_t bytes_max) override {
    return inner_.read(path, bytes_max);
  }
  Result<void> write_atomically(const std::string& path, std::string_view text, unsigned mode) override {
    return full ? internal_error("no space") : inner_.write_atomically(path, text, mode);
  }
  Result<void> append(const std::string& path, std::string_view text, Sync sync) override {
    return full ? internal_error("no space") : inner_.append(path, text, sync);
  }
  Result<void> make_directories(const std::string& path, unsigned mode) override {
    return inner_.make_directories(path, mode);
  }
  Result<void> remove(const std::string& path) override { return inner_.remove(path); }
  Result<std::vector<std::string>> list(const std::string& folder) override { return inner_.list(folder); }
  bool full = false;

 private:
  runtime::Files& inner_;
};

class TaskManagerTest : public testing::Test {
 protected:
  TaskManagerTest() {
    host_.images = {"busybox", "job", "slow"};
    host_.registry = Registry::refuses;
    host_.lives["job"] = {3s, 7};
    options_.host_cpu = 2048;
    options_.host_memory_mib = 1000;
    options_.engine.cleanup_wait = 60s;
    options_.mapping.container_instance_arn = "arn:ci";
    boot();
  }
  ~TaskManagerTest() override {
    if (manager_) halt();
  }
  void boot() {
    store_ = std::make_unique<state::StateStore>(files_, "/data");
    EXPECT_TRUE(store_->prepare().ok());
    EXPECT_TRUE(store_->load_agent().ok());
    TaskManager::Deps deps{containers_, node_.runtime(), *store_, plane_, nullptr};
    deps.find_wanted = [this](std::vector<std::string> arns) { return find_wanted(*this, std::move(arns)); };
    manager_ = std::make_unique<TaskManager>(std::move(deps), options_);
    const auto loaded = manager_->load();
    EXPECT_TRUE(loaded.ok()) << loaded.error().message;
    world_.run(node_, manager_->resume());
    manager_->start();
  }
  static Async<Result<std::set<std::string>>> find_wanted(TaskManagerTest& self,
                                                          std::vector<std::string> arns) {
    co_await self.node_.runtime().sleep(10ms);
    self.asked_ = std::move(arns);
    co_return self.wanted_;
  }
  /// The agent of this host, without its folder, is another container instance from now on.
  void register_anew(const std::string& task) {
    halt();
    ASSERT_TRUE(node_.files().remove("/data/tasks/" + task + ".json").ok());
    options_.mapping.container_instance_arn = "arn:anew";
    boot();
  }
  void halt() {
    world_.run(node_, manager_->stop());
    manager_.reset();
  }
  void accept(const model::acs::Task& task) {
    const auto refused = world_.run(node_, manager_->accept({task}, ++sequence_));
    EXPECT_THAT(refused, testing::IsEmpty());
  }
  std::vector<std::string> told(const std::string& id) { return plane_.taken[arn_of(id)]; }

  runtime::SimWorld world_{1};
  runtime::SimNode& node_ = world_.add_node("host");
  FailingFiles files_{node_.files()};
  PretendedHost host_;
  PretendedContainers containers_{host_, node_.runtime()};
  PretendedPlane plane_{node_.runtime()};
  TaskManagerOptions options_;
  std::unique_ptr<state::StateStore> store_;
  std::unique_ptr<TaskManager> manager_;
  std::int64_t sequence_ = 1;
  Result<std::set<std::string>> wanted_ = std::set<std::string>();  ///< By the control plane.
  std::vector<std::string> asked_;
};

}  // namespace berth::agent::tasks
