#include "agent/session/report_sender.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace berth::agent::session {
namespace {

constexpr Duration kBackoffMin = std::chrono::seconds(1);
constexpr Duration kBackoffMax = std::chrono::seconds(30);

}  // namespace

ReportSender::ReportSender(EcsApi& api, runtime::Runtime& runtime, const Registered& registered)
    : api_(api), runtime_(runtime), registered_(registered), random_(runtime.fork_random()) {}

Async<void> ReportSender::submit_task_state_change(std::string task_arn, std::string request_json) {
  auto parsed = parse_json(request_json);
  check(parsed.ok() && parsed->is_object(), "a report is a JSON object");
  parsed->get_object()["cluster"] = registered_.cluster;
  const std::string body = render_json(*parsed);
  Duration backoff = kBackoffMin;
  for (;;) {
    auto outcome = co_await api_.call("SubmitTaskStateChange", body);
    const auto* failure = std::get_if<ApiFailure>(&outcome);
    if (!failure) co_return;
    spdlog::warn("agent: the report of {} was not taken: {} {}", task_arn, failure->code, failure->message);
    if (failure->code == "InvalidParameterException") co_return;
    const auto jitter =
        static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(backoff.count() / 5 + 1)));
    co_await runtime_.sleep(backoff + Duration(jitter));
    backoff = std::min(Duration(backoff.count() * 13 / 10), kBackoffMax);
  }
}

}  // namespace berth::agent::session
