#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <set>

#include "base/short_ids.h"
#include "bin/berth/commands.h"
#include "bin/berth/log_places.h"
#include "runtime/real/io_threads.h"

namespace berth::cli {
namespace {

constexpr Duration kFollowInterval = std::chrono::seconds(1);
/// Between looks for new tasks of what is followed, in intervals.
constexpr int kLookEvery = 3;
constexpr std::int64_t kTailMax = 10'000;
constexpr std::size_t kDescribedMax = 100;
constexpr std::size_t kTaskIdSize = 32;

struct LogsQuestion {
  std::string subject;
  std::string container;
  bool follow = false, timestamps = false;
  Duration since{0};
  std::int64_t tail = 1'000;
};

// A container's output, and how far it was shown.
struct Followed {
  LogPlace place;
  std::string token;
};

struct Line {
  std::int64_t time_ms;
  const LogPlace* place;
  std::string text;
};

std::string text_of(const JsonObject& object, std::string_view name) {
  const auto* member = object.if_contains(name);
  return member && member->is_string() ? std::string(member->get_string()) : std::string();
}

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

class LogReader {
 public:
  LogReader(CommandContext& context, const LogsQuestion& question, Credentials credentials)
      : context_(context),
        question_(question),
        client_(context.installation, std::move(credentials), context.runtime, context.executor) {}

  Async<Result<void>> run() {
    auto found = co_await look();
    if (!found) co_return found.error();
    for (int round = 1;; ++round) {
      auto shown = co_await show();
      if (!shown) co_return std::move(shown).error();
      if (!question_.follow) co_return Result<void>();
      if (all_stopped_ && *shown == 0 && round > kLookEvery) co_return Result<void>();
      co_await context_.runtime.sleep(kFollowInterval);
      if (round % kLookEvery != 0) continue;
      found = co_await look();
      if (!found) co_return found.error();
    }
  }

 private:
  // The ids of the tasks that are asked for: one, or those of a service.
  Async<Result<std::vector<std::string>>> find_tasks() {
    const std::string& subject = question_.subject;
    const auto id = subject.substr(subject.rfind('/') + 1);
    const bool task_arn = subject.find(":task/") != std::string::npos;
    std::vector<std::string> found;
    one_task_ = true;
    if (task_arn || (id.size() == kTaskIdSize && is_hex(id))) {
      found.push_back(id);
      co_return found;
    }
    if (may_be_short_id(subject)) {
      auto all = co_await list("");
      if (!all) co_return all;
      for (auto& one : *all)
        if (one.starts_with(subject)) found.push_back(std::move(one));
      if (found.size() > 1)
        co_return invalid(
            fmt::format("{} is the beginning of {} tasks, {} and {} among them: type more of it", subject,
                        found.size(), found[0], found[1]));
      if (!found.empty()) co_return found;
    }
    one_task_ = false;
    auto known = co_await is_service(id);
    if (!known) co_return std::move(known).error();
    if (!*known)
      co_return invalid(fmt::format("there is no task and no service '{}' in cluster {}", subject,
                                    context_.installation.cluster));
    co_return co_await list(id);
  }

  Async<Result<bool>> is_service(std::string name) {
    JsonArray names;
    names.emplace_back(std::move(name));
    JsonObject request;
    request["cluster"] = context_.installation.cluster;
    request["services"] = std::move(names);
    const auto answer = co_await client_.call("DescribeServices", std::move(request));
    if (!answer) co_return answer.error();
    const auto* services = answer->get_object().if_contains("services");
    co_return services && services->is_array() && !services->get_array().empty();
  }

  Async<Result<std::vector<std::string>>> list(std::string service) {
    std::vector<std::string> ids;
    for (const char* status : {"RUNNING", "STOPPED"}) {
      std::string next;
      do {
        JsonObject request;
        request["cluster"] = context_.installation.cluster;
        request["desiredStatus"] = status;
        if (!service.empty()) request["serviceName"] = service;
        if (!next.empty()) request["nextToken"] = next;
        auto answer = co_await client_.call("ListTasks", std::move(request));
        if (!answer) co_return std::move(answer).error();
        const auto& object = answer->get_object();
        if (const auto* arns = object.if_contains("taskArns"); arns && arns->is_array())
          for (const auto& arn : arns->get_array()) {
            const std::string one(arn.as_string());
            ids.push_back(one.substr(one.rfind('/') + 1));
          }
        next = text_of(object, "nextToken");
      } while (!next.empty());
    }
    co_return ids;
  }

  // Notes the containers of all tasks that are asked for.
  Async<Result<void>> look() {
    auto ids = co_await find_tasks();
    if (!ids) co_return std::move(ids).error();
    bool all_stopped = true;
    for (std::size_t at = 0; at < ids->size(); at += kDescribedMax) {
      JsonArray some;
      for (std::size_t i = at; i < std::min(ids->size(), at + kDescribedMax); ++i)
        some.emplace_back((*ids)[i]);
      JsonObject request;
      request["cluster"] = context_.installation.cluster;
      request["tasks"] = std::move(some);
      auto answer = co_await client_.call("DescribeTasks", std::move(request));
      if (!answer) co_return std::move(answer).error();
      const auto* tasks = answer->get_object().if_contains("tasks");
      if (!tasks || !tasks->is_array()) continue;
      if (tasks->get_array().empty() && followed_.empty())
        co_return invalid(fmt::format("there is no task '{}' in cluster {}", question_.subject,
                                      context_.installation.cluster));
      for (const auto& task : tasks->get_array()) {
        if (text_of(task.get_object(), "lastStatus") != "STOPPED") all_stopped = false;
        auto added = co_await add_task(task.get_object());
        if (!added) co_return added;
      }
    }
    all_stopped_ = all_stopped && one_task_;
    if (!question_.container.empty() && !containers_.empty() && !containers_.contains(question_.container))
      co_return invalid(fmt::format("no task of '{}' has a container {}: they have {}", question_.subject,
                                    question_.container, fmt::join(containers_, ", ")));
    co_return Result<void>();
  }

  Async<Result<void>> add_task(const JsonObject& task) {
    const std::string arn = text_of(task, "taskDefinitionArn");
    if (!definitions_.contains(arn)) {
      JsonObject request;
      request["taskDefinition"] = arn;
      auto answer = co_await client_.call("DescribeTaskDefinition", std::move(request));
      if (!answer) co_return std::move(answer).error();
      definitions_[arn] = answer->get_object().at("taskDefinition").as_object();
    }
    for (auto& place : find_log_places(task, definitions_[arn], context_.installation.region)) {
      const auto name = place.container;
      containers_.insert(name);
      if (!question_.container.empty() && name != question_.container) continue;
      const auto key = place.container + "\n" + place.task_id + "\n" + place.stream;
      if (followed_.contains(key)) continue;
      if (!place.other_driver.empty() && noted_.insert(name).second)
        fmt::print(stderr, "berth: the output of container {} goes where its log driver {} takes it\n", name,
                   place.other_driver);
      if (place.other_driver.empty() && !place.stream.empty()) followed_[key] = {std::move(place), {}};
    }
    co_return Result<void>();
  }

  std::set<std::string> task_ids() const {
    std::set<std::string> ids;
    for (const auto& [key, followed] : followed_) ids.insert(followed.place.task_id);
    return ids;
  }

  // Prints what is new; how many lines.
  Async<Result<std::size_t>> show() {
    std::vector<Line> lines;
    for (auto& [key, followed] : followed_) {
      auto read = co_await read_new(followed, lines);
      if (!read) co_return read.error();
    }
    std::stable_sort(lines.begin(), lines.end(),
                     [](const Line& a, const Line& b) { return a.time_ms < b.time_ms; });
    const auto shown_ids = short_ids(task_ids());
    for (const auto& line : lines) {
      if (question_.timestamps) fmt::print("{} ", render_iso8601({line.time_ms}));
      if (followed_.size() > 1)
        fmt::print("{}/{} | ", line.place->container, shown_ids.at(line.place->task_id));
      fmt::print("{}\n", line.text);
    }
    std::fflush(stdout);
    co_return lines.size();
  }

  Async<Result<void>> read_new(Followed& followed, std::vector<Line>& lines) {
    for (;;) {
      JsonObject request;
      request["logGroupName"] = followed.place.group;
      request["logStreamName"] = followed.place.stream;
      const bool whole = question_.since > Duration::zero() || !followed.token.empty();
      request["startFromHead"] = whole;
      if (!whole) request["limit"] = question_.tail;
      if (!followed.token.empty()) request["nextToken"] = followed.token;
      if (question_.since > Duration::zero()) request["startTime"] = (started_ - question_.since).ms;
      auto answer = co_await client_.call_logs(followed.place.region, "GetLogEvents", std::move(request));
      if (!answer && answer.error().code == ErrorCode::not_found)
        co_return Result<void>();  // It has not written yet.
      if (!answer) co_return std::move(answer).error();
      const auto& object = answer->get_object();
      const auto* events = object.if_contains("events");
      if (events && events->is_array())
        for (const auto& event : events->get_array())
          lines.push_back({event.as_object().at("timestamp").as_int64(), &followed.place,
                           text_of(event.as_object(), "message")});
      const auto token = text_of(object, "nextForwardToken");
      if (std::exchange(followed.token, token) == token || !whole) co_return Result<void>();
    }
  }

  CommandContext& context_;
  const LogsQuestion& question_;
  ApiClient client_;
  WallTime started_ = context_.runtime.clock().wall();
  std::map<std::string, JsonObject> definitions_;
  std::map<std::string, Followed> followed_;
  std::set<std::string> noted_;       ///< Containers whose other log driver was told.
  std::set<std::string> containers_;  ///< Of all tasks that were looked at.
  bool all_stopped_ = false;
  bool one_task_ = false;  ///< Else a service, whose next task may come.
};

Async<int> show_logs(CommandContext& context, std::shared_ptr<LogsQuestion> question) {
  auto credentials = read_credentials(context.files, context.installation);
  if (!credentials) co_return fail(credentials.error());
  LogReader reader(context, *question, *credentials);
  const auto shown = co_await reader.run();
  if (!shown) co_return fail(shown.error());
  co_return 0;
}

}  // namespace

void add_logs(CommandLine& line) {
  auto question = std::make_shared<LogsQuestion>();
  auto& logs = line.program.add_command("logs", "what the containers of a task or service have written");
  logs.add_word("TASK|SERVICE", command_line::text(question->subject),
                "a task's id, a beginning of it, or its ARN; or a service's name");
  logs.add_flag("--follow", question->follow, "go on with what comes, until the task has stopped");
  logs.add_option(
      "--since", "DURATION",
      command_line::duration(question->since, std::chrono::seconds(1), std::chrono::hours(24 * 3653)),
      "all lines of so long (10m), instead of the newest");
  logs.add_option("--tail", "N", command_line::whole_number(question->tail, 1, kTailMax),
                  fmt::format("how many of the newest lines of each container ({})", question->tail));
  logs.add_option("--container", "NAME", command_line::text(question->container), "only this container");
  logs.add_flag("--timestamps", question->timestamps, "the time before each line");
  logs.add_note(
      "Lines of several containers begin with CONTAINER/TASK. They lie in the log group that the task "
      "definition "
      "names (awslogs), else in /berth/containers for three days.");
  line.runs[&logs] = [question](CommandContext& context) {
    return runtime::block_on(context.executor, show_logs(context, question));
  };
}

}  // namespace berth::cli
