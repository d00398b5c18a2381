// Goal: predictions say what the scheduler then does: where tasks go, how low a service gets, what finds no
// place, how long it takes.
// Method: a cluster of three zones. Each action is predicted; a drain is also really done, with the same
// controllers on real time and real threads, and must end as predicted.
#include "simulate/simulate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controllers/service/controller.h"
#include "runtime/real/io_threads.h"
#include "runtime/real/real_runtime.h"
#include "runtime/sync.h"
#include "simulate/apply_action.h"
#include "simulate/task_player.h"
#include "simulate/testing.h"
#include "store/committer.h"
#include "store/memory/memory_engine.h"
#include "store/record_codec.h"

namespace berth::simulate {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

using Counts = std::map<std::string, std::int64_t>;

Prediction must_predict(const testing::Cluster& cluster, const Action& action, Options options = {}) {
  auto prediction = predict(cluster.state(), action, options);
  check(prediction.ok(), "the prediction of a test must succeed");
  return *std::move(prediction);
}

/// Tasks by instance at the end; -1 where the plays differ.
Counts ends(const Prediction& prediction) {
  Counts counts;
  for (const auto& instance : prediction.instances)
    counts[instance.id] =
        instance.tasks_after.least == instance.tasks_after.most ? instance.tasks_after.least : -1;
  return counts;
}

TEST(Simulate, ADrainMovesTasksOneByOneWithoutLosingAny) {
  const auto prediction = must_predict(testing::three_zones(), Drain{"i-h1"});
  EXPECT_TRUE(prediction.settled);
  EXPECT_EQ(ends(prediction), (Counts{{"h1", 0}, {"h2", 2}, {"h3", 2}}));
  ASSERT_EQ(prediction.services.size(), 1U);
  EXPECT_EQ(prediction.services[0].lowest.least, 4) << "replaced before it is stopped";
  EXPECT_EQ(prediction.services[0].serving_after.least, 4);
  ASSERT_EQ(prediction.moves.size(), 2U);
  for (const auto& move : prediction.moves) {
    EXPECT_EQ(move.from, "h1");
    EXPECT_NE(move.to, "h1");
    EXPECT_LT(*move.running, *move.stopped);
  }
  EXPECT_TRUE(prediction.unplaced.empty());
  EXPECT_GT(prediction.took, Duration(1500ms)) << "a start as it was seen";
  EXPECT_LT(prediction.took, Duration(60s));
}

// The real thing: another clock, another order of things, another seed.
class RealCluster {
 public:
  explicit RealCluster(const SavedState& state) : times_(state) {
    threads_.start();
    store::EngineBatch batch;
    batch.head = store::Revision(1);
    batch.transaction_ids = {"state"};
    batch.writes.emplace_back();
    for (const auto& one : state.records)
      batch.writes[0].push_back({one.kind, one.key, store::encode_record(one.kind, one.record.get())});
    check(run(engine_.append(std::move(batch))).ok(), "the state of a test must load");
    check(run(committer_.start()).ok(), "the store of a test must start");
  }
  ~RealCluster() {
    run(stop());
    threads_.stop();
  }
  Counts drain_and_wait(const SavedState& state, const std::string& host, std::size_t wanted) {
    return run(drain(state, host, wanted));
  }

 private:
  template <class T>
  T run(Async<T> work) {
    return runtime::block_on(threads_.executor(0), std::move(work));
  }
  Async<void> stop() {
    group_.cancel();
    co_await group_.drain();
    co_await committer_.stop();
  }
  Async<Counts> drain(SavedState state, std::string host, std::size_t wanted) {
    group_.spawn(player_.run());
    group_.spawn(scheduler_.run());
    const Executor executor = threads_.executor(0);
    const auto watch = committer_.watch(executor);
    const services::ecs::Deps deps;
    api::CallParts parts{.principal = {},
                         .realm = state.realm,
                         .request_id = "test",
                         .endpoint = {},
                         .now = runtime_.clock().wall()};
    const services::ecs::Call call(api::Call(runtime_, parts), deps);
    api::Exchange exchange{committer_};
    Action action = Drain{host};
    std::string cluster = "default";
    const auto done = co_await apply_action(exchange, call, std::move(cluster), std::move(action));
    check(done.ok(), "the drain of a test must be accepted");
    Counts counts;
    bool over = false;
    while (!over) {
      auto next = watch->next();
      const auto changes = co_await runtime::with_deadline(runtime_, 30s, std::move(next));
      check(changes.ok(), "the drain of a test does not end");
      const auto view = co_await committer_.read();
      over = count(view, state.realm, counts, wanted);
    }
    co_return counts;
  }
  // Whether the service has its tasks elsewhere, all running.
  bool count(const store::View& view, const domain::Realm& realm, Counts& counts, std::size_t wanted) const {
    counts = {{"h1", 0}, {"h2", 0}, {"h3", 0}};
    std::size_t running = 0, all = 0;
    for (const auto& [sort, task] :
         view.group(store::kUnstoppedTasks, store::cluster_key(realm, "default"))) {
      ++counts[task->record->instance_id];
      ++all;
      if (task->record->last_status == domain::TaskStatus::running) ++running;
    }
    return counts["h1"] == 0 && running == wanted && all == wanted;
  }

  runtime::IoThreads threads_{1};
  runtime::RealRuntime runtime_{threads_.executor(0)};
  store::memory::MemoryEngine engine_{runtime_, store::memory::MemoryEngine::Mode::private_};
  store::Committer committer_{engine_, runtime_, threads_.executor(0)};
  TaskTimes times_;
  TaskPlayer player_{committer_, runtime_, times_};
  controllers::service::ServiceController scheduler_{committer_, runtime_,
                                                     controllers::service::SchedulerOptions{}};
  runtime::TaskGroup group_{threads_.executor(0)};
};

TEST(Simulate, ADrainEndsAsPredicted) {
  auto cluster = testing::three_zones();
  // A second service, spread over hosts, so that the answer is not only one number.
  cluster.define("api", 1, 100);
  cluster.add_service("api", 2, "api:1");
  cluster.add_task("api", "h1", "api:1");
  cluster.add_task("api", "h2", "api:1");
  const auto predicted = ends(must_predict(cluster, Drain{"h1"}));
  EXPECT_EQ(predicted, (Counts{{"h1", 0}, {"h2", 3}, {"h3", 3}}));
  auto state = cluster.state();
  RealCluster real(state);
  EXPECT_EQ(real.drain_and_wait(state, "h1", 6), predicted);
}

TEST(Simulate, ABeginningOfAnIdNamesAnInstance) {
  auto cluster = testing::three_zones();
  cluster.add_host("abcd1111", "a");
  cluster.add_host("abcd2222", "b");
  EXPECT_TRUE(predict(cluster.state(), Drain{"abcd1"}, {}).ok());
  EXPECT_TRUE(predict(cluster.state(), Lose{"abcd2"}, {}).ok());
  const auto several = predict(cluster.state(), Drain{"abcd"}, {});
  ASSERT_FALSE(several.ok());
  EXPECT_THAT(several.error().message,
              ::testing::HasSubstr("abcd is the beginning of 2 container instances"));
  EXPECT_FALSE(predict(cluster.state(), Drain{"abc"}, {}).ok()) << "three letters are no beginning";
}

TEST(Simulate, ALostZoneIsMissedUntilTheGraceIsOver) {
  Options options;
  options.instance_grace = 60s;
  const auto prediction = must_predict(testing::three_zones(), Lose{"a"}, options);
  EXPECT_EQ(ends(prediction), (Counts{{"h1", 0}, {"h2", 2}, {"h3", 2}}));
  EXPECT_EQ(prediction.services[0].lowest.least, 2) << "nobody replaces its two tasks before";
  EXPECT_GT(prediction.took, Duration(60s));
  EXPECT_EQ(prediction.services[0].serving_after.least, 4);
  EXPECT_EQ(prediction.instances[0].status, "lost");
}

TEST(Simulate, WhatCannotBePlacedIsExplainedInstanceByInstance) {
  const auto prediction = must_predict(testing::three_zones(), Scale{"web", 16});
  EXPECT_EQ(ends(prediction), (Counts{{"h1", 5}, {"h2", 5}, {"h3", 5}}));
  ASSERT_EQ(prediction.unplaced.size(), 1U);
  EXPECT_EQ(prediction.unplaced[0].missing, 1);
  const auto document = parse_json(render_document(prediction)).value().as_object();
  const auto explanation = document.at("unplaced").as_array().at(0).as_object().at("explanation").as_object();
  EXPECT_EQ(explanation.at("waits").as_array().at(0).as_object().at("code").as_string(), "placement");
  for (const auto& instance : explanation.at("decision").as_object().at("instances").as_array())
    EXPECT_EQ(instance.as_object().at("reasons").as_array().at(0).as_object().at("code").as_string(),
              "memory");
  EXPECT_THAT(render_text(prediction), HasSubstr("1 task cannot be placed"));
}

TEST(Simulate, ScalingFarBeyondTheRoomEnds) {
  const auto prediction = must_predict(testing::three_zones(), Scale{"web", 401});
  ASSERT_EQ(prediction.unplaced.size(), 1U);
  EXPECT_LT(prediction.services[0].serving_after.most, 401);
}

TEST(Simulate, NewInstancesTakeWhatHadNoPlace) {
  auto cluster = testing::three_zones();
  cluster.add_service("web", 16, "web:1");
  const auto prediction = must_predict(cluster, Add{1, 1024, 1024});
  EXPECT_TRUE(prediction.unplaced.empty());
  ASSERT_EQ(prediction.instances.size(), 4U);
  std::int64_t all = 0;
  for (const auto& instance : prediction.instances) all += instance.tasks_after.least;
  EXPECT_LE(all, 16);
  EXPECT_EQ(prediction.services[0].serving_after.least, 16);
}

TEST(Simulate, ADeploymentStaysWithinItsBounds) {
  auto cluster = testing::three_zones();
  auto& service = cluster.add_service("web", 4, "web:1");
  model::ecs::DeploymentConfiguration configuration;
  configuration.minimum_healthy_percent = 50;
  configuration.maximum_percent = 100;
  service.deployment_configuration = configuration;
  cluster.define("web", 2, 200);
  const auto prediction = must_predict(cluster, Deploy{"web", "web:2"});
  EXPECT_TRUE(prediction.settled);
  EXPECT_EQ(prediction.services[0].rollout, "COMPLETED");
  EXPECT_EQ(prediction.services[0].lowest.least, 2) << "half of them at a time";
  EXPECT_EQ(prediction.services[0].serving_after.least, 4);
  EXPECT_EQ(prediction.moves.size(), 4U);
  for (const auto& move : prediction.moves) EXPECT_EQ(move.task_definition, "web:2");
}

TEST(Simulate, TasksOfNoServiceAreLeftBehind) {
  auto cluster = testing::three_zones();
  cluster.add_task("", "h1", "web:1");
  const auto prediction = must_predict(cluster, Drain{"h1"});
  EXPECT_EQ(ends(prediction).at("h1"), 1);
  ASSERT_EQ(prediction.left_behind.size(), 1U);
  EXPECT_THAT(render_text(prediction), HasSubstr("1 task stays where it is: the drain does not end"));
}

// At most as many tasks as are desired, and all of them needed: none can be replaced before it is stopped.
TEST(Simulate, ADrainThatNeverEndsSaysWhichTasksStayAndWhy) {
  auto cluster = testing::three_zones();
  model::ecs::DeploymentConfiguration configuration;
  configuration.minimum_healthy_percent = 100;
  configuration.maximum_percent = 100;
  cluster.service("web").deployment_configuration = configuration;
  const auto prediction = must_predict(cluster, Drain{"h1"});
  EXPECT_TRUE(prediction.moves.empty());
  ASSERT_EQ(prediction.left_behind.size(), 2U);
  for (const auto& left : prediction.left_behind) {
    EXPECT_EQ(left.service, "web");
    EXPECT_EQ(left.instance, "h1");
    EXPECT_THAT(left.why, HasSubstr("maximumPercent allows 4 tasks at a time"));
  }
  const auto text = render_text(prediction);
  EXPECT_THAT(text, HasSubstr("Nothing moves, and 2 tasks stay where they are: the drain does not end."));
  EXPECT_THAT(text, HasSubstr("STAYS ON"));
  EXPECT_THAT(text, HasSubstr("i-h1"));
  const auto document = parse_json(render_document(prediction)).value().as_object();
  EXPECT_EQ(document.at("leftBehind").as_array().size(), 2U);
}

TEST(Simulate, ABeginningOfAnEc2InstanceIdNamesAnInstance) {
  auto cluster = testing::three_zones();
  cluster.add_host("abcd1111", "a");
  EXPECT_TRUE(predict(cluster.state(), Drain{"i-abcd"}, {}).ok());
  const auto several = predict(cluster.state(), Drain{"i-h"}, {});
  EXPECT_FALSE(several.ok()) << "one letter is no beginning";
}

TEST(Simulate, ALetterNamesAZoneOfTheRegion) {
  auto cluster = testing::three_zones();
  cluster.add_host("far", "us-east-1f");
  const auto prediction = must_predict(cluster, Lose{"f"});
  EXPECT_EQ(prediction.instances.front().ec2_instance_id, "i-far");
  EXPECT_EQ(prediction.instances.front().status, "lost");
}

TEST(Simulate, TheSameQuestionHasTheSameAnswer) {
  const auto cluster = testing::three_zones();
  EXPECT_EQ(render_document(must_predict(cluster, Lose{"h2"})),
            render_document(must_predict(cluster, Lose{"h2"})));
}

TEST(Simulate, RefusesWhatTheApiWouldRefuse) {
  const auto state = testing::three_zones().state();
  const auto message = [&](const Action& action, const std::string& cluster = "default") {
    Options options;
    options.cluster = cluster;
    const auto prediction = predict(state, action, options);
    return prediction ? std::string("accepted") : prediction.error().message;
  };
  EXPECT_THAT(message(Scale{"nobody", 1}), HasSubstr("ServiceNotFoundException"));
  EXPECT_THAT(message(Deploy{"web", "web:9"}), HasSubstr("TaskDefinition not found"));
  EXPECT_THAT(message(Drain{"i-nobody"}), HasSubstr("no container instance i-nobody"));
  EXPECT_THAT(message(Lose{"z"}),
              HasSubstr("no container instance and no zone z in cluster default; the zones are a, b, c"));
  EXPECT_THAT(message(Drain{"h1"}, "elsewhere"), HasSubstr("no cluster elsewhere"));
}

TEST(Simulate, RefusesWhatIsNoState) {
  for (const char* text :
       {"", "[]", "{}", R"({"format":2})", R"({"format":1,"revision":1,"at":1,"records":[{}]})",
        R"({"format":1,"revision":1,"at":1,"records":[{"kind":"horse","record":{}}]})",
        R"({"format":1,"revision":1,"at":1,"records":[{"kind":"task","record":{}}]})"})
    EXPECT_FALSE(parse_state(text).ok()) << text;
}

}  // namespace
}  // namespace berth::simulate
