#pragma once
#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "runtime/sim/sim_network.h"
#include "runtime/wait_cell.h"

namespace berth::runtime {

/// One end of a simulated connection.
struct SimEnd {
  std::size_t node = 0;
  std::shared_ptr<const SimLife> life;
  std::deque<std::string> inbox;
  std::optional<Error> over;   ///< How it ended; told after the inbox is read.
  bool stalled = false;        ///< What this end sends no longer arrives: an earlier message vanished.
  MonotonicTime last_arrival;  ///< Of what this end sent: keeps its messages in order.
  std::shared_ptr<WaitCell> readable = std::make_shared<WaitCell>();

  void end(Error error) {
    if (!over) over = std::move(error);
    readable->notify();
  }
};

/// A connection between two nodes. Survives its sockets while something is on the wire.
struct SimLink : std::enable_shared_from_this<SimLink> {
  explicit SimLink(SimNetwork& n) : network(n) {}
  SimNetwork& network;
  std::array<SimEnd, 2> ends;

  /// Sends `effect` from end `side` to the other, in order.
  void transmit(std::size_t side, Once<SimEnd&> effect);
  /// Breaks end `side` and tells the other, if it can be reached.
  void reset(std::size_t side, const std::string& reason);
};

/// A socket on one end of a link. Destroying it without close() resets the connection.
class SimSocket final : public MessageSocket {
 public:
  SimSocket(std::shared_ptr<SimLink> link, std::size_t side) : link_(std::move(link)), side_(side) {}
  ~SimSocket() override;
  Async<Result<std::string>> receive() override;
  Async<Result<void>> send(std::string text) override;
  void close(int code, std::string reason) override;

 private:
  std::shared_ptr<SimLink> link_;
  std::size_t side_;
};

}  // namespace berth::runtime
