#include "simulate/action.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace berth::simulate {
namespace {

std::optional<std::int32_t> number(std::string_view text, std::int32_t min, std::int32_t max) {
  std::int32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < min || value > max)
    return std::nullopt;
  return value;
}

Result<Action> parse_scale(const std::vector<std::string>& words) {
  const auto desired = words.size() == 3 ? number(words[2], 0, 5000) : std::nullopt;
  if (!desired) return invalid("scale needs a service and a count from 0 to 5000: scale SERVICE N");
  return Action(Scale{words[1], *desired});
}

Result<Action> parse_add(std::vector<std::string> words) {
  std::erase_if(words, [](const std::string& word) {
    return word == "instances" || word == "instance" || word == "of";
  });
  const Error usage =
      invalid("add needs a count and a size in CPU units and MiB: add 2 instances of 2048x4096");
  if (words.size() != 3) return usage;
  const auto cross = words[2].find('x');
  if (cross == std::string::npos) return usage;
  const auto count = number(words[1], 1, kAddedInstancesMax);
  const auto cpu = number(std::string_view(words[2]).substr(0, cross), 1, 1'000'000);
  const auto memory = number(std::string_view(words[2]).substr(cross + 1), 1, 100'000'000);
  if (!count || !cpu || !memory) return usage;
  return Action(Add{*count, *cpu, *memory});
}

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace

Result<Action> parse_action(const std::vector<std::string>& words) {
  const std::string verb = words.empty() ? "" : words[0];
  if (verb == "drain") {
    if (words.size() != 2) return invalid("drain needs a container instance: drain INSTANCE");
    return Action(Drain{words[1]});
  }
  if (verb == "scale") return parse_scale(words);
  if (verb == "deploy") {
    if (words.size() != 3)
      return invalid("deploy needs a service and a task definition: deploy SERVICE TASK-DEFINITION");
    return Action(Deploy{words[1], words[2]});
  }
  if (verb == "lose") {
    if (words.size() != 2) return invalid("lose needs a container instance or a zone: lose INSTANCE|ZONE");
    return Action(Lose{words[1]});
  }
  if (verb == "add") return parse_add(words);
  return invalid(fmt::format("'{}' cannot be simulated: use drain, scale, deploy, lose or add", verb));
}

std::string render_action(const Action& action) {
  return std::visit(
      Overloaded{
          [](const Drain& drain) { return fmt::format("drain {}", drain.instance); },
          [](const Scale& scale) { return fmt::format("scale {} {}", scale.service, scale.desired); },
          [](const Deploy& deploy) {
            return fmt::format("deploy {} {}", deploy.service, deploy.task_definition);
          },
          [](const Lose& lose) { return fmt::format("lose {}", lose.instance_or_zone); },
          [](const Add& add) {
            return fmt::format("add {} instances of {}x{}", add.count, add.cpu, add.memory);
          },
      },
      action);
}

}  // namespace berth::simulate
