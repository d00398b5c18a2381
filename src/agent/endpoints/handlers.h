#pragma once
#include <functional>
#include <string>

#include "agent/endpoints/credentials_endpoint.h"
#include "agent/endpoints/endpoint_state.h"
#include "agent/endpoints/rate_limiter.h"
#include "agent/endpoints/request_target.h"
#include "agent/endpoints/task_metadata.h"
#include "agent/endpoints/task_protection.h"
#include "runtime/runtime.h"
#include "runtime/transport.h"

namespace berth::agent::endpoints {

/// Requests without websockets.
class PlainHandler : public runtime::RequestHandler {
 public:
  Async<runtime::UpgradeDecision> upgrade(const runtime::HttpRequest& request,
                                          const runtime::Peer& peer) final;
  Async<void> run_socket(std::shared_ptr<void> context, runtime::MessageSocket& socket) final;
};

inline constexpr std::uint16_t kIntrospectionPort = 51678;  ///< On all addresses.
inline constexpr std::uint16_t kTaskServerPort = 51679;     ///< On 127.0.0.1.
/// Of the servers of both ports: reading a request, writing an answer.
inline constexpr Duration kEndpointTimeout = std::chrono::seconds(5);

/// The introspection endpoint.
/// Borrows: `state`.
/// Runs on: the agent's executor.
class IntrospectionHandler final : public PlainHandler {
 public:
  IntrospectionHandler(const EndpointState& state, std::string license)
      : state_(state), license_(std::move(license)) {}
  Async<runtime::HttpResponse> handle(const runtime::HttpRequest& request,
                                      const runtime::Peer& peer) override;

 private:
  const EndpointState& state_;
  std::string license_;
};

/// Credentials and metadata for containers, which reach it as 169.254.170.2:80.
///
/// Borrows: all that it is given.
/// Runs on: the agent's executor.
/// Limits: of each task kTaskRequestsPerSecond on average and kTaskRequestsBurst at once; beyond, 429. Who is
///   of no task counts by address.
class TaskServerHandler final : public PlainHandler {
 public:
  using Audit = std::function<void(const AuditEntry&)>;
  /// `audit` is called for each request for credentials; it may be empty. Without `protection` there is no
  /// task protection to ask for.
  TaskServerHandler(EndpointState& state, const CredentialsSource& credentials, const runtime::Clock& clock,
                    Audit audit = {}, ProtectionApi* protection = nullptr);
  Async<runtime::HttpResponse> handle(const runtime::HttpRequest& request,
                                      const runtime::Peer& peer) override;
  /// Another limit than the usual one.
  void set_limit(double per_second, double burst) { limiters_ = CallerLimiters(per_second, burst); }

 private:
  /// Whose limit a request counts against.
  std::string caller_of(const RequestTarget& target, const std::string& address) const;
  Async<EndpointAnswer> answer(RequestTarget target, std::string address);
  EndpointAnswer answer_credentials_request(const RequestTarget& target, const runtime::HttpRequest& request,
                                            const runtime::Peer& peer);
  Async<EndpointAnswer> answer_by_container(RequestTarget target, MetadataVersion version);
  Async<EndpointAnswer> answer_by_address(RequestTarget target, std::string address);
  Async<EndpointAnswer> answer_protection_request(RequestTarget target, std::string method, std::string body);
  Async<EndpointAnswer> answer_stats(std::string docker_id, MetadataVersion version);
  Async<EndpointAnswer> answer_task_stats(EndpointTask task, MetadataVersion version);

  EndpointState& state_;
  const CredentialsSource& credentials_;
  const runtime::Clock& clock_;
  CallerLimiters limiters_;
  Audit audit_;
  ProtectionApi* protection_;
};

inline constexpr double kTaskRequestsPerSecond = 40;
inline constexpr double kTaskRequestsBurst = 60;

}  // namespace berth::agent::endpoints
