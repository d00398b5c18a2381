#pragma once
#include <functional>
#include <optional>
#include <utility>

#include "services/core/api_result.h"
#include "services/core/context.h"
#include "wire/api_error.h"

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

/// Races that a request loses before it queues for what it loses them for (core/turns.h). Most lose none or
/// one, and are the faster without a queue.
inline constexpr int kRacesMax = 3;
/// How often it decides at most. With a turn it can only lose to controllers and agents, who write rarely.
inline constexpr int kDecisionsMax = 64;

/// A transaction of this request by the API.
store::Transaction new_transaction(const Context& context, domain::Writer writer = domain::Writer::api);

/// What the client is told when a commit failed for another reason than a lost race.
wire::ApiError commit_failed(const Error& error);

/// After a lost race number `races`: queues for what was lost, if it is time. False when too many queue.
Async<bool> queue_after(Context& context, int races, const Error& lost, Turns::Turn& turn);

/// Decides on a fresh view and commits; after a lost race decides anew, never resends. `decide` is pure: it
/// may be called several times. Requests that keep losing take turns, so that none of them loses for ever.
template <class Response>
Async<ApiResult<Response>> decide_and_commit(Context& context,
                                             std::function<Decision<Response>(const store::View&)> decide) {
  Turns::Turn turn;
  for (int attempt = 1; attempt <= kDecisionsMax; ++attempt) {
    std::optional<Decision<Response>> decision;
    {
      auto view = co_await context.read();
      decision.emplace(decide(view));
    }
    if (!decision->transaction || !decision->answer) co_return std::move(decision->answer);
    std::string others = turn ? std::string() : context.services.turns->contended(*decision->transaction);
    if (!others.empty()) {
      turn = co_await context.services.turns->take(std::move(others));
      if (!turn) co_return wire::throttling();
      continue;
    }
    context.committed = true;
    auto committed = co_await context.services.store.commit(std::move(*decision->transaction));
    if (committed) co_return std::move(decision->answer);
    if (committed.error().retry != Retry::re_decide) co_return commit_failed(committed.error());
    const bool queued = co_await queue_after(context, attempt, committed.error(), turn);
    if (!queued) break;
  }
  co_return commit_failed(conflict("the resource is changing too fast"));
}

}  // namespace berth::services
