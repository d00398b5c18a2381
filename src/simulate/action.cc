#include "simulate/action.h"

#include <fmt/format.h>

namespace berth::simulate {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace

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
