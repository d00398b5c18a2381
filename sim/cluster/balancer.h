#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "runtime/sim/sim_network.h"
#include "runtime/sim/sim_node.h"

namespace berth::sim {

/// The name under which clients know the control planes, whichever answers.
inline constexpr const char* kBackend = "berth:51670";

/// A name with several addresses: each call and each connection goes to one of them, drawn by seed, as a
/// client behind a load balancer finds it.
class BalancedCaller final : public runtime::HttpCaller {
 public:
  BalancedCaller(runtime::SimNetwork& network, runtime::SimNode& from,
                 const std::vector<std::string>& addresses);
  Async<Result<runtime::HttpResponse>> call(runtime::HttpRequest request, Duration timeout) override;

 private:
  std::vector<std::unique_ptr<runtime::HttpCaller>> callers_;
  Prng random_;
};

class BalancedDialer final : public runtime::SocketDialer {
 public:
  BalancedDialer(runtime::SimNetwork& network, runtime::SimNode& from,
                 const std::vector<std::string>& addresses);
  Async<Result<std::unique_ptr<runtime::MessageSocket>>> dial(runtime::HttpRequest upgrade,
                                                              Duration timeout) override;

 private:
  std::vector<std::unique_ptr<runtime::SocketDialer>> dialers_;
  Prng random_;
};

}  // namespace berth::sim
