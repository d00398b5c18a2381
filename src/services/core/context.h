#pragma once
#include <algorithm>
#include <memory>
#include <string>

#include "auth/sigv4.h"
#include "domain/limits.h"
#include "domain/realm.h"
#include "runtime/runtime.h"
#include "services/core/turns.h"
#include "store/store.h"

namespace berth::domain {
class AgentPackages;
}

namespace berth::services {

class Throttles;

/// What every handler may use. Outlives all requests.
struct Services {
  store::Store& store;
  runtime::Runtime& runtime;
  domain::Limits limits;
  domain::Compat compat = domain::Compat::current;
  /// Where agents are told to connect: "http://127.0.0.1:51670" or "https://…", as the caller of this request
  /// reached us.
  std::string endpoint;
  /// Null: nobody is throttled.
  Throttles* throttles = nullptr;
  /// What UpdateContainerAgent can offer. Null: nothing.
  const domain::AgentPackages* agent_packages = nullptr;
  /// Of the requests that lose races. Never null.
  std::shared_ptr<Turns> turns = std::make_shared<Turns>();
};

/// One request on its way through its handler.
///
/// Runs on: the connection's coroutine.
struct Context {
  const Services& services;
  auth::Principal principal;
  domain::Realm realm;  ///< Principal's account and the region of the credential scope.
  std::string request_id;
  std::string endpoint;    ///< scheme://host:port by which the client reached us.
  WallTime now;            ///< When the request came.
  store::Revision seen{};  ///< Newest revision the answer was made from; it is held until that is durable.
  bool committed = false;  ///< A transaction was submitted: what was decided must not be decided again.

  /// A view whose revision the answer will be held for.
  Async<store::View> read();
  std::string new_hex() const { return services.runtime.ids().hex(32); }
};

}  // namespace berth::services
