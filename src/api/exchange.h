#pragma once
#include <memory>

#include "api/turns.h"
#include "store/store.h"

namespace berth::api {

class Throttles;

/// What an answer is made of at the store: which revision was seen, whether anything was submitted. One for
/// each request; the answer is held until `seen` is durable.
///
/// Borrows: store and throttles, which outlive it.
/// Runs on: the connection's coroutine.
struct Exchange {
  store::Store& store;
  std::shared_ptr<Turns> turns = std::make_shared<Turns>();  ///< Of the requests that lose races. Never null.
  Throttles* throttles = nullptr;                            ///< Null: nobody is throttled.
  store::Revision seen{};                                    ///< Newest revision the answer was made from.
  bool committed = false;  ///< A transaction was submitted: the request must not be answered anew.

  /// A view whose revision the answer will be held for.
  Async<store::View> read();
};

}  // namespace berth::api
