#include "http/stream_client.h"

#include <limits>

#include "http/connector.h"
#include "http/message_text.h"
#include "runtime/sync.h"

namespace berth::http {
namespace {

/// Channel and parser of one response; shared, so that a cancelled read leaves them as they were.
struct Flow {
  Flow(ChannelPtr from, MessageBounds bounds, ResponseParser::Body body)
      : channel(std::move(from)), reader(bounds, body) {}
  ~Flow() { channel->close(); }
  ChannelPtr channel;
  ResponseReader reader;
};

using Chunk = Result<std::optional<std::string>>;

Async<Chunk> next_chunk(std::shared_ptr<Flow> flow) {
  auto& body = flow->reader.parser->response().body;
  while (body.empty() && !flow->reader.done) {
    auto read = co_await flow->reader.read_some(flow->channel);
    if (!read.ok()) co_return read.error();
  }
  if (body.empty()) co_return std::optional<std::string>();
  co_return std::optional<std::string>(std::exchange(body, {}));
}

class FlowBody final : public BodyStream {
 public:
  explicit FlowBody(std::shared_ptr<Flow> flow) : flow_(std::move(flow)) {}
  ~FlowBody() override { flow_->channel->close(); }
  Async<Chunk> next() override { return next_chunk(flow_); }

 private:
  std::shared_ptr<Flow> flow_;
};

Async<Result<ChannelPtr>> send_request(std::shared_ptr<Connector> connector, runtime::HttpRequest request) {
  auto channel = co_await connector->connect();
  if (!channel.ok()) co_return channel.error();
  connector->address(request);
  std::string head;
  append_request_head(head, request, connector->endpoint().authority());
  const auto code = co_await write_message(*channel, head, request.body);
  if (code) co_return unavailable("write: " + code.message());
  co_return channel;
}

Async<Result<StreamedResponse>> open(std::shared_ptr<Connector> connector, runtime::Runtime& runtime,
                                     runtime::HttpRequest request, Duration connect_timeout) {
  const auto body = request.method == "HEAD" ? ResponseParser::Body::none : ResponseParser::Body::expected;
  auto channel =
      co_await runtime::with_deadline(runtime, connect_timeout, send_request(connector, std::move(request)));
  if (!channel.ok()) co_return channel.error();
  const MessageBounds bounds{connector->options().header_bytes_max,
                             std::numeric_limits<std::uint64_t>::max()};
  auto flow = std::make_shared<Flow>(std::move(*channel), bounds, body);
  while (!flow->reader.parser->is_header_done() && !flow->reader.done) {
    auto read = co_await flow->reader.read_some(flow->channel);
    if (!read.ok()) co_return read.error();
  }
  StreamedResponse response;
  response.status = flow->reader.parser->response().status;
  response.headers = flow->reader.parser->response().headers;
  response.body = std::make_unique<FlowBody>(std::move(flow));
  co_return response;
}

class Client final : public StreamClient {
 public:
  Client(std::shared_ptr<Connector> connector, runtime::Runtime& runtime)
      : connector_(std::move(connector)), runtime_(runtime) {}
  Async<Result<StreamedResponse>> open_stream(runtime::HttpRequest request,
                                              Duration connect_timeout) override {
    return open(connector_, runtime_, std::move(request), connect_timeout);
  }

 private:
  std::shared_ptr<Connector> connector_;
  runtime::Runtime& runtime_;
};

}  // namespace

Result<std::unique_ptr<StreamClient>> make_stream_client(std::string_view endpoint_url, ClientOptions options,
                                                         Executor executor, runtime::Runtime& runtime) {
  auto connector =
      Connector::make(endpoint_url, std::move(options), Connector::Use::requests, std::move(executor));
  if (!connector.ok()) return connector.error();
  return std::unique_ptr<StreamClient>(std::make_unique<Client>(std::move(*connector), runtime));
}

}  // namespace berth::http
