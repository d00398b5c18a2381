#include "api/paginate.h"

#include <fmt/format.h>

#include "base/random.h"

namespace berth::api {
namespace {

std::string realm_text(const Call& call) {
  return call.realm.account + "/" + call.realm.region;
}

}  // namespace

std::uint64_t hash_filter(std::initializer_list<std::string_view> parts) {
  std::uint64_t hash = hash_bytes("filter");
  for (const auto part : parts) hash = hash_bytes(std::string_view("\0", 1), hash_bytes(part, hash));
  return hash;
}

Result<PageRequest> page_request(const Call& call, std::string operation, std::uint64_t filter,
                                 const std::optional<std::string>& next_token,
                                 const std::optional<std::int32_t>& max_results, std::int32_t size_max,
                                 std::int32_t size_default) {
  PageRequest page{std::move(operation), filter, {}, static_cast<std::size_t>(size_default)};
  if (max_results) {
    if (*max_results < 1 || *max_results > size_max)
      return invalid(fmt::format("maxResults must be between 1 and {}.", size_max));
    page.size = static_cast<std::size_t>(*max_results);
  }
  if (next_token && !next_token->empty()) {
    const std::string realm = realm_text(call);
    auto decoded = wire::decode_page_token(*next_token, {page.operation, page.filter, realm});
    if (const auto* failure = std::get_if<wire::PageTokenFailure>(&decoded))
      return invalid(std::string(wire::explain(*failure)));
    page.after = std::move(std::get<std::string>(decoded));
  }
  return page;
}

std::string next_page_token(const Call& call, const PageRequest& page, std::string_view last_key) {
  const std::string realm = realm_text(call);
  return wire::encode_page_token({page.operation, page.filter, realm}, last_key);
}

}  // namespace berth::api
