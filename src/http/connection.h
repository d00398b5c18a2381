#pragma once
#include <atomic>
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "http/channel.h"
#include "http/message_parser.h"
#include "http/message_text.h"
#include "http/server.h"
#include "http/websocket_session.h"
#include "runtime/sync.h"
#include "runtime/task_group.h"

namespace berth::http {

class Connection;

/// Counters of one shard; read by any thread.
struct ShardCounters {
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> bad_requests{0};
  std::atomic<std::uint64_t> timeouts{0};
  std::atomic<std::uint64_t> shed{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> websockets_now{0};
};

/// What the connections of one executor share. Private to http.
///
/// Runs on: its executor, but for the counters.
struct Shard {
  Shard(Executor on, const ServerOptions& what, const ServerLimits& bounds, runtime::RequestHandler& answers,
        runtime::Runtime& world)
      : executor(on), options(what), limits(bounds), handler(answers), runtime(world), tasks(on) {}

  /// The value of the Date header, rendered once a second.
  std::string_view date();
  /// Closes the connection that has kept the server waiting for longest: one between two requests, else one
  /// in the middle of sending something. False when every connection is being answered.
  bool shed_idlest();

  Executor executor;
  const ServerOptions& options;
  const ServerLimits& limits;
  runtime::RequestHandler& handler;
  runtime::Runtime& runtime;
  boost::asio::ssl::context* tls = nullptr;  ///< Null: no TLS here.
  runtime::TaskGroup tasks;
  std::list<Connection*> connections;
  runtime::Notifier connection_ended;
  bool stopping = false;
  ShardCounters counters;

 private:
  std::int64_t date_second_ = -1;
  std::string date_;
};

/// One accepted connection: detects TLS, then answers requests until either side ends it.
///
/// Deadlines cost a store each: the shard's sweep compares them with the clock once per `sweep_interval`.
/// Memory: an idle plain connection holds a read buffer of 4 KiB; a websocket none. What a request takes is
///         within the server's ByteBudget until it is answered.
class Connection {
 public:
  /// `open_count` is the server's number of open connections, this one included; lowered at destruction.
  Connection(Shard& shard, ChannelPtr channel, runtime::Peer peer, std::atomic<std::uint64_t>& open_count);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// From now on the shard knows of it.
  void enlist();
  static Async<void> serve(std::unique_ptr<Connection> connection);
  /// Acts on a deadline that has passed.
  void sweep(MonotonicTime now);
  /// Ends what is idle; the rest ends after the current request.
  void begin_stop();
  /// How well the connection can be spared.
  enum class Spare { no, sending, idle };
  Spare spare() const;
  /// When its patience ends.
  MonotonicTime deadline() const { return deadline_; }
  void close() { channel_->close(); }

 private:
  enum class Phase { idle, handshake, header, body, handling, writing, lingering, socket };
  enum class ReadEnd { request, refused, closed };
  struct Verdict {
    ReadEnd end = ReadEnd::closed;
    int status = 0;
    std::string_view reason;
  };

  Async<void> run();
  Async<bool> detect_tls();
  Async<Verdict> read_request();
  Async<bool> read_more();
  Async<void> allow_body();
  Async<runtime::HttpResponse> answer(const runtime::HttpRequest& request);
  Async<bool> write(runtime::HttpResponse response, bool is_head, ResponseFraming::Connection connection);
  /// Drops what came of the request, and ends the connection.
  Async<void> refuse(Verdict verdict);
  /// Asks for leave to upgrade, and fills `context` when it is given; else answers with the refusal.
  enum class Upgrade { accepted, refused, over };
  Async<Upgrade> decide_upgrade(const runtime::HttpRequest& request, bool peer_keeps,
                                std::shared_ptr<void>& context);
  /// Takes the request out once it has been answered: a socket lasts.
  Async<void> run_websocket(runtime::HttpRequest& request, std::shared_ptr<void> context);
  Async<void> linger();

  void enter(Phase phase, Duration timeout);
  void enter(Phase phase);
  std::string_view unread() const { return {buffer_.get() + begin_, end_ - begin_}; }
  /// False when the buffer may not grow any more, or the budget is used up.
  bool make_room();
  bool can_grow() const;
  std::size_t buffer_bytes_max() const;
  void reallocate(std::size_t bytes);
  void release_buffer();

  Shard& shard_;
  ChannelPtr channel_;
  runtime::Peer peer_;
  std::atomic<std::uint64_t>& open_count_;
  std::list<Connection*>::iterator place_;
  Phase phase_ = Phase::idle;
  MonotonicTime deadline_;
  bool expired_ = false;
  ByteShare buffer_share_, body_share_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::string head_;
  std::unique_ptr<RequestParser> parser_;  // None for a websocket.
  std::shared_ptr<WebsocketSession> session_;
};

}  // namespace berth::http
