// What signing and verifying one request cost, by the size of its body.
#include <benchmark/benchmark.h>

#include <array>

#include "auth/sigv4.h"
#include "base/assert.h"

namespace berth::auth {
namespace {

constexpr WallTime kNow{1'700'000'000'000};
const SigningCredentials kCredentials{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};

std::vector<HeaderView> headers() {
  return {{"Host", "127.0.0.1:5167"},
          {"Content-Type", "application/x-amz-json-1.1"},
          {"X-Amz-Target", "AmazonEC2ContainerServiceV20141113.RunTask"}};
}

void BM_sign(benchmark::State& state) {
  SigningKeyCache cache;
  const std::string body(static_cast<std::size_t>(state.range(0)), 'x');
  const auto views = headers();
  const SignedRequest request{"POST", "/", "", views, body, {}};
  for (auto _ : state)
    benchmark::DoNotOptimize(sign_request(request, {kCredentials, "us-east-1", "ecs", kNow}, cache));
}
BENCHMARK(BM_sign)->Arg(100)->Arg(10'000);

void BM_verify(benchmark::State& state) {
  SigningKeyCache cache;
  const std::string body(static_cast<std::size_t>(state.range(0)), 'x');
  auto views = headers();
  const auto signature =
      sign_request({"POST", "/", "", views, body, {}}, {kCredentials, "us-east-1", "ecs", kNow}, cache);
  views.push_back({"Authorization", signature.authorization});
  views.push_back({"X-Amz-Date", signature.date});
  auto info = std::make_shared<KeyInfo>();
  info->secret = kCredentials.secret;
  info->account_id = "123456789012";
  const KeyLookup find_key = [&](std::string_view) { return info; };
  const std::array<std::string_view, 1> services{"ecs"};
  const SignedRequest request{"POST", "/", "", views, body, services};
  for (auto _ : state) {
    const auto verified = verify_request(request, find_key, kNow, cache);
    check(std::holds_alternative<Principal>(verified), "the signature is good");
  }
}
BENCHMARK(BM_verify)->Arg(100)->Arg(10'000);

}  // namespace
}  // namespace berth::auth
