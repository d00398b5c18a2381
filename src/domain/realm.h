#pragma once
#include <compare>
#include <string>

namespace berth::domain {

/// Account and region: the namespace that a request's credentials and its credential scope select.
struct Realm {
  std::string account;
  std::string region;
  friend auto operator<=>(const Realm&, const Realm&) = default;
};

}  // namespace berth::domain
