#include "agent/session/wanted_tasks.h"

#include <algorithm>
#include <span>
#include <utility>

namespace berth::agent::session {
namespace {

std::string describe_request(const std::string& cluster, std::span<const std::string> task_arns) {
  JsonArray tasks;
  for (const std::string& arn : task_arns) tasks.emplace_back(arn);
  return render_json(JsonObject{{"cluster", cluster}, {"tasks", std::move(tasks)}});
}

void add_wanted(const JsonObject& answer, std::set<std::string>& wanted) {
  const JsonValue* tasks = answer.if_contains("tasks");
  if (tasks == nullptr || !tasks->is_array()) return;
  for (const JsonValue& task : tasks->get_array()) {
    if (!task.is_object()) continue;
    const JsonObject& object = task.get_object();
    const bool over =
        text_of(object, "lastStatus") == "STOPPED" || text_of(object, "desiredStatus") == "STOPPED";
    if (!over) wanted.insert(text_of(object, "taskArn"));
  }
}

}  // namespace

Async<Result<std::set<std::string>>> find_wanted_tasks(EcsApi& api, std::string cluster,
                                                       std::vector<std::string> task_arns) {
  std::set<std::string> wanted;
  for (std::size_t i = 0; i < task_arns.size(); i += kTasksPerDescribe) {
    const auto count = std::min(kTasksPerDescribe, task_arns.size() - i);
    std::string body = describe_request(cluster, std::span(task_arns).subspan(i, count));
    const auto outcome = co_await api.call("DescribeTasks", std::move(body));
    if (const auto* failure = std::get_if<ApiFailure>(&outcome))
      co_return unavailable("DescribeTasks failed: " + failure->code + " " + failure->message);
    add_wanted(std::get<JsonObject>(outcome), wanted);
  }
  co_return wanted;
}

}  // namespace berth::agent::session
