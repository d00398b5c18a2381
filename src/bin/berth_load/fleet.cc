#include "bin/berth_load/fleet.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::load {
namespace {

constexpr Nanos kReactionPatience = 10'000'000'000;

std::string container_reports(const std::vector<std::string>& names, bool running, int exit_code,
                              std::string_view runtime_id) {
  std::string out;
  for (const auto& name : names) {
    if (!out.empty()) out += ',';
    out += fmt::format(R"({{"containerName":"{}","runtimeId":"{}","status":"{}")", name, runtime_id,
                       running ? "RUNNING" : "STOPPED");
    if (!running) out += fmt::format(R"(,"exitCode":{})", exit_code);
    out += '}';
  }
  return out;
}

}  // namespace

Fleet::Fleet(Loop& loop, const Target& target, FleetOptions options)
    : loop_(loop), target_(target), options_(options), pool_(loop, target, options.connections) {
  for (std::size_t i = 0; i < options_.instances; ++i) {
    InstanceShape shape;
    shape.id = fmt::format("i-{:017x}", i + 1);
    shape.zone = fmt::format("{}{}", target_.region, static_cast<char>('a' + i % options_.zones));
    shape.cpu_cores = options_.cpu_cores;
    shape.memory_mib = options_.memory_mib;
    shape.telemetry = options_.telemetry;
    instances_.push_back(std::make_unique<HollowInstance>(loop_, target_, pool_, *this, std::move(shape)));
  }
}

bool Fleet::connect_all(Nanos patience) {
  const auto deadline = now_ns() + patience;
  while (dialled_ < std::min(options_.dials_max, instances_.size())) dial_next();
  while (counts_.connected < instances_.size() && now_ns() < deadline) loop_.run_until(deadline);
  return counts_.connected == instances_.size();
}

void Fleet::dial_next() {
  if (dialled_ < instances_.size()) instances_[dialled_++]->start();
}

void Fleet::on_connection(bool connected) {
  if (!connected) {
    --counts_.connected;
    ++counts_.disconnects;
    return;
  }
  ++counts_.connected;
  dial_next();
  if (counts_.connected == instances_.size()) loop_.stop();
}

void Fleet::on_run(const std::string& arn, std::vector<std::string> containers) {
  if (tasks_.contains(arn)) return;
  ++counts_.tasks_received;
  if (ended_at_) {
    reaction_.latency.add(now_ns() - *ended_at_);
    ended_at_.reset();
    loop_.stop();
  }
  if (options_.life == TaskLife::silent) return;
  auto task = std::make_shared<HollowTask>();
  task->arn = arn;
  task->containers = std::move(containers);
  tasks_.emplace(arn, task);
  if (options_.start_delay == 0) return start(task);
  loop_.after(options_.start_delay, this, [this, task] { start(task); });
}

void Fleet::on_stop(const std::string& arn, std::vector<std::string> containers) {
  const auto found = tasks_.find(arn);
  TaskPtr task;
  if (found != tasks_.end()) {
    task = found->second;
  } else {
    // Never heard of, or finished long ago: agents say STOPPED without doing anything.
    task = std::make_shared<HollowTask>();
    task->arn = arn;
    task->containers = std::move(containers);
    tasks_.emplace(arn, task);
  }
  finish(task, 137);
}

void Fleet::start(const TaskPtr& task) {
  if (!task->stopping) report(task, true, 0);
}

void Fleet::finish(const TaskPtr& task, int exit_code) {
  if (task->stopping) return;
  task->stopping = true;
  set_running(task, false);
  // Reports of one task go one after the other: reported() sends this one when RUNNING is on its way.
  if (!task->reporting) report(task, false, exit_code);
}

void Fleet::set_running(const TaskPtr& task, bool running) {
  if (task->running == running) return;
  task->running = running;
  if (running) {
    task->position = running_.size();
    running_.push_back(task);
  } else {
    running_[task->position] = running_.back();
    running_[task->position]->position = task->position;
    running_.pop_back();
  }
  counts_.tasks_running = running_.size();
}

void Fleet::report(const TaskPtr& task, bool running, int exit_code) {
  task->reporting = true;
  const auto id = task->arn.substr(task->arn.rfind('/') + 1);
  auto body = fmt::format(R"({{"cluster":"{}","task":"{}","status":"{}","reason":"","containers":[{}]}})",
                          target_.cluster, task->arn, running ? "RUNNING" : "STOPPED",
                          container_reports(task->containers, running, exit_code, id + id));
  pool_.call("SubmitTaskStateChange", std::move(body),
             [this, task, running](const Reply& reply) { reported(task, running, reply); });
}

void Fleet::on_refused(const Reply& reply) {
  if (counts_.first_error.empty())
    counts_.first_error = fmt::format("{} {}", reply.status, reply.body.substr(0, kErrorTextMax));
}

void Fleet::reported(const TaskPtr& task, bool running, const Reply& reply) {
  task->reporting = false;
  if (!reply.ok()) {
    ++counts_.report_errors;
    on_refused(reply);
    // Agents repeat what was not taken; what was refused for good they drop.
    if (reply.status == 0 || reply.status >= 500)
      loop_.after(1'000'000'000, this, [this, task, running] { report(task, running, 0); });
    return;
  }
  if (!running) {
    ++counts_.reported_stopped;
    tasks_.erase(task->arn);
    if (stopped_hook_) stopped_hook_();
    return;
  }
  ++counts_.reported_running;
  if (task->stopping) return report(task, false, 137);
  set_running(task, true);
  if (options_.life != TaskLife::finished) return;
  if (options_.run_time == 0) return finish(task, 0);
  loop_.after(options_.run_time, this, [this, task] { finish(task, 0); });
}

void Fleet::end_one() {
  if (running_.empty()) return;
  // Any spread-out choice does.
  draws_ = draws_ * 6364136223846793005ULL + 1442695040888963407ULL;
  const TaskPtr task = running_[(draws_ >> 33U) % running_.size()];
  ended_at_ = now_ns();
  finish(task, 0);
}

Fleet::Reaction Fleet::measure_reaction(std::size_t count, Nanos gap) {
  reaction_ = Reaction();
  for (std::size_t i = 0; i < count; ++i) {
    loop_.run_until(now_ns() + gap);
    end_one();
    if (!ended_at_) break;
    loop_.run_until(now_ns() + kReactionPatience);
    if (std::exchange(ended_at_, std::nullopt)) ++reaction_.missed;
  }
  return reaction_;
}

}  // namespace berth::load
