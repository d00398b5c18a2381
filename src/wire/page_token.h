#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace berth::wire {

/// Longest token that is looked at.
inline constexpr std::size_t kPageTokenBytesMax = 4096;

/// The list that a page belongs to: a token is good for the very same list only.
struct PageScope {
  std::string_view operation;  ///< "ListTasks"
  std::uint64_t filter =
      0;  ///< hash_bytes over everything that selects or orders what is listed, page size excepted.
  std::string_view realm;  ///< account/region
};

/// A page token: opaque base64url, in key order, valid across restarts and replicas as it holds no state but
/// the last key. The check detects damage and guesses; it is no secret, so the key must never grant what the
/// caller may not see.
std::string encode_page_token(const PageScope& scope, std::string_view last_key);

enum class PageTokenFailure { broken, other_operation, other_filter, other_realm };

/// The last key of the page before, or why the token is not good for this list; the caller answers
/// InvalidParameterException with explain().
std::variant<std::string, PageTokenFailure> decode_page_token(std::string_view token, const PageScope& scope);
std::string_view explain(PageTokenFailure failure);

}  // namespace berth::wire
