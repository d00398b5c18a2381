#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "auth/sigv4.h"

namespace berth::auth {

/// A request that owns its texts, for tests: change what you like, then view().
struct TestRequest {
  std::string method = "POST";
  std::string path = "/";
  std::string query;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::vector<std::string_view> services = {};

  void set(const std::string& name, const std::string& value) {
    for (auto& header : headers)
      if (equal_ignoring_case(header.first, name)) return void(header.second = value);
    headers.emplace_back(name, value);
  }
  void remove(std::string_view name) {
    std::erase_if(headers, [&](const auto& header) { return equal_ignoring_case(header.first, name); });
  }
  SignedRequest view() {
    views_.clear();
    for (const auto& [name, value] : headers) views_.push_back({name, value});
    return {method, path, query, views_, body, services};
  }

 private:
  std::vector<HeaderView> views_;
};

inline constexpr std::string_view kTestKeyId = "AKIDEXAMPLE";
inline constexpr std::string_view kTestSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

inline KeyInfo test_key() {
  return {std::string(kTestSecret), "123456789012", "arn:aws:iam::123456789012:root",
          "123456789012",           std::nullopt,   std::nullopt};
}
/// Knows kTestKeyId and nothing else.
inline KeyLookup lookup_of(KeyInfo info) {
  auto key = std::make_shared<const KeyInfo>(std::move(info));
  return [key](std::string_view id) { return id == kTestKeyId ? key : nullptr; };
}
inline WallTime at(std::string_view text) {
  return parse_basic_iso8601(text).value();
}

/// "" when the request verifies, else the failure's message.
inline std::string verify_message(TestRequest& request, std::string_view now, KeyInfo info = test_key()) {
  SigningKeyCache cache;
  const auto result = verify_request(request.view(), lookup_of(std::move(info)), at(now), cache);
  const auto* failure = std::get_if<AuthFailure>(&result);
  return failure == nullptr ? std::string() : failure->message;
}

}  // namespace berth::auth
