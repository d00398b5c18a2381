#pragma once
#include <memory>
#include <string>
#include <vector>

#include "agent/session/registration.h"
#include "agent/session/task_sink.h"
#include "base/random.h"
#include "runtime/files.h"
#include "runtime/transport.h"
#include "sim/checkers/delivery_checker.h"
#include "sim/cluster/mutants.h"

/// Planted bugs at the interfaces of an agent: its checkpoint, its reports, its acceptance of tasks, its
/// calls.
namespace berth::sim {

/// "checkpoint-not-written", "checkpoint-lost-tasks", "identity-forgotten".
class MutantFiles final : public runtime::Files {
 public:
  MutantFiles(runtime::Files& inner, const Mutant& mutant) : inner_(inner), mutant_(mutant) {}
  Result<std::string> read(const std::string& path, std::size_t bytes_max) override;
  Result<void> write_atomically(const std::string& path, std::string_view text, unsigned mode) override;
  Result<void> append(const std::string& path, std::string_view text, Sync sync) override;
  Result<void> make_directories(const std::string& path, unsigned mode) override;
  Result<void> remove(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;

 private:
  runtime::Files& inner_;
  const Mutant& mutant_;
};

/// "report-dropped", "report-stopped-as-running".
class MutantReports final : public agent::session::ReportSink {
 public:
  MutantReports(agent::session::ReportSink& inner, const Mutant& mutant, DeliveryChecker& checker)
      : inner_(inner), mutant_(mutant), checker_(checker) {}
  Async<void> submit_task_state_change(std::string task_arn, std::string request_json) override;

 private:
  agent::session::ReportSink& inner_;
  const Mutant& mutant_;
  DeliveryChecker& checker_;
  int reports_ = 0;
};

/// "accept-nothing" (every fifth payload is acknowledged and forgotten), "stop-ignored",
/// "task-accepted-twice". Tells the checker what comes.
class MutantTasks final : public agent::session::TaskSink {
 public:
  MutantTasks(agent::session::TaskSink& inner, const Mutant& mutant, DeliveryChecker& checker,
              const agent::session::Registered& self)
      : inner_(inner), mutant_(mutant), checker_(checker), self_(self) {}
  Async<std::vector<Refused>> accept(std::vector<model::acs::Task> tasks, std::int64_t sequence) override;
  Differences compare(const std::vector<Expected>& expected) override {
    return mutant_.is("manifest-ignored") ? Differences{} : inner_.compare(expected);
  }
  std::int64_t sequence() const override { return inner_.sequence(); }
  void connected() { connection_ = checker_.count_connection(); }

 private:
  agent::session::TaskSink& inner_;
  const Mutant& mutant_;
  DeliveryChecker& checker_;
  const agent::session::Registered& self_;
  int payloads_ = 0;
  std::uint64_t connection_ = 0;
};

}  // namespace berth::sim
