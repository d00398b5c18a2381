// Goal: the service scheduler brings a service to its desired count and keeps it there, in a real store.
// Method: memory engine, the controller running, an agent played by the test through transitions of tasks;
// waits go by the change feed.
#include "controllers/service/controller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "controllers/service/execute.h"
#include "runtime/real/io_threads.h"
#include "runtime/real/real_runtime.h"
#include "scheduling/service_rules.h"
#include "scheduling/task_writes.h"
#include "store/committer.h"
#include "store/memory/memory_engine.h"

namespace berth::controllers::service {
namespace {

using namespace std::chrono_literals;
using domain::ServiceRecord;
using domain::TaskRecord;
using domain::TaskStatus;
using ::testing::Contains;
using ::testing::HasSubstr;

const domain::Realm kRealm{"000000000000", "us-east-1"};

class ServiceControllerTest : public ::testing::Test {
 protected:
  using Check = std::function<bool(const store::View&)>;

  ServiceControllerTest() {
    threads_.start();
    check(runtime::block_on(executor(), committer_.start()).ok(), "the store of a test must start");
    store::Transaction base(runtime_.ids().uuid(), domain::Writer::restore);
    domain::ClusterRecord cluster;
    cluster.account = kRealm.account;
    cluster.region = kRealm.region;
    cluster.name = "c";
    cluster.generation = "g";
    cluster.status = domain::ClusterStatus::active;
    base.put(cluster);
    for (const char* host : {"h1", "h2"}) add_host(base, host);
    for (const int revision : {1, 2}) base.put(definition(revision));
    commit(std::move(base));
    runtime::block_on(executor(), start());
  }
  ~ServiceControllerTest() override {
    runtime::block_on(executor(), end());
    runtime::block_on(executor(), committer_.stop());
    threads_.stop();
  }

  Executor executor() { return threads_.executor(0); }
  Async<void> start() {
    group_.spawn(controller_.run());
    co_return;
  }
  Async<void> end() {
    group_.cancel();
    co_await group_.drain();
  }
  void commit(store::Transaction transaction) {
    const auto committed = runtime::block_on(executor(), committer_.commit(std::move(transaction)));
    ASSERT_TRUE(committed.ok()) << committed.error().message;
  }
  static void add_host(store::Transaction& transaction, const std::string& id) {
    domain::ContainerInstanceRecord host;
    host.account = kRealm.account;
    host.region = kRealm.region;
    host.cluster = "c";
    host.cluster_generation = "g";
    host.id = id;
    host.arn = "arn:" + id;
    host.ec2_instance_id = "i-" + id;
    host.status = domain::InstanceStatus::active;
    host.cpu = host.memory = 1024;
    host.agent_connected = true;
    transaction.put(host);
    domain::InstanceAllocation allocation;
    allocation.account = kRealm.account;
    allocation.region = kRealm.region;
    allocation.cluster = "c";
    allocation.instance_id = id;
    transaction.put(allocation);
  }
  static domain::TaskDefinitionRecord definition(int revision) {
    domain::TaskDefinitionRecord record;
    record.account = kRealm.account;
    record.region = kRealm.region;
    record.family = "web";
    record.revision = revision;
    record.status = domain::DefinitionStatus::active;
    model::ecs::ContainerDefinition container;
    container.name = "main";
    container.image = "busybox";
    container.memory = 400;
    container.essential = true;
    record.definition.container_definitions = {container};
    return record;
  }
  void create(int desired) { create("web", desired, model::ecs::SchedulingStrategy::replica); }
  void create(const std::string& name, int desired, model::ecs::SchedulingStrategy strategy) {
    ServiceRecord service;
    service.account = kRealm.account;
    service.region = kRealm.region;
    service.cluster = "c";
    service.cluster_generation = "g";
    service.name = name;
    service.generation = "s";
    service.status = domain::ServiceStatus::active;
    service.scheduling_strategy = strategy;
    service.desired_count = desired;
    scheduling::begin_deployment(service, definition(1), {1, "d-" + name, "r-" + name},
                                 runtime_.clock().wall());
    store::Transaction transaction(runtime_.ids().uuid(), domain::Writer::api);
    transaction.put(std::move(service));
    commit(std::move(transaction));
  }
  /// Changes the service as a handler would, until the change wins its race.
  void change(const std::function<void(ServiceRecord&)>& how) {
    for (;;) {
      const auto found = runtime::block_on(executor(), read_service());
      ServiceRecord record = *found.record;
      how(record);
      store::Transaction transaction(runtime_.ids().uuid(), domain::Writer::api);
      transaction.expect(found);
      transaction.put(std::move(record));
      if (runtime::block_on(executor(), committer_.commit(std::move(transaction))).ok()) return;
    }
  }
  Async<store::Stored<ServiceRecord>> read_service() {
    const auto view = co_await committer_.read();
    co_return *view.find<ServiceRecord>(key_);
  }
  Async<store::Stored<domain::ContainerInstanceRecord>> read_host(std::string id) {
    const auto view = co_await committer_.read();
    co_return *view.find<domain::ContainerInstanceRecord>(store::instance_key(kRealm, "c", id));
  }
  ServiceRecord service() { return *runtime::block_on(executor(), read_service()).record; }

  /// When a look at the service, which waits for room, would have it looked at again.
  Async<Duration> time_to_next_look() {
    const auto view = co_await committer_.read();
    Prng prng(1);
    const auto execution =
        execute(view, *view.find<ServiceRecord>(key_), SchedulerOptions{}, true, runtime_, prng);
    co_return execution.look_again.value_or(WallTime{}) - runtime_.clock().wall();
  }

  /// Plays the agent: what is new runs, what shall stop stops; `die` ends one running task.
  void play_agent(bool die = false) { runtime::block_on(executor(), play(die)); }
  Async<void> play(bool die) {
    store::Transaction transaction(runtime_.ids().uuid(), domain::Writer::agent);
    {
      const auto view = co_await committer_.read();
      for (const auto& [sort, task] : view.group(store::kUnstoppedTasks, store::cluster_key(kRealm, "c"))) {
        domain::AgentReport report;
        const bool running = task->record->last_status == TaskStatus::running;
        if (task->record->desired_status == TaskStatus::stopped || (running && die)) {
          if (running) die = false;
          report.status = TaskStatus::stopped;
        } else {
          report.status = TaskStatus::running;
        }
        auto after = domain::apply_task_transition(*task->record, report, domain::Writer::agent,
                                                   runtime_.clock().wall());
        if (after && *after) scheduling::move_task(transaction, *task, **std::move(after));
      }
    }
    // A race that is lost is played again by the next call.
    if (transaction.write_count() > 0) {
      const auto committed = co_await committer_.commit(std::move(transaction));
      static_cast<void>(committed);
    }
  }
  /// Plays the agent at every change until `done`.
  void until(Check done) { ASSERT_TRUE(runtime::block_on(executor(), wait(std::move(done)))) << describe(); }
  /// As until(), with an agent that says nothing.
  void until_without_agent(Check done) {
    ASSERT_TRUE(runtime::block_on(executor(), wait(std::move(done), false))) << describe();
  }
  Async<bool> wait(Check done, bool plays = true) {
    const auto watch = committer_.watch(executor());
    const MonotonicTime limit = runtime_.clock().monotonic() + 30s;
    while (runtime_.clock().monotonic() < limit) {
      if (plays) co_await play(false);
      {
        const auto view = co_await committer_.read();
        if (done(view)) co_return true;
      }
      const auto changes = co_await runtime::with_deadline(runtime_, 5s, watch->next());
      static_cast<void>(changes);
    }
    co_return false;
  }
  std::string describe() {
    std::string text;
    const auto record = service();
    if (record.events)
      for (const auto& event : *record.events) text += event.message.value_or("") + "\n";
    return text;
  }
  std::vector<std::string> messages() {
    std::vector<std::string> texts;
    const auto record = service();
    if (record.events)
      for (const auto& event : *record.events) texts.push_back(event.message.value_or(""));
    return texts;
  }
  std::size_t tasks(const store::View& view) { return view.group(store::kTasksByService, key_).size(); }
  static bool steady(const store::View& view, const std::string& key) {
    return view.find<ServiceRecord>(key)->record->steady_since.has_value();
  }

  runtime::IoThreads threads_{1};
  runtime::RealRuntime runtime_{threads_.executor(0)};
  store::memory::MemoryEngine engine_{runtime_, store::memory::MemoryEngine::Mode::private_};
  store::Committer committer_{engine_, runtime_, threads_.executor(0)};
  ServiceController controller_{committer_, runtime_, SchedulerOptions{}};
  runtime::TaskGroup group_{threads_.executor(0)};
  std::string key_ = store::service_key(kRealm, "c", "web");
};

TEST_F(ServiceControllerTest, BringsAServiceToItsDesiredCountOverBothInstances) {
  create(4);
  until([&](const store::View& view) { return steady(view, key_) && tasks(view) == 4; });
  std::map<std::string, int> by_host;
  runtime::block_on(executor(),
                    [](store::Store* store, std::string key, std::map<std::string, int>* out) -> Async<void> {
                      const auto view = co_await store->read();
                      for (const auto& [sort, task] : view.group(store::kTasksByService, key))
                        ++(*out)[task->record->instance_id];
                    }(&committer_, key_, &by_host));
  EXPECT_EQ(by_host["h1"], 2);
  EXPECT_EQ(by_host["h2"], 2);
  EXPECT_THAT(messages(), Contains(HasSubstr("(service web) has started 4 tasks: (task ")));
  EXPECT_EQ(messages().front(), "(service web) has reached a steady state.");
}

TEST_F(ServiceControllerTest, StartsMoreThanOneTransactionHolds) {
  constexpr std::size_t kTasks = 90;
  store::Transaction hosts(runtime_.ids().uuid(), domain::Writer::restore);
  for (std::size_t i = 0; i < kTasks / 2; ++i) add_host(hosts, "more" + std::to_string(i));
  commit(std::move(hosts));
  create(kTasks);
  until([&](const store::View& view) { return steady(view, key_) && tasks(view) == kTasks; });
  EXPECT_THAT(messages(), Contains(::testing::AllOf(HasSubstr("(service web) has started 90 tasks: (task "),
                                                    HasSubstr(") and 70 more."))));
}

// 40 stops and 45 starts of one round are more than a transaction holds.
TEST_F(ServiceControllerTest, StopsAndStartsMoreThanOneTransactionHolds) {
  constexpr std::size_t kTasks = 45;
  store::Transaction hosts(runtime_.ids().uuid(), domain::Writer::restore);
  for (std::size_t i = 0; i < kTasks; ++i) add_host(hosts, "more" + std::to_string(i));
  commit(std::move(hosts));
  create(kTasks);
  until_without_agent([&](const store::View& view) { return tasks(view) == kTasks; });
  change([&](ServiceRecord& record) {
    scheduling::begin_deployment(record, definition(2), {2, "d2", "r2"}, runtime_.clock().wall());
  });
  until_without_agent([&](const store::View& view) {
    std::size_t leaving = 0, coming = 0;
    for (const auto& [sort, task] : view.group(store::kTasksByService, key_)) {
      leaving += task->record->revision == 1 && task->record->desired_status == TaskStatus::stopped;
      coming += task->record->revision == 2 && task->record->desired_status == TaskStatus::running;
    }
    return leaving == kTasks && coming == kTasks;
  });
  EXPECT_THAT(messages(), Contains(HasSubstr("has stopped 40 running tasks: (task ")));
  EXPECT_THAT(messages(), Contains(HasSubstr("has started 45 tasks: (task ")).Times(2));
}

TEST_F(ServiceControllerTest, ReplacesATaskThatDied) {
  create(2);
  until([&](const store::View& view) { return steady(view, key_); });
  play_agent(true);
  until([&](const store::View& view) {
    return view.group(store::kStoppedTasksByService, key_).size() == 1 && tasks(view) == 2;
  });
}

TEST_F(ServiceControllerTest, ExplainsATaskThatFindsNoPlaceAndPlacesItWhenThereIsRoom) {
  create(5);
  until([&](const store::View& view) { return tasks(view) == 4; });
  until([&](const store::View& view) {
    const auto& events = view.find<ServiceRecord>(key_)->record->events;
    for (const auto& event : *events)
      if (event.message->find("was unable to place a task because no container instance met all of its "
                              "requirements. The closest matching (container-instance arn:h") !=
          std::string::npos)
        return true;
    return false;
  });
  store::Transaction transaction(runtime_.ids().uuid(), domain::Writer::restore);
  add_host(transaction, "h3");
  commit(std::move(transaction));
  until([&](const store::View& view) { return tasks(view) == 5 && steady(view, key_); });
}

TEST_F(ServiceControllerTest, RollsOutAndLeavesOneDeployment) {
  create(2);
  until([&](const store::View& view) { return steady(view, key_); });
  change([&](ServiceRecord& record) {
    scheduling::begin_deployment(record, definition(2), {2, "d2", "r2"}, runtime_.clock().wall());
  });
  until([&](const store::View& view) { return steady(view, key_); });
  const auto record = service();
  ASSERT_EQ(record.deployments.size(), 1U);
  EXPECT_EQ(record.deployments[0].revision, 2);
  EXPECT_EQ(record.deployments[0].rollout_state, model::ecs::DeploymentRolloutState::completed);
}

TEST_F(ServiceControllerTest, DaemonsLeaveADrainingHostAndDoNotWaitForEachOther) {
  create("web", 0, model::ecs::SchedulingStrategy::daemon);
  create("log", 0, model::ecs::SchedulingStrategy::daemon);
  const auto on = [](const store::View& view, const std::string& host) {
    return view.group(store::kTasksByInstance, store::instance_key(kRealm, "c", host)).size();
  };
  until([&](const store::View& view) { return on(view, "h1") == 2 && on(view, "h2") == 2; });
  store::Transaction transaction(runtime_.ids().uuid(), domain::Writer::restore);
  domain::ContainerInstanceRecord host = *runtime::block_on(executor(), read_host("h1")).record;
  host.status = domain::InstanceStatus::draining;
  transaction.put(std::move(host));
  commit(std::move(transaction));
  until([&](const store::View& view) { return on(view, "h1") == 0 && on(view, "h2") == 2; });
}

TEST_F(ServiceControllerTest, ADeletedServiceEndsInactive) {
  create(2);
  until([&](const store::View& view) { return steady(view, key_); });
  change([](ServiceRecord& record) {
    record.status = domain::ServiceStatus::draining;
    record.desired_count = 0;
  });
  until([&](const store::View& view) {
    return view.find<ServiceRecord>(key_)->record->status == domain::ServiceStatus::inactive;
  });
}

// 200 is what one plan starts; there is room for four.
TEST_F(ServiceControllerTest, MoreThanOnePlanStartsWaitForRoomInPeace) {
  create(400);
  until([&](const store::View& view) {
    const auto& events = view.find<ServiceRecord>(key_)->record->events;
    return tasks(view) == 4 && events && !events->empty() &&
           events->front().message->find("unable to place") != std::string::npos;
  });
  const Duration again = runtime::block_on(executor(), time_to_next_look());
  EXPECT_GT(again, Duration(500ms));
}

}  // namespace
}  // namespace berth::controllers::service
