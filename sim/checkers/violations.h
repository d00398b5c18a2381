#pragma once
#include <functional>
#include <string>
#include <vector>

#include "runtime/sim/sim_world.h"

namespace berth::sim {

/// A promise that was broken: which, when (virtual time since the beginning), and how.
struct Violation {
  std::string rule;  ///< Short name, as docs/design/simulation.md lists them.
  double at_s = 0;
  std::string text;
};

/// What checkers found. Only the first ones count: what follows from them explains nothing.
class Violations {
 public:
  explicit Violations(const runtime::SimWorld& world) : world_(world) {}
  void add(std::string rule, std::string text) {
    if (all_.size() >= kViolationsMax) return;
    all_.push_back({std::move(rule), static_cast<double>(world_.now().ns) / 1e9, std::move(text)});
  }
  bool empty() const { return all_.empty(); }
  const std::vector<Violation>& all() const { return all_; }

 private:
  static constexpr std::size_t kViolationsMax = 20;
  const runtime::SimWorld& world_;
  std::vector<Violation> all_;
};

}  // namespace berth::sim
