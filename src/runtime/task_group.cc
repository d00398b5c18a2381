#include "runtime/task_group.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <cstdint>
#include <map>
#include <vector>

#include "base/assert.h"
#include "base/log.h"
#include "runtime/wait_cell.h"

namespace berth::runtime {
namespace asio = boost::asio;

namespace {

struct Entry {
  asio::cancellation_signal signal;
  bool started = false;
  bool cancelled = false;
};

/// Runs `task` and swallows its cancellation. It ends with cancellation ignored: co_spawn's own last step may
/// be a co_await outside any handler, and would throw out of the event loop in a cancelled coroutine.
Async<void> run_task(Async<void> task) {
  try {
    co_await std::move(task);
  } catch (const boost::system::system_error& error) {
    if (error.code() != asio::error::operation_aborted) {
      spdlog::critical("a task ended with an exception: {}", error.what());
      check(false, "a task ended with an exception");
    }
  } catch (const std::exception& error) {
    spdlog::critical("a task ended with an exception: {}", error.what());
    check(false, "a task ended with an exception");
  }
  co_await ignore_cancellation();
}

}  // namespace

struct TaskGroup::State {
  explicit State(Executor e) : executor(std::move(e)) {}

  void finish(std::uint64_t number) {
    entries.erase(number);
    if (!entries.empty()) return;
    for (const auto& drainer : std::exchange(drainers, {})) drainer->notify();
  }

  /// The simple way, co_spawn at once with a cancellation slot, fails when the cancellation comes before the
  /// first resumption: co_spawn's entry point throws where nobody catches. So the signal is used only once
  /// the task runs.
  static void start(const std::shared_ptr<State>& state, std::uint64_t number,
                    const std::shared_ptr<Entry>& entry, Async<void> task) {
    if (entry->cancelled) {
      { const Async<void> dropped = std::move(task); }
      state->finish(number);
      return;
    }
    entry->started = true;
    // The handler keeps the entry, hence the signal, until the coroutine is done with it.
    asio::co_spawn(state->executor, run_task(std::move(task)),
                   asio::bind_cancellation_slot(entry->signal.slot(),
                                                [state, number, entry](const std::exception_ptr& error) {
                                                  check(error == nullptr, "a task ended with an exception");
                                                  state->finish(number);
                                                }));
  }

  static Async<void> drain(std::shared_ptr<State> state) {
    while (!state->entries.empty()) {
      auto cell = std::make_shared<WaitCell>();
      state->drainers.push_back(cell);
      co_await WaitCell::wait_shielded(std::move(cell));
    }
  }

  Executor executor;
  std::uint64_t next = 0;
  bool cancelled = false;
  std::map<std::uint64_t, std::shared_ptr<Entry>> entries;
  std::vector<std::shared_ptr<WaitCell>> drainers;
};

TaskGroup::TaskGroup(Executor executor, Leftovers leftovers)
    : state_(std::make_shared<State>(std::move(executor))), leftovers_(leftovers) {}

TaskGroup::~TaskGroup() {
  check(state_->entries.empty() || leftovers_ == Leftovers::abandoned,
        "a task group was destroyed before its tasks ended");
}

void TaskGroup::spawn(Async<void> task) {
  if (state_->cancelled) return;
  const std::uint64_t number = state_->next++;
  auto entry = std::make_shared<Entry>();
  state_->entries.emplace(number, entry);
  asio::post(state_->executor,
             [state = state_, number, entry = std::move(entry), task = std::move(task)]() mutable {
               State::start(state, number, entry, std::move(task));
             });
}

void TaskGroup::cancel() {
  state_->cancelled = true;
  // A copy: an emitted cancellation may end tasks, or this group's owner, before the loop is over.
  const auto entries = state_->entries;
  for (const auto& [number, entry] : entries) {
    entry->cancelled = true;
    if (!entry->started) continue;
    entry->signal.emit(asio::cancellation_type::terminal);
    // Emitted from outside the executor, the cancellation is an item in its queue that points into the entry,
    // and the task may end before it is reached.
    asio::post(state_->executor, [kept = entry] {});
  }
}

Async<void> TaskGroup::drain() {
  return State::drain(state_);
}

std::size_t TaskGroup::size() const {
  return state_->entries.size();
}

}  // namespace berth::runtime
