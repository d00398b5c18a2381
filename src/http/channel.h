#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/append.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "runtime/async.h"

namespace berth::http {

/// One byte stream over TCP or a unix socket, with or without TLS: what server, client and websockets run on.
/// Private to http (it shows Asio). An Asio AsyncStream.
///
/// Runs on: its executor only; one read and one write at a time.
class Channel {
 public:
  using executor_type = Executor;
  using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor>;
  using Tls = boost::asio::ssl::stream<Socket&>;

  explicit Channel(Socket socket) : socket_(std::move(socket)) {}
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  executor_type get_executor() { return socket_.get_executor(); }
  Socket& socket() { return socket_; }
  /// Null while the channel is plain.
  Tls* tls() { return tls_.get(); }
  /// From now on bytes go through TLS; the caller does the handshake on the result.
  Tls& start_tls(boost::asio::ssl::context& context) {
    tls_ = std::make_unique<Tls>(socket_, context);
    return *tls_;
  }

  /// Bytes that were read already and belong to the next reader (what followed an upgrade request).
  void push_back(std::string bytes) { pushed_back_ = std::move(bytes); }

  /// Ends pending operations with operation_aborted; the channel stays usable.
  void cancel();
  /// Closes the socket; pending operations end. May be called again.
  void close();
  /// No more writes: the peer reads the end of the stream after what was written.
  void shutdown_send();
  /// False when the peer has closed, or sent what nobody asked for. Does not block.
  bool looks_idle();
  /// Small writes go out at once; a peer that is gone, or takes no bytes for `stall`, breaks the connection.
  void tune_tcp(std::chrono::milliseconds stall);

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(Read{this}, token,
                                                                                            buffers);
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(Write{this},
                                                                                            token, buffers);
  }

 private:
  struct Read {
    using executor_type = Executor;
    Channel* self;
    executor_type get_executor() const { return self->get_executor(); }
    template <class Handler, class Buffers>
    void operator()(Handler&& handler, const Buffers& buffers) const {
      if (!self->pushed_back_.empty()) {
        auto count = boost::asio::buffer_copy(buffers, boost::asio::buffer(self->pushed_back_));
        self->pushed_back_.erase(0, count);
        boost::asio::post(self->get_executor(), boost::asio::append(std::forward<Handler>(handler),
                                                                    boost::system::error_code(), count));
      } else if (self->tls_) {
        self->tls_->async_read_some(buffers, std::forward<Handler>(handler));
      } else {
        self->socket_.async_read_some(buffers, std::forward<Handler>(handler));
      }
    }
  };
  struct Write {
    using executor_type = Executor;
    Channel* self;
    executor_type get_executor() const { return self->get_executor(); }
    template <class Handler, class Buffers>
    void operator()(Handler&& handler, const Buffers& buffers) const {
      if (self->tls_) {
        self->tls_->async_write_some(buffers, std::forward<Handler>(handler));
      } else {
        self->socket_.async_write_some(buffers, std::forward<Handler>(handler));
      }
    }
  };

  Socket socket_;
  std::unique_ptr<Tls> tls_;
  std::string pushed_back_;
};

using ChannelPtr = std::shared_ptr<Channel>;

/// Writes head and body with one system call where that can be. Empty on success.
Async<boost::system::error_code> write_message(ChannelPtr channel, std::string& head,
                                               const std::string& body);

}  // namespace berth::http
