#include "agent/tasks/image_puller.h"

#include <algorithm>

#include "base/log.h"

namespace berth::agent::tasks {

using config::PullBehavior;
using engine::DriverError;
using engine::DriverResult;
using engine::ImageInfo;

struct ImagePuller::Pull {
  Pull(std::string name, std::string key_of, const Executor& executor)
      : image(std::move(name)), key(std::move(key_of)), group(executor) {}
  std::string image, key;
  std::optional<engine::RegistryAuth> auth;  ///< Of the task itself.
  runtime::TaskGroup group;
  bool alive = false;        ///< The registry has answered.
  bool unreachable = false;  ///< It could not be reached the last time; trying goes on.
  std::optional<DriverResult<engine::Done>> outcome;
  std::vector<std::shared_ptr<PullTicket>> waiting;

  void wake_all() const {
    for (const auto& ticket : waiting) ticket->wake.notify();
  }
  void leave(const std::shared_ptr<PullTicket>& ticket) {
    std::erase(waiting, ticket);
    if (waiting.empty() && !outcome) group.cancel();
  }
};

/// An inspect of an image that is under way.
struct ImagePuller::Look {
  std::optional<DriverResult<ImageInfo>> outcome;  ///< Absent at the end: it was cancelled.
  std::vector<std::shared_ptr<runtime::Notifier>> waiting;
};

std::string registry_of(std::string_view image) {
  const auto slash = image.find('/');
  if (slash == std::string_view::npos) return "docker.io";
  const std::string_view host = image.substr(0, slash);
  const bool is_host = host.find_first_of(".:") != std::string_view::npos || host == "localhost";
  return is_host ? std::string(host) : "docker.io";
}

bool may_pass(const DriverError& error) {
  for (const char* final_word :
       {"not found", "denied", "unauthorized", "no basic auth credentials", "invalid reference format",
        "manifest unknown", "no matching manifest", "no space left on device"}) {
    if (error.text.find(final_word) != std::string::npos) return false;
  }
  return true;
}

ImagePuller::ImagePuller(engine::ContainerRuntime& containers, runtime::Runtime& runtime,
                         PullBehavior behavior, FindAuth find_auth)
    : containers_(containers),
      runtime_(runtime),
      behavior_(behavior),
      find_auth_(std::move(find_auth)),
      group_(runtime.executor()) {}

bool ImagePuller::use_local_at_once(const std::string& image) const {
  if (behavior_ == PullBehavior::prefer_cached) return true;
  if (behavior_ == PullBehavior::once) return pulled_.contains(image);
  if (behavior_ == PullBehavior::always) return false;
  const auto until = unreachable_until_.find(registry_of(image));
  return until != unreachable_until_.end() && runtime_.clock().monotonic() < until->second;
}

void ImagePuller::remember_unreachable(const std::string& image) {
  const std::string registry = registry_of(image);
  unreachable_until_[registry] = runtime_.clock().monotonic() + kUnreachableMemory;
  spdlog::warn(
      "agent: registry {} cannot be reached; images that are here are used without asking it for the next {} "
      "s",
      registry, std::chrono::duration_cast<std::chrono::seconds>(kUnreachableMemory).count());
}

std::shared_ptr<ImagePuller::Pull> ImagePuller::join(const std::string& image,
                                                     std::optional<engine::RegistryAuth> auth) {
  const std::string key = auth ? image + "\n" + auth->username + "\n" + auth->password : image;
  std::shared_ptr<Pull>& pull = pulls_[key];
  if (pull && !pull->outcome && !pull->waiting.empty()) return pull;
  pull = std::make_shared<Pull>(image, key, runtime_.executor());
  pull->auth = std::move(auth);
  pull->group.spawn(run(pull));
  group_.spawn(supervise(pull));
  return pull;
}

Async<void> ImagePuller::run(std::shared_ptr<Pull> pull) {
  spdlog::info("agent: pulling {}", pull->image);
  Pull* raw = pull.get();
  engine::ContainerRuntime::ProgressSink progress = [raw](const engine::PullProgress& line) {
    if (!raw->alive) raw->wake_all();
    raw->alive = true;
    spdlog::debug("agent: pulling {}: {} {} ({} of {} bytes)", raw->image, line.layer, line.message,
                  line.current_bytes, line.total_bytes);
  };
  std::optional<engine::RegistryAuth> auth = pull->auth;
  if (!auth && find_auth_) auth = find_auth_(pull->image);
  Duration delay = kPullRetryMin;
  for (int tried = 1;; ++tried) {
    auto outcome = co_await containers_.pull(pull->image, auth, progress);
    while (!outcome.ok() && outcome.error().unanswered) {
      spdlog::warn("agent: cannot pull {} yet ({})", pull->image, outcome.error().text);
      co_await runtime_.sleep(kLookRetry);
      outcome = co_await containers_.pull(pull->image, auth, progress);
    }
    if (outcome.ok() || tried == kPullTriesMax || !may_pass(outcome.error())) {
      pull->outcome.emplace(std::move(outcome));
      break;
    }
    spdlog::warn("agent: cannot pull {} ({}); trying again", pull->image, outcome.error().text);
    pull->unreachable = outcome.error().unreachable;
    pull->wake_all();
    co_await runtime_.sleep(delay);
    delay = std::min(delay * 3 / 2, kPullRetryMax);
  }
  pull->wake_all();
}

Async<void> ImagePuller::supervise(std::shared_ptr<Pull> pull) {
  co_await pull->group.drain();
  if (!pull->outcome) pull->outcome.emplace(DriverError{"CannotPullContainerError", "the pull was given up"});
  pull->wake_all();
  const auto known = pulls_.find(pull->key);
  if (known != pulls_.end() && known->second == pull) pulls_.erase(known);
}

Async<bool> ImagePuller::wait(std::shared_ptr<Pull> pull, std::shared_ptr<PullTicket> ticket,
                              bool have_local) {
  const MonotonicTime give_up = runtime_.clock().monotonic() + kFirstTry;
  while (!pull->outcome && !ticket->abandoned) {
    if (have_local && pull->unreachable) co_return false;
    if (!have_local || pull->alive) {
      co_await ticket->wake.wait();
      continue;
    }
    const Duration left = give_up - runtime_.clock().monotonic();
    if (left <= Duration::zero()) co_return false;
    (void)co_await ticket->wake.wait_for(runtime_, left);
  }
  co_return true;
}

Async<DriverResult<ImageInfo>> ImagePuller::look(std::string image) {
  while (looks_.contains(image)) {
    const std::shared_ptr<Look> other = looks_[image];
    auto wake = std::make_shared<runtime::Notifier>();
    other->waiting.push_back(wake);
    co_await wake->wait();
    if (other->outcome) co_return *other->outcome;
  }
  struct Place {
    ImagePuller& puller;
    std::string image;
    std::shared_ptr<Look> look = std::make_shared<Look>();
    ~Place() {
      puller.looks_.erase(image);
      for (const auto& wake : look->waiting) wake->notify();
    }
  };
  const Place place{*this, image};
  looks_[image] = place.look;
  auto outcome = co_await containers_.inspect_image(image);
  place.look->outcome = outcome;
  co_return outcome;
}

Async<DriverResult<ImageInfo>> ImagePuller::look_until_answered(std::string image,
                                                                std::shared_ptr<PullTicket> ticket) {
  while (true) {
    auto found = co_await look(image);
    if (found.ok() || !found.error().unanswered || ticket->abandoned) co_return found;
    spdlog::warn("agent: whether {} is here is not known yet ({})", image, found.error().text);
    (void)co_await ticket->wake.wait_for(runtime_, kLookRetry);
  }
}

Async<DriverResult<ImageInfo>> ImagePuller::fetch(std::string image, std::shared_ptr<PullTicket> ticket,
                                                  std::optional<engine::RegistryAuth> auth) {
  auto local = co_await look_until_answered(image, ticket);
  if (ticket->abandoned) co_return DriverError{"CannotPullContainerError", "the task is stopping"};
  if (local.ok() && use_local_at_once(image)) {
    spdlog::info("agent: using the image {} that is here", image);
    co_return local;
  }
  const bool may_fall_back = local.ok() && behavior_ == PullBehavior::default_;
  std::shared_ptr<Pull> pull = join(image, std::move(auth));
  pull->waiting.push_back(ticket);
  const bool answered = co_await wait(pull, ticket, may_fall_back);
  pull->leave(ticket);
  if (ticket->abandoned) co_return DriverError{"CannotPullContainerError", "the task is stopping"};
  if (!answered) {
    remember_unreachable(image);
    co_return local;
  }
  if (!pull->outcome->ok()) {
    DriverError error = pull->outcome->error();
    if (!may_fall_back) co_return error;
    if (error.unreachable) remember_unreachable(image);
    spdlog::warn("agent: cannot pull {} ({}); using the image that is here", image, error.text);
    co_return local;
  }
  pulled_.insert(image);
  ticket->pulled = true;
  auto fresh = co_await look_until_answered(image, ticket);
  if (!fresh.ok()) {
    DriverError error = fresh.error();
    error.name = "CannotPullContainerError";
    co_return error;
  }
  co_return fresh;
}

void ImagePuller::cancel() {
  for (const auto& [image, pull] : pulls_) pull->group.cancel();
}

Async<void> ImagePuller::drain() {
  return group_.drain();
}

}  // namespace berth::agent::tasks
