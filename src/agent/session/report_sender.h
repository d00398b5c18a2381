#pragma once
#include <cstddef>
#include <list>
#include <string>

#include "agent/session/ecs_api.h"
#include "agent/session/registration.h"
#include "agent/session/task_sink.h"
#include "base/random.h"
#include "runtime/sync.h"

namespace berth::agent::session {

/// Sends state changes until they are taken (agent-protocol 2.5): after a failure again in 1 s growing by 1.3
/// to 20 s, with a fifth of jitter. InvalidParameterException drops the change: the control plane will never
/// take it.
///
/// Runs on: the agent's executor. Order within a task is the caller's: it awaits one report before the next.
/// Limits:  kSubmitsMax calls at once; the others wait their turn, those that wait after a failure take none.
inline constexpr std::size_t kSubmitsMax = 10;

class ReportSender final : public ReportSink {
 public:
  ReportSender(EcsApi& api, runtime::Runtime& runtime, const Registered& registered);
  Async<void> submit_task_state_change(std::string task_arn, std::string request_json) override;

 private:
  /// A place among the kSubmitsMax, given back when it goes.
  class Turn;
  Async<void> wait_for_turn();
  void wake_next();
  Async<ApiOutcome> submit(std::string body);

  EcsApi& api_;
  runtime::Runtime& runtime_;
  const Registered& registered_;
  Prng random_;
  std::size_t submitting_ = 0;
  std::list<runtime::Notifier*> waiting_;  ///< First come, first served.
};

}  // namespace berth::agent::session
