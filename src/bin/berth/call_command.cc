#include <fmt/format.h>

#include <algorithm>

#include "bin/berth/commands.h"
#include "bin/command_line/nearest.h"
#include "model/operation_info.h"
#include "runtime/real/io_threads.h"

namespace berth::cli {
namespace {

struct CallOptions {
  std::string operation;
  std::string request = "{}";
};

Async<int> call_operation(CommandContext& context, std::string operation, JsonObject request) {
  auto credentials = read_credentials(context.files, context.installation);
  if (!credentials) co_return fail(credentials.error());
  ApiClient client(context.installation, *credentials, context.runtime, context.executor);
  auto answer = co_await client.call(std::move(operation), std::move(request));
  if (!answer) co_return fail(answer.error());
  fmt::print("{}\n", render_json(*answer));
  co_return 0;
}

// An operation of the ECS API, or one with its target prefix, which berthd knows.
command_line::Take operation_name(std::string& into) {
  return [&into](const std::string& text) -> Result<void> {
    const auto* ecs = model::find_service("ecs");
    std::vector<std::string> names;
    for (const auto& operation : ecs->operations) names.emplace_back(operation.name);
    const bool known = std::find(names.begin(), names.end(), text) != names.end();
    if (!known && text.find('.') == std::string::npos)
      return invalid("is no operation of the ECS API" + command_line::did_you_mean(text, names));
    into = text;
    return {};
  };
}

command_line::Take json_object(std::string& into) {
  return [&into](const std::string& text) -> Result<void> {
    const auto parsed = parse_json(text);
    if (!parsed || !parsed->is_object()) return invalid("must be a JSON object");
    into = text;
    return {};
  };
}

}  // namespace

void add_call(CommandLine& line) {
  auto options = std::make_shared<CallOptions>();
  auto& command =
      line.program.add_command("call", "one signed call of the API, the answer as JSON: no AWS CLI needed");
  command.add_word("OPERATION", operation_name(options->operation), "such as DescribeTasks");
  command.add_optional_word("REQUEST", json_object(options->request), "its parameters, a JSON object ({})");
  command.add_note("  berth call ListTasks '{\"cluster\": \"default\"}'");
  line.runs[&command] = [options](CommandContext& context) {
    auto request = parse_json(options->request);
    return runtime::block_on(context.executor,
                             call_operation(context, options->operation, std::move(request->as_object())));
  };
}

}  // namespace berth::cli
