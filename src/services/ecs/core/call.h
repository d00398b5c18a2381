#pragma once
#include <string>

#include "api/decision.h"
#include "domain/limits.h"
#include "services/ecs/core/errors.h"

namespace berth::domain {
class AgentPackages;
class StopRepeater;
}  // namespace berth::domain

namespace berth::services::ecs {

/// What ECS needs besides the store. Outlives all calls.
struct Deps {
  domain::Limits limits;
  domain::Compat compat = domain::Compat::current;
  /// Where agents are told to connect when a request does not say how it reached us: "http://127.0.0.1:5167".
  std::string endpoint;
  /// What UpdateContainerAgent can offer. Null: nothing.
  const domain::AgentPackages* agent_packages = nullptr;
  /// Told of tasks that an agent still runs although they are to stop. Null: nobody is.
  domain::StopRepeater* stops = nullptr;
};

using Call = api::CallWith<Deps>;
using api::ApiResult;
using api::Decision;
using api::Exchange;
using api::new_transaction;

/// How ECS calls what every service has.
const api::ServiceWords& words();

}  // namespace berth::services::ecs
