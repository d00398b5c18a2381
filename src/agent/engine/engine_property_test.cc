// Goal: whatever happens in whatever order, a task's statuses never go back, no container has two steps at
// once, nothing
//       starts once the task is to stop, every task that is told to stop does, and each status is told
//       exactly once.
// Method: random tasks and random outcomes from a seed, with restarts of the agent in between; a pretended
// Docker.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "agent/engine/dependencies.h"
#include "agent/engine/engine.h"

namespace berth::agent::engine {
namespace {

constexpr int kSeeds = 3000;
constexpr int kStepsMax = 2000;

TaskSpec make_spec(Prng& random) {
  TaskSpec spec;
  spec.arn = "arn:aws:ecs:us-east-1:123456789012:task/x";
  spec.family = "f";
  spec.version = "1";
  const std::size_t count = 1 + random.below(5);
  for (std::size_t i = 0; i < count; ++i) {
    ContainerSpec container;
    container.name = "c" + std::to_string(i);
    container.essential = i == 0 || random.chance(1, 2);
    if (random.chance(1, 4)) container.start_timeout = std::chrono::seconds(5);
    if (random.chance(1, 4)) container.restart = RestartPolicy{{0}, std::chrono::seconds(random.below(3))};
    container.health_check = random.chance(1, 2);
    for (std::size_t on = 0; on < i; ++on) {
      if (!random.chance(1, 3)) continue;
      container.depends_on.push_back({on, static_cast<Condition>(random.below(5)), random.chance(1, 2)});
    }
    spec.containers.push_back(std::move(container));
  }
  if (random.chance(1, 3)) {
    spec.volumes.emplace_back().name = "v";
    spec.containers[0].mounts.push_back({"v", "/v", false});
  }
  return spec;
}

/// Docker and the control plane, pretended: what they owe the engine, in no particular order.
class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed), spec_(make_spec(random_)) {
    task_ = make_task_state(spec_, Status::running, false, random_);
    runs_.resize(spec_.containers.size());
    exists_.resize(spec_.containers.size());
  }

  void run() {
    feed(Admitted{});
    for (int step = 0; step < kStepsMax && task_.cleanup != Cleanup::done; ++step) {
      now_.ms += static_cast<std::int64_t>(random_.below(2000));
      if (step == 200) feed(StopRequested{});
      disturb(step > 200);
      answer();
    }
    EXPECT_EQ(task_.cleanup, Cleanup::done);
    EXPECT_EQ(task_.known, Status::stopped);
    for (std::size_t i = 0; i < runs_.size(); ++i)
      EXPECT_FALSE(runs_[i]) << "container " << i << " still runs";
    EXPECT_EQ(told_.empty() ? Status::none : told_.back(), Status::stopped);
    EXPECT_TRUE(std::ranges::adjacent_find(told_, std::greater<>{}) == told_.end())
        << "a task's status was told back";
    EXPECT_EQ(std::ranges::count(told_, Status::stopped), 1);
    for (std::size_t i = 0; i < spec_.containers.size(); ++i) {
      const auto& told = told_containers_[i];
      EXPECT_TRUE(std::ranges::is_sorted(told)) << "container " << i;
      EXPECT_EQ(std::ranges::count(told, Status::stopped), 1) << "container " << i;
      EXPECT_LE(std::ranges::count(told, Status::running), 1) << "container " << i;
    }
  }

 private:
  ContainerInfo inspect(std::size_t i) {
    ContainerInfo info;
    info.id = "id" + std::to_string(i);
    info.phase = runs_[i] ? ContainerPhase::running : ContainerPhase::exited;
    info.started_at = started_[i];
    if (!started_[i]) info.phase = ContainerPhase::created;
    if (started_[i] && !runs_[i]) {
      info.finished_at = now_;
      info.exit_code = static_cast<std::int32_t>(random_.below(2));
    }
    info.health.status = spec_.containers[i].health_check ? static_cast<HealthStatus>(random_.between(1, 3))
                                                          : HealthStatus::none;
    return info;
  }

  /// Things that happen by themselves.
  void disturb(bool calm) {
    const std::size_t i = random_.below(runs_.size());
    if (random_.chance(1, 30) && runs_[i]) {
      runs_[i] = false;
      feed(Observed{i, inspect(i)});
    }
    if (random_.chance(1, 30) && exists_[i]) feed(Observed{i, inspect(i)});
    if (calm) return;
    if (random_.chance(1, 100)) feed(StopRequested{});
    if (random_.chance(1, 60) && exists_[i]) {
      runs_[i] = exists_[i] = false;
      feed(Vanished{i});
    }
    if (random_.chance(1, 40)) restart();
  }

  void restart() {
    auto state = state_from_json(spec_, parse_json(render_json(state_to_json(task_))).value());
    ASSERT_TRUE(state.ok());
    // What Docker was asked and did not get to, it may have done or not.
    for (const Action& action : owed_) {
      if (const auto* create = std::get_if<CreateContainer>(&action))
        exists_[create->container] = random_.chance(1, 2);
      if (const auto* start = std::get_if<StartContainer>(&action);
          start != nullptr && random_.chance(1, 2)) {
        begin(start->container);
      }
    }
    owed_.clear();
    task_ = std::move(*state);
    Resumed resumed;
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      resumed.containers.push_back(exists_[i] ? std::optional(inspect(i)) : std::nullopt);
    }
    feed(resumed);
  }

  void begin(std::size_t i) {
    if (!exists_[i]) return;
    runs_[i] = true;
    started_[i] = now_;
  }

  std::optional<DriverError> maybe_error(unsigned chance) {
    if (!random_.chance(1, chance)) return std::nullopt;
    return DriverError{random_.chance(1, 3) ? "DockerTimeoutError" : "SomeError", "text", false};
  }

  /// Does one of the things that were asked for, and sometimes sends a report.
  void answer() {
    if (const StateChange* report = random_.chance(1, 2) ? begin_report(task_) : nullptr) {
      told_.push_back(wire(report->status));
      for (const auto& change : report->containers)
        told_containers_[change.container].push_back(change.status);
      feed(ReportDelivered{report->id});
    }
    if (owed_.empty()) return;
    const std::size_t pick = random_.below(owed_.size());
    const Action action = owed_[pick];
    owed_.erase(owed_.begin() + static_cast<std::ptrdiff_t>(pick));
    std::visit([&](const auto& one) { act(one); }, action);
  }

  static Status wire(Status status) { return status < Status::running ? Status::none : status; }

  void act(const MakeVolume& a) { feed(VolumeDone{a.volume, true, maybe_error(20)}); }
  void act(const MakeCgroup&) { feed(CgroupDone{maybe_error(20) ? "" : "/x"}); }
  void act(const FetchSecrets&) { feed(SecretsDone{maybe_error(20) ? "no such secret" : ""}); }
  void act(const PullImage& a) { feed(PullDone{a.container, {}, maybe_error(20)}); }
  void act(const CancelPull&) {}
  void act(const CreateContainer& a) {
    const auto error = maybe_error(20);
    if (!error) exists_[a.container] = true;
    feed(CreateDone{a.container, "id" + std::to_string(a.container), error});
  }
  void act(const StartContainer& a) {
    const auto error = exists_[a.container] ? maybe_error(20) : DriverError{"SomeError", "gone", true};
    if (!error || error->name == "DockerTimeoutError") begin(a.container);
    if (error) {
      feed(StartDone{a.container, "", std::nullopt, error});
    } else {
      feed(StartDone{a.container, "", inspect(a.container), std::nullopt});
    }
  }
  void act(const StopContainer& a) {
    const auto error = maybe_error(4);
    if (error) {
      feed(StopDone{a.container, std::nullopt, error});
      return;
    }
    runs_[a.container] = false;
    feed(
        StopDone{a.container, exists_[a.container] ? std::optional(inspect(a.container)) : std::nullopt, {}});
  }
  void act(const SetTimer& a) {
    if (a.timer.kind == Timer::Kind::cleanup) now_ = now_ + a.delay;
    feed(TimerFired{a.timer});
  }
  void act(const ReportReady&) {}
  void act(const CleanUp&) { feed(CleanedUp{}); }

  void feed(const Event& event) {
    const TaskState before = task_;
    const auto actions = apply(task_, event, now_, options_);
    EXPECT_GE(task_.known, before.known);
    for (std::size_t i = 0; i < task_.containers.size(); ++i) {
      EXPECT_GE(task_.containers[i].known, before.containers[i].known);
      EXPECT_GE(task_.containers[i].desired, before.containers[i].desired);
    }
    EXPECT_LE(task_.outbox.size(), 4U);
    for (const Action& action : actions) check_action(action, before);
    owed_.insert(owed_.end(), actions.begin(), actions.end());
  }

  void check_action(const Action& action, const TaskState& before) {
    const bool starts =
        std::holds_alternative<CreateContainer>(action) || std::holds_alternative<PullImage>(action);
    EXPECT_TRUE(!starts || (task_.desired == Status::running && before.desired == Status::running));
    if (const auto* create = std::get_if<CreateContainer>(&action)) {
      EXPECT_EQ(judge_dependencies(task_, create->container, Hold::create, nullptr), Verdict::ready);
    }
  }

  Prng random_;
  TaskSpec spec_;
  TaskState task_;
  EngineOptions options_;
  WallTime now_{1'700'000'000'000};
  std::vector<Action> owed_;
  std::vector<bool> runs_, exists_;
  std::map<std::size_t, std::optional<WallTime>> started_;
  std::vector<Status> told_;
  std::map<std::size_t, std::vector<Status>> told_containers_;
};

TEST(EngineProperty, EveryTaskEndsAndIsToldOnce) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed);
    world.run();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace berth::agent::engine
