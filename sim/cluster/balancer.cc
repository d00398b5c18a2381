#include "sim/cluster/balancer.h"

#include <utility>

namespace berth::sim {

BalancedCaller::BalancedCaller(runtime::SimNetwork& network, runtime::SimNode& from,
                               const std::vector<std::string>& addresses)
    : random_(from.runtime().fork_random()) {
  for (const auto& address : addresses) callers_.push_back(network.caller(from, address));
}

Async<Result<runtime::HttpResponse>> BalancedCaller::call(runtime::HttpRequest request, Duration timeout) {
  return callers_[random_.below(callers_.size())]->call(std::move(request), timeout);
}

BalancedDialer::BalancedDialer(runtime::SimNetwork& network, runtime::SimNode& from,
                               const std::vector<std::string>& addresses)
    : random_(from.runtime().fork_random()) {
  for (const auto& address : addresses) dialers_.push_back(network.dialer(from, address));
}

Async<Result<std::unique_ptr<runtime::MessageSocket>>> BalancedDialer::dial(runtime::HttpRequest upgrade,
                                                                            Duration timeout) {
  return dialers_[random_.below(dialers_.size())]->dial(std::move(upgrade), timeout);
}

}  // namespace berth::sim
