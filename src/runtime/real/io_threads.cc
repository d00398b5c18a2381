#include "runtime/real/io_threads.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <string>
#include <thread>

#include "base/assert.h"

namespace berth::runtime {
namespace asio = boost::asio;

struct IoThreads::State {
  // Concurrency hint 1: one thread runs each loop, so Asio may skip some of its locking.
  struct Loop {
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};
    std::thread thread;
  };
  explicit State(Wakeup how) : wakeup(how) {}

  const Wakeup wakeup;
  std::vector<std::unique_ptr<Loop>> loops;
  std::atomic<std::size_t> next{0};
};

IoThreads::IoThreads(std::size_t count, Wakeup wakeup) : state_(std::make_unique<State>(wakeup)) {
  check(count > 0, "IoThreads needs a thread");
  for (std::size_t i = 0; i < count; ++i) state_->loops.push_back(std::make_unique<State::Loop>());
}

IoThreads::~IoThreads() {
  stop();
}

std::size_t IoThreads::size() const {
  return state_->loops.size();
}

Executor IoThreads::executor(std::size_t index) const {
  return state_->loops.at(index)->context.get_executor();
}

Executor IoThreads::next_executor() {
  return executor(state_->next.fetch_add(1, std::memory_order_relaxed) % state_->loops.size());
}

void IoThreads::start() {
  // Signals are for the loop that waits for them through a signal set; a broken pipe, or a file that may not
  // grow further (RLIMIT_FSIZE), is an error code.
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  for (std::size_t i = 0; i < state_->loops.size(); ++i) {
    State::Loop& loop = *state_->loops[i];
    check(!loop.thread.joinable(), "IoThreads were started twice");
    loop.thread = std::thread([&loop, i, wakeup = state_->wakeup] {
      pthread_setname_np(pthread_self(), ("berth-io-" + std::to_string(i)).c_str());
      // Where a sandbox forbids it, the thread works all the same.
      const sched_param no_priority{};
      if (wakeup == Wakeup::queue) ::sched_setscheduler(0, SCHED_BATCH, &no_priority);
      loop.context.run();
    });
  }
}

void IoThreads::stop() {
  for (const auto& loop : state_->loops) {
    loop->guard.reset();
    loop->context.stop();
  }
  for (const auto& loop : state_->loops)
    if (loop->thread.joinable()) loop->thread.join();
}

}  // namespace berth::runtime
