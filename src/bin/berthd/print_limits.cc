#include <fmt/format.h>

#include "bin/berthd/server.h"
#include "controllers/reaper/retention.h"

namespace berth::berthd {
namespace {

std::string in_words(Duration duration) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(duration).count();
  if (minutes > 0 && minutes % 60 == 0) return fmt::format("{}h", minutes / 60);
  if (minutes > 0 && duration == std::chrono::minutes(minutes)) return fmt::format("{}m", minutes);
  return fmt::format("{}s", std::chrono::duration_cast<std::chrono::seconds>(duration).count());
}

}  // namespace

std::string print_limits(const Options& options) {
  std::string text = fmt::format("# --compat {}, --throttles {}; a limit is changed by --limit NAME=VALUE.\n",
                                 options.compat == domain::Compat::current ? "current" : "guide-2015",
                                 options.throttles ? "on" : "off");
  for (const auto& line : domain::list_limits(options.limits))
    text += fmt::format("{:<40} = {:>7} {} (current {}, guide-2015 {})\n", line.name, line.value, line.unit,
                        line.current, line.guide_2015);
  const controllers::reaper::Retention kept;
  text += "# How long what is over can be described.\n";
  const auto age = [&](std::string_view name, Duration value, std::string_view note) {
    text += fmt::format("{:<40} = {:>7}{}\n", name, in_words(value), note);
  };
  const auto count = [&](std::string_view name, std::size_t value, std::string_view note) {
    text += fmt::format("{:<40} = {:>7}{}\n", name, value, note);
  };
  age("stopped_tasks", options.stopped_task_retention, " (--stopped-task-retention)");
  count("stopped_tasks_max", kept.stopped_tasks_max, " a region; beyond it the oldest go, but never within");
  age("stopped_tasks_min", kept.stopped_tasks_min, "");
  age("inactive_instances", kept.inactive_instances, "");
  age("inactive_services", kept.inactive_services, "");
  age("inactive_clusters", kept.inactive_clusters, "");
  age("client_tokens", kept.client_tokens, "");
  count("client_tokens_max", kept.client_tokens_max, " a region");
  count("service_deployments_max", kept.service_deployments_max, " a service; likewise its revisions");
  age("instance_grace", options.instance_grace, " (--instance-grace)");
  return text;
}

}  // namespace berth::berthd
