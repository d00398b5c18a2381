#pragma once
#include <optional>
#include <string>

#include "auth/sigv4.h"
#include "domain/realm.h"
#include "runtime/runtime.h"

namespace berth::api {

/// What a call is told of: who calls, where, when. Owns what a Call borrows.
struct CallParts {
  auth::Principal principal;
  domain::Realm realm;  ///< Principal's account and the region of the credential scope.
  std::string request_id;
  std::string endpoint;  ///< scheme://host:port by which the client reached us.
  WallTime now;          ///< When the request came.
  std::optional<Prng> prng = std::nullopt;
};

/// One call of an operation, as its decision sees it. New identifiers and random numbers come from here too,
/// so that a simulation can choose them.
///
/// Borrows: all, from the front end. Cheap to copy.
/// Runs on: one thread at a time; a decision may be asked several times about one call.
struct Call {
  runtime::Runtime& runtime;
  const auth::Principal& principal;
  const domain::Realm& realm;
  const std::string& request_id;
  const std::string& endpoint;
  const WallTime now;

  Call(runtime::Runtime& of, CallParts& parts)
      : runtime(of),
        principal(parts.principal),
        realm(parts.realm),
        request_id(parts.request_id),
        endpoint(parts.endpoint),
        now(parts.now),
        prng_(parts.prng) {}

  std::string new_hex() const { return runtime.ids().hex(32); }
  std::string new_uuid() const { return runtime.ids().uuid(); }
  std::uint64_t new_number() const { return runtime.ids().next64(); }
  /// One generator for the whole call, forked when it is first asked for. Never for secrets.
  Prng& prng() const {
    if (!prng_) prng_ = runtime.fork_random();
    return *prng_;
  }

 private:
  std::optional<Prng>& prng_;
};

/// A call of a service that needs more than the call itself: its limits, whom it tells.
///
/// Borrows: `deps`, which outlives all calls.
template <class Deps>
struct CallWith : Call {
  const Deps& deps;
  CallWith(const Call& call, const Deps& all) : Call(call), deps(all) {}
};

}  // namespace berth::api
