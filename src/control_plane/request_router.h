#pragma once
#include <functional>
#include <optional>

#include "api/front_end.h"
#include "gateway/gateway.h"
#include "runtime/transport.h"

namespace berth::control_plane {

/// Answers a request that is for a file, not for an API; nothing: it is for no file.
using Downloads = std::function<std::optional<runtime::HttpResponse>(const runtime::HttpRequest&)>;

/// One port for everything: API requests go to the front end, websockets to the agent gateway, downloads to
/// whoever offers files.
class RequestRouter final : public runtime::RequestHandler {
 public:
  /// `downloads` may be empty.
  RequestRouter(api::FrontEnd& front_end, gateway::Gateway& gateway, Downloads downloads)
      : front_end_(front_end), gateway_(gateway), downloads_(std::move(downloads)) {}

  Async<runtime::HttpResponse> handle(const runtime::HttpRequest& request,
                                      const runtime::Peer& peer) override {
    if (downloads_)
      if (auto served = downloads_(request)) return answer(*std::move(served));
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

  api::FrontEnd& front_end_;
  gateway::Gateway& gateway_;
  Downloads downloads_;
};

}  // namespace berth::control_plane
