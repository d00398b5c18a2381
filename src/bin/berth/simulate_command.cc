#include <fmt/format.h>

#include <algorithm>

#include "bin/berth/commands.h"
#include "runtime/real/io_threads.h"
#include "simulate/simulate.h"

namespace berth::cli {
namespace {

constexpr int kRunsMax = 1000;
constexpr std::size_t kStateBytesMax = std::size_t{1} << 30;
constexpr std::int64_t kDesiredMax = 5000;
constexpr std::int64_t kCpuMax = 1'000'000;
constexpr std::int64_t kMemoryMax = 100'000'000;

// What all actions are asked with.
struct Wanted {
  simulate::Options options;
  std::string state, save_state;
  bool json = false;
};

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

Async<int> play(CommandContext& context, Wanted wanted, simulate::Action action) {
  wanted.options.cluster = context.installation.cluster;
  Result<std::string> document = invalid("");
  if (!wanted.state.empty())
    document = context.files.read(wanted.state, kStateBytesMax);
  else
    document = co_await read_state(context);
  if (!document) co_return fail(document.error());
  if (!wanted.save_state.empty())
    if (auto saved = context.files.write_atomically(wanted.save_state, *document, 0600); !saved)
      co_return fail(saved.error());
  auto state = simulate::parse_state(*document);
  if (!state) co_return fail(state.error());
  auto prediction = simulate::predict(*state, action, wanted.options);
  if (!prediction) co_return fail(prediction.error());
  fmt::print(
      "{}", wanted.json ? simulate::render_document(*prediction) + "\n" : simulate::render_text(*prediction));
  co_return 0;
}

// Adds what all actions take.
template <class Action>
void add_action(CommandLine& line, command_line::Command& command, std::shared_ptr<Action> action) {
  auto wanted = std::make_shared<Wanted>();
  command.add_option("--output", "table|json", command_line::output_form(wanted->json),
                     "how the answer is shown (table)");
  command.add_option("--instance-grace", "DURATION",
                     command_line::duration(wanted->options.instance_grace, std::chrono::seconds(1),
                                            std::chrono::hours(24 * 7)),
                     "as berthd's (5m)");
  command.add_option("--runs", "N", command_line::whole_number(wanted->options.runs, 1, kRunsMax),
                     "plays with different seeds (5)");
  command.add_option("--state", "FILE", command_line::readable_file(wanted->state),
                     "the document of ExportState in place of a running control plane");
  command.add_option("--save-state", "FILE", command_line::text(wanted->save_state), "keeps that document");
  line.runs[&command] = [wanted, action](CommandContext& context) {
    return runtime::block_on(context.executor, play(context, *wanted, simulate::Action(*action)));
  };
}

// A word that is only there to make a sentence.
command_line::Take word(std::vector<std::string> names) {
  return command_line::choice(std::move(names), [](std::size_t) {});
}

command_line::Take size_of_instance(simulate::Add& add) {
  return [&add](const std::string& text) -> Result<void> {
    const auto cross = std::min(text.find('x'), text.size());
    const auto cpu = command_line::parse_whole_number(std::string_view(text).substr(0, cross), 1, kCpuMax);
    const auto memory = command_line::parse_whole_number(
        std::string_view(text).substr(std::min(cross + 1, text.size())), 1, kMemoryMax);
    if (!cpu || !memory) return invalid("must be CPU units and MiB of memory, such as 2048x4096");
    add.cpu = static_cast<std::int32_t>(*cpu);
    add.memory = static_cast<std::int32_t>(*memory);
    return {};
  };
}

constexpr const char* kInstance =
    "its id or EC2 instance id, a beginning of either that no other has, or its ARN";

void add_drain(CommandLine& line, command_line::Command& parent) {
  auto action = std::make_shared<simulate::Drain>();
  auto& command = parent.add_command("drain", "a container instance is drained");
  command.add_word("INSTANCE", command_line::text(action->instance), kInstance);
  add_action(line, command, action);
}

void add_scale(CommandLine& line, command_line::Command& parent) {
  auto action = std::make_shared<simulate::Scale>();
  auto& command = parent.add_command("scale", "a service gets another desired count");
  command.add_word("SERVICE", command_line::text(action->service), "its name");
  command.add_word("N", command_line::whole_number(action->desired, 0, kDesiredMax), "the desired count");
  add_action(line, command, action);
}

void add_deploy(CommandLine& line, command_line::Command& parent) {
  auto action = std::make_shared<simulate::Deploy>();
  auto& command = parent.add_command("deploy", "a service gets another task definition");
  command.add_word("SERVICE", command_line::text(action->service), "its name");
  command.add_word("TASK-DEFINITION", command_line::text(action->task_definition),
                   "FAMILY or FAMILY:REVISION");
  add_action(line, command, action);
}

void add_lose(CommandLine& line, command_line::Command& parent) {
  auto action = std::make_shared<simulate::Lose>();
  auto& command =
      parent.add_command("lose", "a container instance, or all of a zone, is gone without a word, for good");
  command.add_word("INSTANCE|ZONE", command_line::text(action->instance_or_zone),
                   "a zone's name or letter, or a container instance as in `simulate drain`");
  add_action(line, command, action);
}

void add_instances(CommandLine& line, command_line::Command& parent) {
  auto action = std::make_shared<simulate::Add>();
  auto& command = parent.add_command("add", "container instances join: add 2 instances of 2048x4096");
  command.add_word("N", command_line::whole_number(action->count, 1, simulate::kAddedInstancesMax),
                   "how many");
  command.add_word("instances", word({"instances", "instance"}), "the word itself");
  command.add_word("of", word({"of"}), "the word itself");
  command.add_word("CPUxMEMORY", size_of_instance(*action), "CPU units and MiB of each");
  add_action(line, command, action);
}

}  // namespace

void add_simulate(CommandLine& line) {
  auto& parent = line.program.add_command("simulate", "what an action would do, without doing it");
  parent.add_note(
      "Nothing is changed: the state of the cluster is read and the action is played in a copy, on virtual "
      "time.");
  add_drain(line, parent);
  add_scale(line, parent);
  add_deploy(line, parent);
  add_lose(line, parent);
  add_instances(line, parent);
}

}  // namespace berth::cli
