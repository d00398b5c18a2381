#include <fmt/format.h>

#include "bin/berth/commands.h"
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
  command.add_word("OPERATION", command_line::text(options->operation), "such as DescribeTasks");
  command.add_optional_word("REQUEST", json_object(options->request), "its parameters, a JSON object ({})");
  command.add_note("  berth call ListTasks '{\"cluster\": \"default\"}'");
  line.runs[&command] = [options](CommandContext& context) {
    auto request = parse_json(options->request);
    return runtime::block_on(context.executor,
                             call_operation(context, options->operation, std::move(request->as_object())));
  };
}

}  // namespace berth::cli
