#pragma once
#include "bin/berthd/agent_package_folder.h"
#include "frontend/front_end.h"
#include "gateway/gateway.h"
#include "runtime/transport.h"

namespace berth::berthd {

/// One port for everything: API requests go to the front end, websockets to the agent gateway, downloads to
/// the packages of new agents.
class Switchboard final : public runtime::RequestHandler {
 public:
  /// `packages` may be null.
  Switchboard(frontend::FrontEnd& front_end, gateway::Gateway& gateway, const AgentPackageFolder* packages)
      : front_end_(front_end), gateway_(gateway), packages_(packages) {}

  Async<runtime::HttpResponse> handle(const runtime::HttpRequest& request,
                                      const runtime::Peer& peer) override {
    if (packages_ && request.target.starts_with(AgentPackageFolder::kPackagesPath))
      if (auto served = packages_->serve(request)) return answer(*std::move(served));
    return front_end_.handle(request, peer);
  }
  Async<runtime::UpgradeDecision> upgrade(const runtime::HttpRequest& request,
                                          const runtime::Peer& peer) override {
    return gateway_.upgrade(request, peer);
  }
  Async<void> run_socket(std::shared_ptr<void> context, runtime::MessageSocket& socket) override {
    return gateway_.run_socket(std::move(context), socket);
  }

 private:
  static Async<runtime::HttpResponse> answer(runtime::HttpResponse response) { co_return response; }

  frontend::FrontEnd& front_end_;
  gateway::Gateway& gateway_;
  const AgentPackageFolder* packages_;
};

}  // namespace berth::berthd
