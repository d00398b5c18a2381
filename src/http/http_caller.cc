#include <vector>

#include "http/client.h"
#include "http/connector.h"
#include "http/message_text.h"
#include "runtime/sync.h"

namespace berth::http {
namespace {

/// How one try on one connection went.
struct Attempt {
  Result<runtime::HttpResponse> result;
  bool sent = false;      ///< Some of the request may have reached the server.
  bool answered = false;  ///< Some of an answer has come back.
};

class PooledCaller final : public runtime::HttpCaller {
 public:
  PooledCaller(std::shared_ptr<Connector> connector, runtime::Runtime& runtime)
      : connector_(std::move(connector)), runtime_(runtime) {}

  Async<Result<runtime::HttpResponse>> call(runtime::HttpRequest request, Duration timeout) override {
    return runtime::with_deadline(runtime_, timeout, exchange(std::move(request)));
  }

 private:
  struct Idle {
    ChannelPtr channel;
    MonotonicTime since;
  };

  Async<Result<runtime::HttpResponse>> exchange(runtime::HttpRequest request) {
    connector_->address(request);
    const bool repeatable = request.method == "GET" || request.method == "HEAD";
    while (auto kept = take_idle()) {
      auto attempt = co_await perform(kept, request);
      const bool stale = !attempt.result.ok() && !attempt.answered && (repeatable || !attempt.sent);
      if (!stale) co_return std::move(attempt.result);
      idle_.clear();  // What was kept beside it is as old; one new connection decides.
    }
    auto fresh = co_await runtime::with_deadline(runtime_, connector_->options().connect_timeout,
                                                 connector_->connect());
    if (!fresh.ok()) co_return fresh.error();
    auto attempt = co_await perform(*fresh, request);
    co_return std::move(attempt.result);
  }

  Async<Attempt> perform(ChannelPtr channel, const runtime::HttpRequest& request) {
    Attempt attempt{unavailable("not sent"), false, false};
    std::string head;
    append_request_head(head, request, connector_->endpoint().authority());
    const auto code = co_await write_message(channel, head, request.body);
    attempt.sent = !code;
    // A server may answer and close before it has read everything (413); so the answer is looked for even
    // then.
    const auto& options = connector_->options();
    ResponseReader reader(
        {options.header_bytes_max, options.body_bytes_max},
        request.method == "HEAD" ? ResponseParser::Body::none : ResponseParser::Body::expected);
    while (!reader.done) {
      auto read = co_await reader.read_some(channel);
      attempt.answered = reader.answered;
      if (!read.ok()) {
        attempt.result = code ? unavailable("write: " + code.message()) : std::move(read).error();
        co_return attempt;
      }
    }
    const bool keep =
        !code && reader.parser->keep_alive() && !reader.parser->need_eof() && reader.buffer.empty();
    attempt.result = std::move(reader.parser->response());
    if (keep) put_idle(std::move(channel));
    co_return attempt;
  }

  ChannelPtr take_idle() {
    const auto now = runtime_.clock().monotonic();
    while (!idle_.empty()) {
      auto last = std::move(idle_.back());
      idle_.pop_back();
      if (now - last.since < connector_->options().idle_max && last.channel->looks_idle())
        return last.channel;
    }
    return nullptr;
  }

  void put_idle(ChannelPtr channel) {
    if (idle_.size() >= connector_->options().idle_connections_max) return;
    idle_.push_back({std::move(channel), runtime_.clock().monotonic()});
  }

  std::shared_ptr<Connector> connector_;
  runtime::Runtime& runtime_;
  std::vector<Idle> idle_;
};

}  // namespace

Result<std::unique_ptr<runtime::HttpCaller>> make_http_caller(std::string_view endpoint_url,
                                                              ClientOptions options, Executor executor,
                                                              runtime::Runtime& runtime) {
  auto connector =
      Connector::make(endpoint_url, std::move(options), Connector::Use::requests, std::move(executor));
  if (!connector.ok()) return connector.error();
  return std::unique_ptr<runtime::HttpCaller>(std::make_unique<PooledCaller>(std::move(*connector), runtime));
}

}  // namespace berth::http
