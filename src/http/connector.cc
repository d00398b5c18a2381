#include "http/connector.h"

#include <openssl/x509v3.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/encoding.h"
#include "http/message_text.h"

namespace berth::http {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using TcpSocket = asio::basic_stream_socket<tcp, Executor>;
using UnixSocket = asio::basic_stream_socket<asio::local::stream_protocol, Executor>;

namespace {

constexpr std::size_t kReadBytes = 16U << 10;
constexpr int kSwitchingProtocols = 101;

bool is_address(const std::string& host) {
  error_code code;
  asio::ip::make_address(host, code);
  return !code;
}

/// What the certificate is refused for, in brackets; empty when it was not that.
std::string trust_fault(Channel::Tls& tls, const std::string& host) {
  const long result = SSL_get_verify_result(tls.native_handle());
  if (result != X509_V_OK) return std::string(" (") + X509_verify_cert_error_string(result) + ")";
  X509* shown = SSL_get1_peer_certificate(tls.native_handle());
  if (shown == nullptr) return {};
  const bool ours = is_address(host) ? X509_check_ip_asc(shown, host.c_str(), 0) == 1
                                     : X509_check_host(shown, host.data(), host.size(), 0, nullptr) == 1;
  X509_free(shown);
  return ours ? std::string() : " (the certificate is not for " + host + ")";
}

std::string why(const std::string& doing, const error_code& code) {
  return doing + ": " + code.message();
}

}  // namespace

Connector::Connector(Endpoint endpoint, ClientOptions options, Executor executor)
    : endpoint_(std::move(endpoint)), options_(std::move(options)), executor_(std::move(executor)) {}

Result<std::shared_ptr<Connector>> Connector::make(std::string_view endpoint_url, ClientOptions options,
                                                   Use use, Executor executor) {
  auto endpoint = parse_endpoint(endpoint_url);
  if (!endpoint.ok()) return endpoint.error();
  auto proxy = find_proxy(options.proxy, *endpoint);
  if (!proxy.ok()) return proxy.error();
  std::shared_ptr<Connector> connector(
      new Connector(std::move(*endpoint), std::move(options), std::move(executor)));
  connector->use_ = use;
  connector->proxy_ = std::move(*proxy);
  auto trusted = connector->load_trust();
  if (!trusted.ok()) return trusted.error();
  return connector;
}

Result<void> Connector::load_trust() {
  if (endpoint_.kind != Endpoint::Kind::tls) return {};
  tls_ = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(tls_->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_mode(tls_->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  error_code code;
  if (options_.verify == Verify::insecure) {
    tls_->set_verify_mode(asio::ssl::verify_none, code);
    return {};
  }
  tls_->set_verify_mode(asio::ssl::verify_peer, code);
  if (options_.ca_pem.empty()) {
    tls_->set_default_verify_paths(code);
  } else {
    tls_->add_certificate_authority(asio::buffer(options_.ca_pem), code);
  }
  if (code) return invalid(why("trusted certificates", code));
  return {};
}

bool Connector::tunnels() const {
  return proxy_ && (endpoint_.kind == Endpoint::Kind::tls || use_ == Use::websocket);
}

void Connector::address(runtime::HttpRequest& request) const {
  if (!proxy_ || tunnels()) return;
  request.target = "http://" + endpoint_.authority() + request.target;
  if (!proxy_->user_info.empty()) {
    request.headers.push_back({"Proxy-Authorization", "Basic " + encode_base64(proxy_->user_info)});
  }
}

Async<Result<ChannelPtr>> Connector::connect() {
  if (endpoint_.kind == Endpoint::Kind::unix_socket) {
    auto local = co_await connect_unix();
    co_return local;
  }
  const Endpoint& hop = proxy_ ? *proxy_ : endpoint_;
  auto channel = co_await connect_tcp(hop.host, hop.port);
  if (!channel.ok()) co_return channel.error();
  if (tunnels()) {
    auto open = co_await ask_tunnel(*channel);
    if (!open.ok()) co_return open.error();
  }
  if (endpoint_.kind == Endpoint::Kind::tls) {
    auto secured = co_await start_tls(*channel, endpoint_.host);
    if (!secured.ok()) co_return secured.error();
  }
  co_return channel;
}

Async<Result<ChannelPtr>> Connector::connect_tcp(std::string host, std::uint16_t port) {
  const auto name = host + ":" + std::to_string(port);
  std::vector<tcp::endpoint> endpoints;
  error_code not_address;
  const auto address = asio::ip::make_address(host, not_address);
  if (!not_address) {
    endpoints.emplace_back(address, port);
  } else {
    asio::ip::basic_resolver<tcp, Executor> resolver(executor_);
    auto [code, found] =
        co_await resolver.async_resolve(host, std::to_string(port), asio::as_tuple(asio::use_awaitable));
    if (code) co_return unavailable(why("resolve " + host, code));
    for (const auto& entry : found) endpoints.push_back(entry.endpoint());
  }
  TcpSocket socket(executor_);
  auto [code, used] = co_await asio::async_connect(socket, endpoints, asio::as_tuple(asio::use_awaitable));
  if (code) co_return unavailable(why("connect to " + name, code));
  auto channel = std::make_shared<Channel>(Channel::Socket(std::move(socket)));
  channel->tune_tcp(std::chrono::duration_cast<std::chrono::milliseconds>(options_.write_stall_max));
  co_return channel;
}

Async<Result<ChannelPtr>> Connector::connect_unix() {
  UnixSocket socket(executor_);
  const asio::local::stream_protocol::endpoint where(endpoint_.path);
  auto [code] = co_await socket.async_connect(where, asio::as_tuple(asio::use_awaitable));
  if (code) co_return unavailable(why("connect to " + endpoint_.path, code));
  co_return std::make_shared<Channel>(Channel::Socket(std::move(socket)));
}

Async<Result<void>> Connector::start_tls(ChannelPtr channel, std::string host) {
  auto& tls = channel->start_tls(*tls_);
  if (!is_address(host)) SSL_set_tlsext_host_name(tls.native_handle(), host.c_str());
  error_code code;
  if (options_.verify == Verify::yes) {
    tls.set_verify_callback(asio::ssl::host_name_verification(host), code);
  }
  if (!code) {
    auto [failure] =
        co_await tls.async_handshake(asio::ssl::stream_base::client, asio::as_tuple(asio::use_awaitable));
    code = failure;
  }
  if (code) co_return unavailable(why("TLS with " + endpoint_.authority(), code) + trust_fault(tls, host));
  co_return Result<void>();
}

Async<Result<void>> Connector::ask_tunnel(ChannelPtr channel) {
  const auto port = std::to_string(endpoint_.port);
  const auto bare =
      endpoint_.host.find(':') == std::string::npos ? endpoint_.host : "[" + endpoint_.host + "]";
  runtime::HttpRequest request;
  request.method = "CONNECT";
  request.target = bare + ":" + port;
  if (!proxy_->user_info.empty()) {
    request.headers.push_back({"Proxy-Authorization", "Basic " + encode_base64(proxy_->user_info)});
  }
  std::string head;
  append_request_head(head, request, request.target);
  const auto code = co_await write_message(channel, head, request.body);
  if (code) co_return unavailable(why("proxy", code));
  // A successful answer to CONNECT has no body, whatever its header says.
  ResponseReader reader({options_.header_bytes_max, options_.body_bytes_max}, ResponseParser::Body::none);
  while (!reader.done) {
    auto read = co_await reader.read_some(channel);
    if (!read.ok()) co_return unavailable("proxy: " + read.error().message);
  }
  const auto status = reader.parser->response().status;
  if (status != 200) co_return unavailable("proxy: it answered " + std::to_string(status) + " to CONNECT");
  channel->push_back(std::move(reader.buffer));
  co_return Result<void>();
}

ResponseReader::ResponseReader(MessageBounds limits, ResponseParser::Body kind) : bounds(limits), body(kind) {
  parser.emplace(bounds, body);
}

Async<Result<void>> ResponseReader::read_some(ChannelPtr channel) {
  const auto held = buffer.size();
  buffer.resize(held + kReadBytes);
  auto [code, count] = co_await channel->async_read_some(asio::buffer(buffer.data() + held, kReadBytes),
                                                         asio::as_tuple(asio::use_awaitable));
  buffer.resize(held + count);
  const bool ended = code == asio::error::eof || code == asio::ssl::error::stream_truncated;
  if (code && !ended) co_return unavailable(why("read", code));
  if (ended) {
    const auto step = parser->feed_end();
    done = step.state == ParseStep::State::done;
    if (!done) co_return unavailable("read: the connection was closed before the answer was complete");
    co_return Result<void>();
  }
  answered = true;
  while (!buffer.empty()) {
    const auto step = parser->feed(buffer);
    buffer.erase(0, step.consumed);
    if (step.state == ParseStep::State::failed) {
      const auto kind = step.status == 400 ? ErrorCode::unavailable : ErrorCode::too_large;
      co_return Error{kind, "read: " + std::string(step.reason), Retry::no};
    }
    if (step.state == ParseStep::State::need_more) break;
    const auto status = parser->response().status;
    if (status >= 200 || status == kSwitchingProtocols) {
      done = true;
      break;
    }
    parser.emplace(bounds, body);  // An interim answer (100 Continue): the real one follows.
  }
  co_return Result<void>();
}

}  // namespace berth::http
