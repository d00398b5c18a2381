#pragma once
#include "frontend/front_end.h"
#include "gateway/gateway.h"
#include "runtime/transport.h"

namespace berth::berthd {

/// One port for everything: API requests go to the front end, websockets to the agent gateway.
class Switchboard final : public runtime::RequestHandler {
 public:
  Switchboard(frontend::FrontEnd& front_end, gateway::Gateway& gateway)
      : front_end_(front_end), gateway_(gateway) {}

  Async<runtime::HttpResponse> handle(const runtime::HttpRequest& request,
                                      const runtime::Peer& peer) override {
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
  frontend::FrontEnd& front_end_;
  gateway::Gateway& gateway_;
};

}  // namespace berth::berthd
