#pragma once
#include <string>

#include "api/exchange.h"
#include "base/result.h"
#include "services/ecs/core/call.h"
#include "simulate/action.h"

namespace berth::simulate {

/// Does the action to the (simulated) cluster: what an API call does goes through its real operation, with
/// its checks and errors.
/// Errors: `invalid`, in the API's words or naming what is not there.
Async<Result<void>> apply_action(api::Exchange& exchange, const services::ecs::Call& call,
                                 std::string cluster, Action action);

/// The container instance that an id, a beginning of an id that no other of the cluster has, an ARN or an EC2
/// instance id names; null when there is none.
/// Errors: `invalid`, naming those that a beginning fits.
Result<const store::Stored<domain::ContainerInstanceRecord>*> find_host(const store::View& view,
                                                                        const domain::Realm& realm,
                                                                        const std::string& cluster,
                                                                        const std::string& name);

}  // namespace berth::simulate
