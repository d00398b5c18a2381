#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>

#include "runtime/once.h"
#include "runtime/sim/sim_runtime.h"
#include "runtime/task_group.h"
#include "runtime/transport.h"

namespace berth::runtime {

class SimNode;
class SimWorld;
struct SimLink;

/// What the network does to traffic between different nodes; traffic within a node is only delayed. May be
/// changed at any time.
struct SimNetworkOptions {
  Duration delay_min = std::chrono::milliseconds(1);
  Duration delay_max = std::chrono::milliseconds(20);
  /// Of 1000 requests or socket messages, how many break their connection. The request was delivered or not.
  unsigned loss_per_mille = 0;
  /// How long a sender goes on before it notices that nothing arrives any more.
  Duration break_min = std::chrono::seconds(1);
  Duration break_max = std::chrono::seconds(30);
};

/// The network between nodes, at the level of whole messages: HTTP exchanges and socket messages.
///
/// A request into a partition vanishes: its caller times out. A socket whose message vanished is half-open:
/// the sender finds it broken after a while, the other side not before it sends something or hears the
/// sender's reset. Killing a node resets its connections, or leaves some half-open, by seed.
class SimNetwork {
 public:
  explicit SimNetwork(SimWorld& world);
  ~SimNetwork();

  /// Answers what is sent to `address` (any text, say `berth:51670`) on `node` until the node is killed.
  /// Borrows `handler`, which lives until the node's process is destroyed.
  void listen(SimNode& node, const std::string& address, RequestHandler& handler);
  std::unique_ptr<HttpCaller> caller(SimNode& from, const std::string& address);
  std::unique_ptr<SocketDialer> dialer(SimNode& from, const std::string& address);

  /// Nothing gets from `from` to `to` until healed.
  void block(const SimNode& from, const SimNode& to);
  /// Both directions.
  void partition(const SimNode& a, const SimNode& b);
  /// From and to everyone.
  void isolate(const SimNode& node);
  void heal(const SimNode& a, const SimNode& b);
  void heal_all();
  /// What is sent from one to the other arrives no earlier than after `duration`.
  void clog(const SimNode& from, const SimNode& to, Duration duration);

  SimNetworkOptions options;

  /// The rest is for the simulator's own parts.
  struct Listener;
  bool blocked(std::size_t from, std::size_t to) const { return blocked_.contains({from, to}); }
  /// Runs `work` on node `to` after a delay, not before `earliest`. Says when; nothing happens when it is
  /// blocked.
  MonotonicTime deliver(std::size_t from, std::size_t to, Once<> work, MonotonicTime earliest = {});
  bool draw_loss(std::size_t from, std::size_t to);
  Duration draw_break_delay();
  bool draw(unsigned numerator, unsigned denominator) { return prng_.chance(numerator, denominator); }
  SimContext& context();
  std::shared_ptr<Listener> find_listener(const std::string& address) const;
  /// The node that listens, or once listened, at the address.
  std::size_t node_of(const std::string& address, std::size_t otherwise) const;
  void adopt(const std::shared_ptr<SimLink>& link);
  /// The node's process died: its connections break and its listeners' tasks are cancelled; drain_node()
  /// awaits them.
  void drop_node(std::size_t node);
  static Async<void> drain_node(SimNetwork& network, std::size_t node);

 private:
  SimWorld& world_;
  Prng prng_;
  std::set<std::pair<std::size_t, std::size_t>> blocked_;
  std::map<std::pair<std::size_t, std::size_t>, MonotonicTime> clogged_;
  std::map<std::string, std::shared_ptr<Listener>> listeners_;
  std::map<std::string, std::size_t> addresses_;
  std::map<std::size_t, std::vector<std::shared_ptr<Listener>>> dying_;
  std::map<std::uint64_t, std::weak_ptr<SimLink>> links_;
  std::uint64_t link_count_ = 0;
};

struct SimNetwork::Listener {
  Listener(std::size_t n, RequestHandler& h, Executor executor, std::shared_ptr<const SimLife> l)
      : node(n), handler(h), life(std::move(l)), tasks(std::move(executor)) {}
  std::size_t node;
  RequestHandler& handler;
  std::shared_ptr<const SimLife> life;
  TaskGroup tasks;
};

}  // namespace berth::runtime
