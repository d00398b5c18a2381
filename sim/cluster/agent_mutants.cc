#include "sim/cluster/agent_mutants.h"

#include <utility>

namespace berth::sim {

Result<std::string> MutantFiles::read(const std::string& path, std::size_t bytes_max) {
  if (mutant_.is("identity-forgotten") && path.ends_with("berth-agent.json")) return not_found(path);
  auto text = inner_.read(path, bytes_max);
  // Nor do the files of its tasks tell it who it is.
  if (mutant_.is("identity-forgotten") && text)
    for (const std::string_view name : {R"("agent":{)", R"("berth.container-instance-arn":)"})
      for (auto at = text->find(name); at != std::string::npos; at = text->find(name, at))
        (*text)[at + 1] = '?';
  return text;
}

Result<void> MutantFiles::write_atomically(const std::string& path, std::string_view text, unsigned mode) {
  const bool task = path.find("/tasks/") != std::string::npos;
  if (mutant_.is("checkpoint-not-written") && task) return {};
  // Only the first version of each task is kept.
  if (mutant_.is("checkpoint-stale") && task && inner_.read(path, std::size_t{64} << 20).ok()) return {};
  auto written = inner_.write_atomically(path, text, mode);
  if (mutant_.is("save-error-ignored") && task) return {};
  return written;
}

Result<void> MutantFiles::append(const std::string& path, std::string_view text, Sync sync) {
  if (mutant_.is("checkpoint-not-written") || mutant_.is("checkpoint-stale")) return {};
  auto added = inner_.append(path, text, sync);
  if (mutant_.is("save-error-ignored")) return {};
  return added;
}

Result<void> MutantFiles::make_directories(const std::string& path, unsigned mode) {
  return inner_.make_directories(path, mode);
}

Result<void> MutantFiles::remove(const std::string& path) {
  return inner_.remove(path);
}

Result<std::vector<std::string>> MutantFiles::list(const std::string& directory) {
  if (mutant_.is("checkpoint-not-read") && directory.ends_with("/tasks")) return std::vector<std::string>();
  return inner_.list(directory);
}

Async<void> MutantReports::submit_task_state_change(std::string task_arn, std::string request_json) {
  if (mutant_.is("report-dropped") && ++reports_ % 8 == 0) co_return;
  if (mutant_.is("report-stopped-early")) {
    const auto at = request_json.find("\"RUNNING\"");
    if (at != std::string::npos && ++reports_ % 8 == 0) request_json.replace(at, 9, "\"STOPPED\"");
  }
  const bool running = request_json.find("\"RUNNING\"") != std::string::npos;
  if (running) checker_.reports_running(task_arn);
  co_await inner_.submit_task_state_change(task_arn, std::move(request_json));
  if (running) checker_.reported_running(task_arn);
}

Async<std::vector<agent::session::TaskSink::Refused>> MutantTasks::accept(std::vector<model::acs::Task> tasks,
                                                                          std::int64_t sequence) {
  ++payloads_;
  std::vector<std::pair<std::string, bool>> told;
  for (const auto& task : tasks) {
    told.emplace_back(task.arn.value_or(""), task.desired_status == "STOPPED");
    checker_.told(self_.container_instance_arn, told.back().first, told.back().second, connection_);
  }
  if (mutant_.is("accept-nothing") && payloads_ % 5 == 0) co_return std::vector<Refused>();
  if (mutant_.is("stop-ignored") && payloads_ % 3 == 0)
    std::erase_if(tasks, [](const auto& task) { return task.desired_status == "STOPPED"; });
  auto refused = co_await inner_.accept(std::move(tasks), sequence);
  // Then the payload is not acknowledged, and comes again.
  if (!refused.empty())
    for (const auto& [arn, stop] : told) checker_.not_taken(arn, stop);
  co_return refused;
}

}  // namespace berth::sim
