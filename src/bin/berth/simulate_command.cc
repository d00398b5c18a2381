#include <fmt/format.h>

#include <charconv>

#include "bin/berth/commands.h"
#include "bin/berth/words.h"
#include "simulate/simulate.h"

namespace berth::cli {
namespace {

constexpr const char* kSimulateUsage =
    R"(berth simulate ACTION [--output json] [--instance-grace 5m] [--runs N]

  drain INSTANCE                    by id, ARN or EC2 instance id
  scale SERVICE N
  deploy SERVICE TASK-DEFINITION
  lose INSTANCE|ZONE                gone without a word, for good
  add N instances of CPUxMEMORY     CPU units and MiB: add 2 instances of 2048x4096

Nothing is changed: the state of the cluster is read and the action is played in a copy, on virtual time.
  --instance-grace   as berthd's (default 5m)
  --runs             plays with different seeds (default 5)
  --state FILE       the document of ExportState in place of a running control plane
  --save-state FILE  keeps that document
)";

constexpr int kRunsMax = 1000;
constexpr std::size_t kStateBytesMax = std::size_t{1} << 30;

struct Wanted {
  simulate::Action action;
  simulate::Options options;
  std::string output;
};

Result<Wanted> wanted_of(const Words& words, const std::string& cluster) {
  auto action = simulate::parse_action(words.plain);
  if (!action) return std::move(action).error();
  Wanted wanted{*std::move(action), {}, words.option("output", "table")};
  wanted.options.cluster = cluster;
  if (wanted.output != "table" && wanted.output != "json") return invalid("--output is table or json");
  auto grace = parse_seconds(words.option("instance-grace", "5m"));
  if (!grace) return std::move(grace).error();
  wanted.options.instance_grace = std::chrono::seconds(*grace);
  const auto runs = words.option("runs", "5");
  const auto [end, error] = std::from_chars(runs.data(), runs.data() + runs.size(), wanted.options.runs);
  if (error != std::errc() || end != runs.data() + runs.size() || wanted.options.runs < 1 ||
      wanted.options.runs > kRunsMax)
    return invalid(fmt::format("--runs is a number from 1 to {}", kRunsMax));
  return wanted;
}

Async<Result<std::string>> read_state(CommandContext& context) {
  auto credentials = read_credentials(context.files, context.installation);
  if (!credentials) co_return std::move(credentials).error();
  ApiClient client(context.installation, *credentials, context.runtime, context.executor);
  JsonObject everything;
  std::string operation = "Berth_20260101.ExportState";
  auto answer = co_await client.call(std::move(operation), std::move(everything));
  if (!answer) co_return std::move(answer).error();
  const auto* text = answer->is_object() ? answer->get_object().if_contains("document") : nullptr;
  if (!text || !text->is_string()) co_return invalid("the answer has no document");
  co_return std::string(text->get_string());
}

}  // namespace

Async<int> simulate_action(CommandContext& context, std::vector<std::string> arguments) {
  if (!arguments.empty() && (arguments[0] == "help" || arguments[0] == "--help")) {
    fmt::print("{}", kSimulateUsage);
    co_return 0;
  }
  auto words = split_words(arguments, {"output", "instance-grace", "runs", "state", "save-state"});
  Result<Wanted> wanted =
      words ? wanted_of(*words, context.installation.cluster) : Result<Wanted>(words.error());
  if (!wanted) {
    fmt::print(stderr, "berth: {}\n{}", wanted.error().message, kSimulateUsage);
    co_return 2;
  }
  Result<std::string> document = invalid("");
  if (const auto file = words->option("state"); !file.empty())
    document = context.files.read(file, kStateBytesMax);
  else
    document = co_await read_state(context);
  if (!document) co_return fail(document.error());
  if (const auto file = words->option("save-state"); !file.empty())
    if (auto saved = context.files.write_atomically(file, *document, 0600); !saved)
      co_return fail(saved.error());
  auto state = simulate::parse_state(*document);
  if (!state) co_return fail(state.error());
  auto prediction = simulate::predict(*state, wanted->action, wanted->options);
  if (!prediction) co_return fail(prediction.error());
  fmt::print("{}", wanted->output == "json" ? simulate::render_document(*prediction) + "\n"
                                            : simulate::render_text(*prediction));
  co_return 0;
}

}  // namespace berth::cli
