#include <fmt/format.h>

#include "bin/berth/commands.h"
#include "bin/berth/explain_text.h"
#include "runtime/real/io_threads.h"

namespace berth::cli {
namespace {

// distinctInstance, memberOf:EXPRESSION, or an expression; also type=…,expression=… as the AWS CLI writes it.
JsonObject constraint_of(std::string rule) {
  JsonObject object;
  if (rule.starts_with("type=")) {
    const auto comma = rule.find(",expression=");
    object["type"] = rule.substr(5, comma == std::string::npos ? comma : comma - 5);
    if (comma != std::string::npos) object["expression"] = rule.substr(comma + 12);
    return object;
  }
  if (rule == "distinctInstance") {
    object["type"] = rule;
    return object;
  }
  if (rule.starts_with("memberOf:")) rule = rule.substr(9);
  object["type"] = "memberOf";
  object["expression"] = rule;
  return object;
}

// spread:FIELD; also type=…,field=… as the AWS CLI writes it.
JsonObject strategy_of(const std::string& rule) {
  JsonObject object;
  const bool long_form = rule.starts_with("type=");
  const auto split = long_form ? rule.find(",field=") : rule.find(':');
  object["type"] =
      rule.substr(long_form ? 5 : 0, split == std::string::npos ? split : split - (long_form ? 5 : 0));
  if (split != std::string::npos) object["field"] = rule.substr(split + (long_form ? 7 : 1));
  return object;
}

// What one of the three questions was asked with.
struct Question {
  std::string operation;
  std::string member;  ///< Of the request, that names what is asked about.
  std::string subject;
  std::int32_t count = 0;
  std::vector<std::string> constraints, strategies;
  bool json = false;
};

JsonObject request_of(const Question& question) {
  JsonObject request;
  request[question.member] = question.subject;
  if (question.count > 0) request["count"] = question.count;
  JsonArray constraints, strategies;
  for (const auto& rule : question.constraints) constraints.push_back(constraint_of(rule));
  for (const auto& rule : question.strategies) strategies.push_back(strategy_of(rule));
  if (!constraints.empty()) request["placementConstraints"] = std::move(constraints);
  if (!strategies.empty()) request["placementStrategy"] = std::move(strategies);
  return request;
}

Async<int> ask(CommandContext& context, std::shared_ptr<Question> question) {
  auto credentials = read_credentials(context.files, context.installation);
  if (!credentials) co_return fail(credentials.error());
  ApiClient client(context.installation, *credentials, context.runtime, context.executor);
  auto request = request_of(*question);
  request["cluster"] = context.installation.cluster;
  std::string operation = "Berth_20260101." + question->operation;
  auto answer = co_await client.call(std::move(operation), std::move(request));
  if (!answer) co_return fail(answer.error());
  const auto* text = answer->is_object() ? answer->get_object().if_contains("document") : nullptr;
  if (!text || !text->is_string()) co_return fail(invalid("the answer has no document"));
  const std::string document(text->get_string());
  auto parsed = parse_json(document);
  if (!parsed || !parsed->is_object())
    co_return fail(invalid("the document of the answer is no JSON object"));
  fmt::print("{}", question->json ? document + "\n" : render_explanation(parsed->get_object()));
  co_return 0;
}

void add_question(CommandLine& line, command_line::Command& command, std::shared_ptr<Question> question) {
  command.add_option("--output", "table|json", command_line::output_form(question->json),
                     "how the answer is shown (table)");
  line.runs[&command] = [question](CommandContext& context) {
    return runtime::block_on(context.executor, ask(context, question));
  };
}

void add_placement(CommandLine& line, command_line::Command& parent) {
  constexpr std::int64_t kCountMax = 10'000;
  auto question =
      std::make_shared<Question>(Question{"ExplainPlacement", "taskDefinition", {}, 0, {}, {}, false});
  auto& command = parent.add_command("placement", "where tasks would go, and instance by instance why not");
  command.add_required_option("--task-definition", "NAME", command_line::text(question->subject),
                              "FAMILY, FAMILY:REVISION or an ARN");
  command.add_option("--count", "N", command_line::whole_number(question->count, 1, kCountMax),
                     "how many tasks (1)");
  command.add_list(
      "--constraint", "RULE", command_line::text_list(question->constraints),
      "distinctInstance, or an expression of the cluster query language: \"attribute:disk == ssd\"");
  command.add_list("--strategy", "RULE", command_line::text_list(question->strategies),
                   "spread:FIELD, binpack:cpu, binpack:memory or random, in order");
  add_question(line, command, question);
}

}  // namespace

void add_explain(CommandLine& line) {
  auto& explain = line.program.add_command(
      "explain", "why a task is where it is, what a service waits for, where tasks would go");
  auto task = std::make_shared<Question>(Question{"ExplainTask", "task", {}, 0, {}, {}, false});
  auto& of_task = explain.add_command("task", "where a task is, why there, what it waits for");
  of_task.add_word("TASK", command_line::text(task->subject),
                   "its id, a beginning of it that no other has, or its ARN");
  add_question(line, of_task, task);
  auto service = std::make_shared<Question>(Question{"ExplainService", "service", {}, 0, {}, {}, false});
  auto& of_service = explain.add_command("service", "what a service lacks, and what blocks its next step");
  of_service.add_word("SERVICE", command_line::text(service->subject), "its name or ARN");
  add_question(line, of_service, service);
  add_placement(line, explain);
}

}  // namespace berth::cli
