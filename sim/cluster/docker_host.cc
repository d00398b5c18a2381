#include "sim/cluster/docker_host.h"

#include <algorithm>

#include "agent/engine/docker_mapping.h"

namespace berth::sim {
namespace {

using agent::engine::ContainerEvent;
using agent::engine::ContainerPhase;
using agent::engine::DriverError;

constexpr std::size_t kHistoryMax = 256;

// The number after the last '-' of an image's name; nothing when there is none.
std::optional<std::int64_t> number_of(const std::string& image, const std::string& prefix) {
  if (!image.starts_with(prefix)) return std::nullopt;
  return std::atoll(image.c_str() + prefix.size());
}

std::string label(const JsonObject& body, std::string_view name) {
  const auto* labels = body.if_contains("Labels");
  if (!labels || !labels->is_object()) return {};
  const auto* value = labels->get_object().if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

DockerHost::DockerHost(runtime::SimWorld& world, runtime::SimNode& node, ContainerWatcher* watcher)
    : world_(world), node_(node), watcher_(watcher), random_(world.stream("docker/" + node.name())) {}

std::size_t DockerHost::running() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      containers_, [](const auto& entry) { return entry.second.info.phase == ContainerPhase::running; }));
}

ContainerWatcher::Container DockerHost::shown(const Container& container) const {
  return {node_.name(), container.info.id, container.task_arn, container.container_name};
}

DockerHost::Container* DockerHost::find(const std::string& id_or_name) {
  if (const auto found = containers_.find(id_or_name); found != containers_.end()) return &found->second;
  for (auto& [id, container] : containers_)
    if (container.info.name == id_or_name) return &container;
  return nullptr;
}

agent::engine::DriverResult<std::string> DockerHost::create(const agent::engine::ContainerConfig& config) {
  if (find(config.name)) {
    return DriverError{"CannotCreateContainerError",
                       "Error response from daemon: Conflict. The container name \"/" + config.name +
                           "\" is already in use"};
  }
  const std::string image(config.body.at("Image").as_string());
  if (!images.contains(image)) {
    DriverError error{"CannotCreateContainerError", "Error response from daemon: No such image: " + image};
    error.missing = true;
    return error;
  }
  Container made;
  made.info.id = random_hex(random_, 64);
  made.info.name = config.name;
  made.info.image = image;
  made.info.image_id = "sha256:" + made.info.image;
  made.info.created_at = now();
  made.task_arn = label(config.body, agent::engine::kLabelTaskArn);
  made.container_name = label(config.body, agent::engine::kLabelContainerName);
  if (const auto* labels = config.body.if_contains("Labels"); labels && labels->is_object())
    for (const auto& [key, value] : labels->get_object())
      if (value.is_string()) made.info.labels[key] = std::string(value.get_string());
  if (const auto* host = config.body.if_contains("HostConfig"); host && host->is_object()) {
    if (const auto* bindings = host->get_object().if_contains("PortBindings");
        bindings && bindings->is_object()) {
      for (const auto& [port, list] : bindings->get_object()) {
        agent::engine::PortBinding binding;
        const std::string text = port;
        binding.container_port = std::atoi(text.c_str());
        binding.protocol = text.ends_with("/udp") ? "udp" : "tcp";
        binding.host_ip = "0.0.0.0";
        const std::string host_port(list.get_array().at(0).get_object().at("HostPort").as_string());
        binding.host_port = std::atoi(host_port.c_str());
        made.info.ports.push_back(binding);
      }
    }
  }
  const std::string id = made.info.id;
  auto& stored = containers_[id] = std::move(made);
  ++created_;
  emit(ContainerEvent::Kind::created, "create", stored);
  return id;
}

const DockerHost::Container* DockerHost::port_holder(const Container& container) const {
  for (const auto& [id, other] : containers_) {
    if (other.info.phase != ContainerPhase::running) continue;
    for (const auto& port : container.info.ports)
      for (const auto& taken : other.info.ports)
        if (port.host_port != 0 && port.host_port == taken.host_port && port.protocol == taken.protocol)
          return &other;
  }
  return nullptr;
}

void DockerHost::doubt(const Container& container) {
  if (watcher_) watcher_->doubted(shown(container));
}

bool DockerHost::start(Container& container) {
  if (container.info.phase == ContainerPhase::running) return true;
  if (const auto* holder = port_holder(container)) {
    if (watcher_) watcher_->port_taken(shown(container), shown(*holder));
    return false;
  }
  container.info.phase = ContainerPhase::running;
  container.info.started_at = now();
  container.info.finished_at.reset();
  container.info.pid = static_cast<std::int64_t>(1000 + created_);
  container.asked = false;
  ++container.run;
  for (auto& port : container.info.ports)
    if (port.host_port == 0) port.host_port = next_port_++;
  if (next_port_ > 60'000) next_port_ = 32'768;
  if (watcher_ && container.returned)
    watcher_->returned(shown(container));
  else if (watcher_)
    watcher_->started(shown(container));
  emit(ContainerEvent::Kind::started, "start", container);
  const std::string& image = container.info.image;
  if (const auto seconds = number_of(image, "job-"))
    end_later(container, std::chrono::seconds(*seconds), 0, false);
  else if (const auto failing = number_of(image, "fail-"))
    end_later(container, std::chrono::seconds(*failing), 1, false);
  else if (const auto hungry = number_of(image, "hog-"))
    end_later(container, std::chrono::seconds(*hungry), 137, true);
  return true;
}

Duration DockerHost::terminate(Container& container, Duration grace) {
  if (container.info.phase != ContainerPhase::running) return Duration(0);
  if (!container.asked && watcher_) watcher_->stop_asked(shown(container));
  container.asked = true;
  const bool deaf = container.info.image.starts_with("deaf");
  const Duration own = std::chrono::milliseconds(random_.between(20, 2'000));
  const bool killed = deaf || own > grace;
  const Duration after = killed ? grace : own;
  end_later(container, after, killed ? 137 : 143, false);
  return after;
}

void DockerHost::end_later(Container& container, Duration after, std::int32_t code, bool out_of_memory) {
  world_.context().at(
      node_.index(), world_.now() + after,
      runtime::Once<runtime::SimContext::TimerEnd>([this, id = container.info.id, run = container.run, code,
                                                    out_of_memory](runtime::SimContext::TimerEnd) {
        const auto found = containers_.find(id);
        if (found == containers_.end() || found->second.run != run) return;
        end(found->second, code, out_of_memory,
            found->second.asked ? ContainerWatcher::Why::asked : ContainerWatcher::Why::by_itself);
      }));
}

void DockerHost::end(Container& container, std::int32_t code, bool out_of_memory, ContainerWatcher::Why why) {
  if (container.info.phase != ContainerPhase::running) return;
  container.info.phase = ContainerPhase::exited;
  container.info.exit_code = code;
  container.info.oom_killed = out_of_memory;
  container.info.finished_at = now();
  container.info.pid = 0;
  ++container.run;
  if (watcher_) watcher_->ended(shown(container), why, code);
  emit(ContainerEvent::Kind::died, "die", container);
}

void DockerHost::remove(const std::string& id) {
  const auto found = containers_.find(id);
  if (found == containers_.end()) return;
  end(found->second, 137, false, ContainerWatcher::Why::asked);
  emit(ContainerEvent::Kind::destroyed, "destroy", found->second);
  containers_.erase(found);
}

bool DockerHost::fail_one(bool out_of_memory) {
  std::vector<Container*> candidates;
  for (auto& [id, container] : containers_)
    if (container.info.phase == ContainerPhase::running) candidates.push_back(&container);
  if (candidates.empty()) return false;
  end(*candidates[random_.below(candidates.size())], out_of_memory ? 137 : 1, out_of_memory,
      ContainerWatcher::Why::by_itself);
  return true;
}

bool DockerHost::return_one(const std::function<bool(const std::string& task_arn)>& over) {
  std::vector<Container*> candidates;
  for (auto& [id, container] : containers_)
    if (container.info.phase == ContainerPhase::exited && over(container.task_arn))
      candidates.push_back(&container);
  if (candidates.empty() || !reachable_) return false;
  Container& chosen = *candidates[random_.below(candidates.size())];
  // As `docker start` does it: it fails where its port is taken.
  if (port_holder(chosen)) return false;
  chosen.returned = true;
  return start(chosen);
}

void DockerHost::emit(ContainerEvent::Kind kind, const char* action, const Container& container) {
  ContainerEvent event;
  event.kind = kind;
  event.container_id = container.info.id;
  event.action = action;
  if (kind == ContainerEvent::Kind::died) event.exit_code = container.info.exit_code;
  event.labels = container.info.labels;
  event.at = now();
  history_.push_back(event);
  if (history_.size() > kHistoryMax) history_.pop_front();
  std::erase_if(streams_, [](const auto& stream) { return stream.expired(); });
  if (!reachable_ || random_.chance(faults.events_lost, 1000)) return;
  for (const auto& weak : streams_) {
    const auto stream = weak.lock();
    if (!stream->events.empty() && random_.chance(faults.events_mixed, 1000))
      stream->events.insert(stream->events.end() - 1, event);
    else
      stream->events.push_back(event);
    stream->wake.notify();
  }
}

std::shared_ptr<DockerHost::Stream> DockerHost::open_stream(std::optional<WallTime> since) {
  auto stream = std::make_shared<Stream>();
  if (since)
    for (const auto& event : history_)
      if (event.at >= *since) stream->events.push_back(event);
  if (!stream->events.empty()) stream->wake.notify();
  streams_.push_back(stream);
  return stream;
}

void DockerHost::break_streams() {
  for (const auto& weak : streams_) {
    const auto stream = weak.lock();
    if (!stream) continue;
    stream->broken = true;
    stream->wake.notify();
  }
  streams_.clear();
  history_.clear();
}

void DockerHost::restart_daemon(Duration pause, Containers containers) {
  if (!powered_) return;
  reachable_ = false;
  break_streams();
  if (containers == Containers::die)
    for (auto& [id, container] : containers_) end(container, 137, false, ContainerWatcher::Why::host_lost);
  const auto outage = ++outage_;
  world_.context().at(
      node_.index(), world_.now() + pause,
      runtime::Once<runtime::SimContext::TimerEnd>([this, outage](runtime::SimContext::TimerEnd) {
        if (outage == outage_ && powered_) reachable_ = true;
      }));
}

void DockerHost::power_off() {
  ++outage_;
  powered_ = reachable_ = false;
  break_streams();
  for (auto& [id, container] : containers_) end(container, 137, false, ContainerWatcher::Why::host_lost);
}

void DockerHost::power_on() {
  powered_ = reachable_ = true;
}

}  // namespace berth::sim
