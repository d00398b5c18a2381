#pragma once
#include <span>
#include <string>
#include <string_view>

namespace berth::sim {

/// A planted bug that is switched on by name (`berth-sim --mutant NAME`). Each breaks one promise that some
/// part of Berth makes to the others, at the interface where the promise is made; no production code knows of
/// them.
struct MutantInfo {
  std::string_view name;
  std::string_view what;  ///< What is broken.
};
/// Every mutant, as `berth-sim --list-mutants` prints them.
std::span<const MutantInfo> list_mutants();
bool is_mutant(std::string_view name);

/// The mutant of a run; none when empty.
struct Mutant {
  std::string name;
  bool is(std::string_view other) const { return name == other; }
};

}  // namespace berth::sim
