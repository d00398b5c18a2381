#include "agent/session/report_sender.h"

#include <spdlog/spdlog.h>

#include "agent/session/backoff.h"

namespace berth::agent::session {

class ReportSender::Turn {
 public:
  explicit Turn(ReportSender& owner) : owner_(owner) { ++owner_.submitting_; }
  ~Turn() {
    --owner_.submitting_;
    owner_.wake_next();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  ReportSender& owner_;
};

ReportSender::ReportSender(EcsApi& api, runtime::Runtime& runtime, const Registered& registered)
    : api_(api), runtime_(runtime), registered_(registered), random_(runtime.fork_random()) {}

Async<void> ReportSender::submit_task_state_change(std::string task_arn, std::string request_json) {
  auto parsed = parse_json(request_json);
  check(parsed.ok() && parsed->is_object(), "a report is a JSON object");
  parsed->get_object()["cluster"] = registered_.cluster;
  const std::string body = render_json(*parsed);
  Backoff backoff(kReportBackoff, Prng(random_.next()));
  for (;;) {
    auto outcome = co_await submit(body);
    const auto* failure = std::get_if<ApiFailure>(&outcome);
    if (!failure) co_return;
    spdlog::warn("agent: the report of {} was not taken: {} {}", task_arn, failure->code, failure->message);
    if (failure->code == "InvalidParameterException") co_return;
    co_await runtime_.sleep(backoff.next());
  }
}

Async<ApiOutcome> ReportSender::submit(std::string body) {
  co_await wait_for_turn();
  const Turn turn(*this);
  if (runtime_.buggify("agent.report.twice")) {
    std::string again = body;
    static_cast<void>(co_await api_.call("SubmitTaskStateChange", std::move(again)));
  }
  auto outcome = co_await api_.call("SubmitTaskStateChange", std::move(body));
  co_return outcome;
}

void ReportSender::wake_next() {
  if (submitting_ < kSubmitsMax && !waiting_.empty()) waiting_.front()->notify();
}

Async<void> ReportSender::wait_for_turn() {
  if (submitting_ < kSubmitsMax && waiting_.empty()) co_return;
  runtime::Notifier woken;
  /// Leaves the queue even when the wait is cancelled, and passes a wake-up on.
  struct Place {
    ReportSender& owner;
    std::list<runtime::Notifier*>::iterator at;
    ~Place() {
      owner.waiting_.erase(at);
      owner.wake_next();
    }
  };
  const Place place{*this, waiting_.insert(waiting_.end(), &woken)};
  do {
    co_await woken.wait();
  } while (submitting_ >= kSubmitsMax || waiting_.front() != &woken);
}

}  // namespace berth::agent::session
