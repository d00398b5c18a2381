#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/api_result.h"
#include "api/call.h"
#include "api/exchange.h"
#include "api/service_words.h"
#include "wire/api_error.h"

namespace berth::api {

/// What an operation makes of a view: its answer, and the transaction (if any) that must be durable before it
/// is given.
template <class Response>
struct Decision {
  ApiResult<Response> answer;
  std::optional<store::Transaction> transaction;
  std::vector<std::string> made;  ///< Ids of what it makes: kept with the call's client token.

  Decision(Response response) : answer(std::move(response)) {}         // NOLINT(google-explicit-constructor)
  Decision(wire::ApiError error) : answer(std::move(error)) {}         // NOLINT(google-explicit-constructor)
  Decision(ApiResult<Response> result) : answer(std::move(result)) {}  // NOLINT(google-explicit-constructor)
  Decision(Response response, store::Transaction write, std::vector<std::string> ids = {})
      : answer(std::move(response)), transaction(std::move(write)), made(std::move(ids)) {}
};

/// Races that a request loses before it queues for what it loses them for (turns.h). Most lose none or one,
/// and are the faster without a queue.
inline constexpr int kRacesMax = 3;
/// How often it decides at most. With a turn it can only lose to controllers and agents, who write rarely.
inline constexpr int kDecisionsMax = 64;

/// A transaction of this call.
store::Transaction new_transaction(const Call& call, domain::Writer writer = domain::Writer::api);

/// What the client is told when a commit failed for another reason than a lost race.
wire::ApiError commit_failed(const ServiceWords& words, const Error& error);

/// After a lost race number `races`: queues for what was lost, if it is time. False when too many queue.
Async<bool> queue_after(Exchange& exchange, int races, const Error& lost, Turns::Turn& turn);

/// Decides on a fresh view and commits; after a lost race decides anew, never resends. `decide(view)` gives a
/// Decision<Response> and is pure: it may be called several times. Requests that keep losing take turns, so
/// that none of them loses for ever.
///
/// Borrows: all, until it returns.
template <class Response, class Decide>
Async<ApiResult<Response>> decide_and_commit(Exchange& exchange, const ServiceWords& words,
                                             const Decide& decide) {
  Turns::Turn turn;
  for (int attempt = 1; attempt <= kDecisionsMax; ++attempt) {
    std::optional<Decision<Response>> decision;
    {
      auto view = co_await exchange.read();
      decision.emplace(decide(view));
    }
    if (!decision->transaction || !decision->answer) co_return std::move(decision->answer);
    std::string others = turn ? std::string() : exchange.turns->contended(*decision->transaction);
    if (!others.empty()) {
      turn = co_await exchange.turns->take(std::move(others));
      if (!turn) co_return wire::throttling();
      continue;
    }
    exchange.committed = true;
    auto committed = co_await exchange.store.commit(std::move(*decision->transaction));
    if (committed) co_return std::move(decision->answer);
    if (committed.error().retry != Retry::re_decide) co_return commit_failed(words, committed.error());
    const bool queued = co_await queue_after(exchange, attempt, committed.error(), turn);
    if (!queued) break;
  }
  co_return commit_failed(words, conflict("the resource is changing too fast"));
}

}  // namespace berth::api
