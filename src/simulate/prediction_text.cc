#include <fmt/format.h>

#include <map>
#include <set>

#include "base/short_ids.h"
#include "simulate/prediction.h"
#include "simulate/text_table.h"

namespace berth::simulate {
namespace {

constexpr std::size_t kRowsMax = 100;

std::string show(const Range& range) {
  return range.least == range.most ? std::to_string(range.least)
                                   : fmt::format("{}–{}", range.least, range.most);
}

std::string show(const std::optional<Duration>& offset) {
  return offset ? render_offset(*offset) : "-";
}

std::string brief(const std::map<std::string, std::string, std::less<>>& shortened, const std::string& id) {
  const auto found = shortened.find(id);
  return found == shortened.end() ? id : found->second;
}

std::string text_of(const JsonObject& object, std::string_view key) {
  const auto* found = object.if_contains(key);
  return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

bool is_drain(const Prediction& prediction) {
  return prediction.action.starts_with("drain ");
}

std::string headline(const Prediction& prediction) {
  std::int64_t missing = 0;
  for (const auto& one : prediction.unplaced) missing += one.missing;
  std::string text;
  if (!prediction.settled)
    text = "It does not come to rest within the time that was simulated";
  else if (prediction.moves.empty())
    text = "Nothing moves";
  else
    text = fmt::format("It takes {}", render_offset(prediction.took).substr(1));
  const auto stay = prediction.left_behind.size();
  if (stay > 0)
    text += fmt::format(", and {} task{} where {}: {}", stay, stay == 1 ? " stays" : "s stay",
                        stay == 1 ? "it is" : "they are",
                        is_drain(prediction) ? "the drain does not end" : "on a host that is gone");
  if (missing == 0) return text + (stay > 0 ? "." : ", and every service has its tasks.");
  return fmt::format("{}, and {} task{} cannot be placed.", text, missing, missing == 1 ? "" : "s");
}

// Every task that stays, under the reason that it shares with others.
std::string left_behind_text(const Prediction& prediction) {
  std::map<std::string, TextTable> by_reason;
  std::set<std::string> ids;
  for (const auto& left : prediction.left_behind) ids.insert(left.task);
  const auto shortened = short_ids(ids);
  std::size_t rows = 0;
  for (const auto& left : prediction.left_behind) {
    if (rows++ == kRowsMax) break;
    auto& table = by_reason.try_emplace(left.why, std::vector<std::string>{"TASK", "SERVICE", "STAYS ON"})
                      .first->second;
    table.add({brief(shortened, left.task), left.service.empty() ? "-" : left.service, left.ec2_instance_id});
  }
  std::string text;
  for (const auto& [why, table] : by_reason) text += fmt::format("\n{}\n{}", why, table.render());
  return text;
}

std::string services_text(const Prediction& prediction) {
  TextTable table({"SERVICE", "DESIRED", "SERVING", "LOWEST", "AT", "AFTER", "DEPLOYMENT"});
  for (const auto& service : prediction.services) {
    if (!service.touched && service.desired_before == service.desired_after) continue;
    const auto desired = service.desired_before == service.desired_after
                             ? std::to_string(service.desired_after)
                             : fmt::format("{} → {}", service.desired_before, service.desired_after);
    table.add({service.name, desired, std::to_string(service.serving_before), show(service.lowest),
               render_offset(service.lowest_at), show(service.serving_after), service.rollout});
  }
  return table.empty() ? "" : "\n" + table.render();
}

std::string instances_text(const Prediction& prediction) {
  TextTable table({"INSTANCE", "HOST", "ZONE", "BEFORE", "AFTER", "STATUS"});
  std::size_t rows = 0;
  std::set<std::string> ids;
  for (const auto& instance : prediction.instances) ids.insert(instance.id);
  const auto shortened = short_ids(ids);
  for (const auto& instance : prediction.instances) {
    const auto& after = instance.tasks_after;
    const bool same = after.least == instance.tasks_before && after.most == instance.tasks_before;
    if (same && instance.status == "ACTIVE" && prediction.instances.size() > kRowsMax) continue;
    if (rows++ == kRowsMax) break;
    table.add({brief(shortened, instance.id), instance.ec2_instance_id, instance.zone,
               std::to_string(instance.tasks_before), show(after), instance.status});
  }
  return table.empty() ? "" : "\n" + table.render();
}

std::string moves_text(const Prediction& prediction) {
  std::map<std::string, std::string> hosts;
  std::set<std::string> tasks;
  for (const auto& instance : prediction.instances) hosts[instance.id] = instance.ec2_instance_id;
  for (const auto& move : prediction.moves) tasks.insert(move.old_task);
  const auto shortened = short_ids(tasks);
  const auto host = [&](const std::string& id) {
    const auto found = hosts.find(id);
    return id.empty() ? std::string("-") : found == hosts.end() ? id : found->second;
  };
  TextTable table({"SERVICE", "OLD TASK", "FROM", "TO", "PLACED", "RUNNING", "OLD STOPS", "OLD STOPPED"});
  std::size_t rows = 0;
  for (const auto& move : prediction.moves) {
    if (rows++ == kRowsMax) break;
    table.add({move.service.empty() ? move.group : move.service,
               move.old_task.empty() ? "-" : brief(shortened, move.old_task), host(move.from), host(move.to),
               show(move.placed), show(move.running), show(move.stopping), show(move.stopped)});
  }
  if (table.empty()) return "";
  std::string text = "\n" + table.render();
  if (prediction.moves.size() > kRowsMax)
    text += fmt::format("… and {} more\n", prediction.moves.size() - kRowsMax);
  return text;
}

std::string unplaced_text(const Prediction& prediction) {
  std::string text;
  for (const auto& one : prediction.unplaced) {
    text +=
        fmt::format("\n{}: {} missing. {}\n", one.service, one.missing, text_of(one.explanation, "summary"));
    const auto* decision = one.explanation.if_contains("decision");
    if (!decision || !decision->is_object()) continue;
    TextTable table({"INSTANCE", "WHY NOT"});
    for (const auto& entry : decision->get_object().at("instances").as_array()) {
      const auto& instance = entry.as_object();
      std::string why;
      for (const auto& reason : instance.at("reasons").as_array())
        why += (why.empty() ? "" : "; ") + text_of(reason.as_object(), "detail");
      table.add({text_of(instance, "ec2InstanceId"), why.empty() ? "fits" : why});
      for (const auto& reason : instance.at("reasons").as_array())
        table.note("to fit: " + text_of(reason.as_object(), "remedy"));
    }
    if (!table.empty()) text += table.render("  ");
  }
  return text;
}

std::string times_text(const Prediction& prediction) {
  std::string text = "\nAssumed: tasks start and stop without failing";
  for (const auto& seen : prediction.times) {
    if (seen.family != "*" && prediction.times.size() > 4) continue;
    const auto seconds = [](Duration duration) { return render_offset(duration).substr(1); };
    text += fmt::format("; {} ({} task{} seen): first pull {}, later {}, start {}, stop {}",
                        seen.family == "*" ? "any other" : seen.family, seen.samples,
                        seen.samples == 1 ? "" : "s", seconds(seen.cold_pull), seconds(seen.warm_pull),
                        seconds(seen.start), seconds(seen.stop));
  }
  return text + ".\n";
}

}  // namespace

std::string render_offset(Duration offset) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(offset).count();
  if (ms < 120'000) return fmt::format("+{}.{} s", ms / 1000, ms % 1000 / 100);
  return fmt::format("+{} min {} s", ms / 60'000, ms / 1000 % 60);
}

std::string render_text(const Prediction& prediction) {
  std::string text = fmt::format("{} in cluster {}, as it was at {}, played {} time{}\n", prediction.action,
                                 prediction.cluster, render_iso8601(prediction.at), prediction.runs,
                                 prediction.runs == 1 ? "" : "s");
  text += headline(prediction) + "\n";
  text += services_text(prediction) + instances_text(prediction) + moves_text(prediction) +
          unplaced_text(prediction);
  text += left_behind_text(prediction);
  if (prediction.runs > 1)
    text += "\nRanges are over all plays: equally good instances are drawn at random.\n";
  return text + times_text(prediction);
}

}  // namespace berth::simulate
