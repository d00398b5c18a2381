#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "base/result.h"
#include "wire/page_token.h"

namespace berth::api {

/// Where a page starts and how long it is.
struct PageRequest {
  std::string operation;
  std::uint64_t filter = 0;  ///< Hash of every member that selects or orders; see hash_filter().
  std::string after;         ///< Last key of the page before; empty for the first page.
  std::size_t size = 100;
};

/// Hash of the filters of a list call: a token is good for the same filters only.
std::uint64_t hash_filter(std::initializer_list<std::string_view> parts);

/// Checks maxResults (1 to `size_max`; absent: `size_default`) and the token.
/// Errors: `invalid`, in words for the caller.
Result<PageRequest> page_request(const Call& call, std::string operation, std::uint64_t filter,
                                 const std::optional<std::string>& next_token,
                                 const std::optional<std::int32_t>& max_results, std::int32_t size_max = 100,
                                 std::int32_t size_default = 100);

/// The token of the page that follows `last_key`.
std::string next_page_token(const Call& call, const PageRequest& page, std::string_view last_key);

/// Walks a group in key order from where the page starts, taking members for which `wanted` holds, until the
/// page is full; gives the token when there is more. `take(stored)` keeps what the answer needs.
template <class Group, class Wanted, class Take>
std::optional<std::string> fill_page(const Call& call, const PageRequest& page, const Group& group,
                                     Wanted wanted, Take take) {
  std::size_t taken = 0;
  std::string last;
  for (auto at = page.after.empty() ? group.begin() : group.after(page.after); at != group.end(); ++at) {
    if (!wanted(*at->second)) continue;
    if (taken == page.size) return next_page_token(call, page, last);
    take(*at->second);
    last = at->first;
    ++taken;
  }
  return std::nullopt;
}

}  // namespace berth::api
