#pragma once
#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "agent/engine/engine.h"
#include "model/acs/codec.h"

/// Drives the engine with words, for tests: a pretended Docker that does what it is told and a clock that is
/// moved.
namespace berth::agent::engine {

class Script {
 public:
  /// Runs the lines and returns what came of them.
  std::string run(const std::string& commands) {
    out_.str("");
    std::istringstream in(commands);
    for (std::string line; std::getline(in, line);) {
      if (line.empty()) continue;
      std::istringstream words(line);
      std::string command;
      words >> command;
      if (command == "task") {
        std::string rest(std::istreambuf_iterator<char>(in), {});
        std::string how;
        words >> how;
        load(rest, how == "stopped" ? Status::stopped : Status::running);
        break;
      }
      execute(command, words);
    }
    return out_.str();
  }

 private:
  using Words = std::istringstream;

  void load(const std::string& json, Status desired) {
    auto task = model::decode_json<model::acs::Task>(json);
    if (!task) {
      out_ << "unreadable: " << task.error().message << "\n";
      return;
    }
    json_ = json;
    auto spec = make_task_spec(*task);
    if (!spec) {
      out_ << "UnrecogniedTaskError: Error loading task - " << spec.error().message << "\n";
      return;
    }
    Prng random(7);
    task_ = make_task_state(std::move(*spec), desired, true, random);
    timers_.clear();
    if (!task_.spec.setup_problem.empty()) {
      feed(StopRequested{task_.spec.setup_problem});
    } else if (desired == Status::stopped) {
      feed(StopRequested{});
    }
  }

  std::size_t container(Words& words) {
    std::string name;
    words >> name;
    return task_.spec.find_container(name).value();
  }

  static std::string rest_of(Words& words) {
    std::string rest;
    std::getline(words >> std::ws, rest);
    return rest;
  }

  static std::optional<DriverError> problem(Words& words) {
    std::string word;
    if (!(words >> word) || word != "error") return std::nullopt;
    std::string name;
    words >> name;
    return DriverError{name, rest_of(words), name == "Missing"};
  }

  ContainerInfo info(std::size_t index, ContainerPhase phase) {
    const ContainerState& state = task_.containers[index];
    ContainerInfo made;
    made.id = state.docker_id;
    made.name = state.docker_name;
    made.phase = phase;
    made.started_at = state.started_at ? state.started_at : now_;
    if (phase == ContainerPhase::created) made.started_at.reset();
    made.health = state.health;
    if (phase == ContainerPhase::running) {
      for (const PortSpec& port : task_.spec.containers[index].ports) {
        made.ports.push_back(
            {port.container_port, port.protocol, "0.0.0.0", port.host_port ? port.host_port : 32768});
      }
    }
    return made;
  }

  ContainerInfo exited(std::size_t index, Words& words) {
    ContainerInfo made = info(index, ContainerPhase::exited);
    words >> made.exit_code;
    made.finished_at = now_;
    std::string word;
    if (words >> word) {
      made.oom_killed = word == "oom";
      if (word == "error") made.error = rest_of(words);
    }
    return made;
  }

  void execute(const std::string& command, Words& words) {
    if (command == "admitted") {
      feed(Admitted{});
    } else if (command == "stop") {
      feed(StopRequested{rest_of(words)});
    } else if (command == "pulled") {
      const std::size_t index = container(words);
      ImageInfo image;
      image.id = "sha256:1";
      image.repo_digests = {"image@sha256:2"};
      feed(PullDone{index, image, problem(words)});
    } else if (command == "created") {
      const std::size_t index = container(words);
      feed(CreateDone{index, "id-" + task_.spec.containers[index].name, problem(words)});
    } else if (command == "started") {
      started(words);
    } else if (command == "stopped") {
      stopped(words);
    } else if (command == "died") {
      const std::size_t index = container(words);
      feed(Observed{index, exited(index, words)});
    } else if (command == "running") {
      const std::size_t index = container(words);
      feed(Observed{index, info(index, ContainerPhase::running)});
    } else if (command == "health") {
      health(words);
    } else if (command == "vanished") {
      feed(Vanished{container(words)});
    } else {
      execute_rest(command, words);
    }
  }

  void execute_rest(const std::string& command, Words& words) {
    if (command == "volume") {
      std::string name;
      words >> name;
      feed(VolumeDone{task_.spec.find_volume(name).value(), true, problem(words)});
    } else if (command == "cgroup") {
      std::string parent;
      words >> parent;
      feed(CgroupDone{parent});
    } else if (command == "secrets") {
      feed(SecretsDone{rest_of(words)});
    } else if (command == "tick") {
      tick(words);
    } else if (command == "sent") {
      sent();
    } else if (command == "cleaned") {
      feed(CleanedUp{});
    } else if (command == "restart") {
      restart(words);
    } else if (command == "state") {
      print_state();
    } else {
      out_ << "unknown command " << command << "\n";
    }
  }

  void started(Words& words) {
    const std::size_t index = container(words);
    std::string word;
    words >> word;
    if (word == "error") {
      std::string name;
      words >> name;
      feed(StartDone{index, "", std::nullopt, DriverError{name, rest_of(words), false}});
    } else if (word == "exited") {
      feed(StartDone{index, "", exited(index, words), std::nullopt});
    } else {
      ContainerInfo made = info(index, ContainerPhase::running);
      made.started_at = now_;
      feed(StartDone{index, "", made, std::nullopt});
    }
  }

  void stopped(Words& words) {
    const std::size_t index = container(words);
    std::string word;
    words >> word;
    if (word == "error") {
      std::string name;
      words >> name;
      feed(StopDone{index, std::nullopt, DriverError{name, rest_of(words), name == "Missing"}});
    } else {
      Words code(word);
      feed(StopDone{index, exited(index, code), std::nullopt});
    }
  }

  void health(Words& words) {
    const std::size_t index = container(words);
    std::string word;
    words >> word;
    ContainerInfo made = info(index, ContainerPhase::running);
    made.health.status = word == "healthy" ? HealthStatus::healthy : HealthStatus::unhealthy;
    feed(Observed{index, made});
  }

  void tick(Words& words) {
    std::int64_t seconds = 0;
    words >> seconds;
    const WallTime end = now_ + std::chrono::seconds(seconds);
    while (!timers_.empty() && timers_.begin()->first <= end.ms) {
      const Timer timer = timers_.begin()->second;
      now_.ms = std::max(now_.ms, timers_.begin()->first);
      timers_.erase(timers_.begin());
      out_ << "timer " << name(timer) << "\n";
      feed(TimerFired{timer});
    }
    now_ = end;
  }

  void sent() {
    const StateChange* report = begin_report(task_);
    if (report == nullptr) {
      out_ << "nothing to send\n";
      return;
    }
    out_ << "sent " << wire_status(report->status)
         << (report->reason.empty() ? "" : " reason " + report->reason) << "\n";
    for (const ContainerChange& change : report->containers) {
      out_ << "  " << task_.spec.containers[change.container].name << " " << wire_status(change.status);
      if (change.exit_code) out_ << " exit " << *change.exit_code;
      if (!change.reason.empty()) out_ << " reason " << change.reason;
      for (const PortBinding& b : change.bindings)
        out_ << " " << b.host_port << "->" << b.container_port << "/" << b.protocol;
      out_ << "\n";
    }
    feed(ReportDelivered{report->id});
  }

  /// `restart NAME=running NAME=exited:CODE NAME=created …`: everything goes through its saved form.
  void restart(Words& words) {
    const std::string saved = render_json(state_to_json(task_));
    auto task = model::decode_json<model::acs::Task>(json_);
    auto state = state_from_json(make_task_spec(*task).value(), parse_json(saved).value());
    if (!state) {
      out_ << "not restored: " << state.error().message << "\n";
      return;
    }
    task_ = std::move(*state);
    timers_.clear();
    Resumed resumed;
    resumed.containers.resize(task_.containers.size());
    for (std::string word; words >> word;) {
      const auto equals = word.find('=');
      const std::size_t index = task_.spec.find_container(word.substr(0, equals)).value();
      if (task_.containers[index].docker_id.empty()) task_.containers[index].docker_id = "id-found";
      const std::string what = word.substr(equals + 1);
      if (what == "running") resumed.containers[index] = info(index, ContainerPhase::running);
      if (what == "created") resumed.containers[index] = info(index, ContainerPhase::created);
      if (what.starts_with("exited:")) {
        Words code(what.substr(7));
        resumed.containers[index] = exited(index, code);
      }
    }
    feed(resumed);
  }

  void print_state() {
    out_ << "task " << to_string(task_.known) << " wants " << to_string(task_.desired) << "\n";
    for (std::size_t i = 0; i < task_.containers.size(); ++i) {
      const ContainerState& c = task_.containers[i];
      out_ << "  " << task_.spec.containers[i].name << " " << to_string(c.known) << " wants "
           << to_string(c.desired);
      if (c.step != Step::none) out_ << " during " << to_string(c.step);
      if (c.restarts > 0) out_ << " restarts " << c.restarts;
      out_ << "\n";
    }
  }

  void feed(const Event& event) {
    for (const Action& action : apply(task_, event, now_, options_)) {
      std::visit([&](const auto& one) { show(one); }, action);
    }
  }

  const std::string& name(std::size_t index) const { return task_.spec.containers[index].name; }
  std::string name(const Timer& timer) const {
    switch (timer.kind) {
      case Timer::Kind::flush:
        return "flush";
      case Timer::Kind::start_timeout:
        return "start-timeout " + name(timer.container);
      case Timer::Kind::retry_stop:
        return "retry-stop " + name(timer.container);
      case Timer::Kind::cleanup:
        return "cleanup";
    }
    return "?";
  }
  static std::int64_t seconds(Duration d) {
    return std::chrono::duration_cast<std::chrono::seconds>(d).count();
  }

  void show(const MakeVolume& a) { out_ << "make-volume " << task_.spec.volumes[a.volume].name << "\n"; }
  void show(const MakeCgroup&) { out_ << "make-cgroup\n"; }
  void show(const FetchSecrets&) { out_ << "fetch-secrets\n"; }
  void show(const PullImage& a) { out_ << "pull " << name(a.container) << "\n"; }
  void show(const CancelPull& a) { out_ << "cancel-pull " << name(a.container) << "\n"; }
  void show(const CreateContainer& a) { out_ << "create " << name(a.container) << "\n"; }
  void show(const StartContainer& a) { out_ << "start " << name(a.container) << "\n"; }
  void show(const StopContainer& a) {
    out_ << "stop " << name(a.container) << " grace " << seconds(a.grace) << "s\n";
  }
  void show(const SetTimer& a) {
    out_ << "set-timer " << name(a.timer) << " " << seconds(a.delay) << "s\n";
    timers_.emplace((now_ + a.delay).ms, a.timer);
  }
  void show(const ReportReady&) { out_ << "report-ready\n"; }
  void show(const CleanUp&) { out_ << "clean-up\n"; }

  std::ostringstream out_;
  std::string json_;
  TaskState task_;
  EngineOptions options_;
  WallTime now_{1'700'000'000'000};
  std::multimap<std::int64_t, Timer> timers_;
};

}  // namespace berth::agent::engine
