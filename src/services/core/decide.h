#pragma once
#include <functional>
#include <optional>
#include <utility>

#include "services/core/api_result.h"
#include "services/core/context.h"

namespace berth::services {

/// What a handler made of a view: its answer, and the transaction (if any) that must be durable before it is
/// given.
template <class Response>
struct Decision {
  ApiResult<Response> answer;
  std::optional<store::Transaction> transaction;

  Decision(Response response) : answer(std::move(response)) {}  // NOLINT(google-explicit-constructor)
  Decision(wire::ApiError error) : answer(std::move(error)) {}  // NOLINT(google-explicit-constructor)
  Decision(Response response, store::Transaction write)
      : answer(std::move(response)), transaction(std::move(write)) {}
};

/// How often a handler decides anew after losing a race before it tells the client to try again.
inline constexpr int kDecisionsMax = 32;

/// A transaction of this request by the API.
store::Transaction new_transaction(const Context& context, domain::Writer writer = domain::Writer::api);

/// What the client is told when a commit failed for another reason than a lost race.
wire::ApiError commit_failed(const Error& error);

/// Decides on a fresh view and commits; after a lost race decides anew, never resends. `decide` is pure: it
/// may be called several times.
template <class Response>
Async<ApiResult<Response>> decide_and_commit(Context& context,
                                             std::function<Decision<Response>(const store::View&)> decide) {
  for (int attempt = 0; attempt < kDecisionsMax; ++attempt) {
    std::optional<Decision<Response>> decision;
    {
      auto view = co_await context.read();
      decision.emplace(decide(view));
    }
    if (!decision->transaction || !decision->answer) co_return std::move(decision->answer);
    auto committed = co_await context.services.store.commit(std::move(*decision->transaction));
    if (committed) co_return std::move(decision->answer);
    if (committed.error().retry != Retry::re_decide) co_return commit_failed(committed.error());
  }
  co_return commit_failed(conflict("the resource is changing too fast"));
}

}  // namespace berth::services
