#include <fmt/format.h>

#include "base/json.h"
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

struct Kept {
  std::string_view name;
  std::string value;
  std::string_view note;
};

std::vector<Kept> kept_of(const Options& options) {
  const controllers::reaper::Retention kept;
  return {
      {"stopped_tasks", in_words(options.stopped_task_retention), " (--stopped-task-retention)"},
      {"stopped_tasks_max", std::to_string(kept.stopped_tasks_max),
       " a region; beyond it the oldest go, but never within"},
      {"stopped_tasks_min", in_words(kept.stopped_tasks_min), ""},
      {"inactive_instances", in_words(kept.inactive_instances), ""},
      {"inactive_services", in_words(kept.inactive_services), ""},
      {"inactive_clusters", in_words(kept.inactive_clusters), ""},
      {"client_tokens", in_words(kept.client_tokens), ""},
      {"client_tokens_max", std::to_string(kept.client_tokens_max), " a region"},
      {"service_deployments_max", std::to_string(kept.service_deployments_max),
       " a service; likewise its revisions"},
      {"instance_grace", in_words(options.instance_grace), " (--instance-grace)"},
  };
}

std::string_view compat_name(const Options& options) {
  return options.compat == domain::Compat::current ? "current" : "guide-2015";
}

std::string limits_document(const Options& options) {
  JsonObject document, limits, kept;
  for (const auto& line : domain::list_limits(options.limits)) {
    JsonObject one;
    one["value"] = line.value;
    one["unit"] = line.unit;
    one["current"] = line.current;
    one["guide-2015"] = line.guide_2015;
    limits[line.name] = std::move(one);
  }
  for (const auto& one : kept_of(options)) kept[one.name] = one.value;
  document["compat"] = compat_name(options);
  document["throttles"] = options.throttles;
  document["limits"] = std::move(limits);
  document["kept"] = std::move(kept);
  return render_json(JsonValue(std::move(document))) + "\n";
}

}  // namespace

std::string print_limits(const Options& options) {
  if (options.json) return limits_document(options);
  std::string text = fmt::format("# --compat {}, --throttles {}; a limit is changed by --limit NAME=VALUE.\n",
                                 compat_name(options), options.throttles ? "on" : "off");
  for (const auto& line : domain::list_limits(options.limits))
    text += fmt::format("{:<40} = {:>7} {} (current {}, guide-2015 {})\n", line.name, line.value, line.unit,
                        line.current, line.guide_2015);
  text += "# How long what is over can be described.\n";
  for (const auto& one : kept_of(options))
    text += fmt::format("{:<40} = {:>7}{}\n", one.name, one.value, one.note);
  return text;
}

std::string print_operations(const Options& options) {
  const auto names = implemented_operations();
  if (!options.json) return names.empty() ? "" : fmt::format("{}\n", fmt::join(names, "\n"));
  JsonArray list;
  for (const auto& name : names) list.emplace_back(name);
  return render_json(JsonValue(std::move(list))) + "\n";
}

}  // namespace berth::berthd
