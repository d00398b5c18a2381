#include "agent/update/updater.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <utility>

#include "agent/update/signature.h"
#include "auth/sha256.h"
#include "model/acs/acs_codec.h"
#include "model/codec_support.h"

namespace berth::agent::update {
namespace {

constexpr std::string_view kSuffix = ".ecs-update.tar";
constexpr std::string_view kPointer = "/desired-image";
constexpr std::size_t kSha256Digits = 64;

bool is_http(const std::string& url) {
  return url.starts_with("http://") || url.starts_with("https://");
}

// https://host:port/a/b.tar → /a/b.tar
std::string path_of(const std::string& url) {
  const auto slash = url.find('/', url.find("://") + 3);
  return slash == std::string::npos ? "/" : url.substr(slash);
}

std::string origin_of(const std::string& url) {
  return url.substr(0, url.find('/', url.find("://") + 3));
}

std::string sha256_hex(const std::string& data) {
  std::string hex;
  auth::append_hex(hex, auth::sha256(data));
  return hex;
}

}  // namespace

Updater::Updater(Deps deps, UpdateSettings settings)
    : deps_(std::move(deps)), settings_(std::move(settings)), group_(deps_.runtime.executor()) {}

void Updater::handle(const session::Envelope& envelope) {
  model::DecodeContext problems(model::DecodeMode::lenient);
  model::acs::StageUpdateMessage message;  // Both messages have the same members.
  if (!decode(JsonValue(envelope.message), message, problems) || !message.message_id) {
    spdlog::warn("agent: a {} that cannot be read", envelope.type);
    return;
  }
  const std::string id = *message.message_id;
  if (!settings_.enabled || settings_.folder.empty()) return answer(id, "Updates are disabled");
  if (envelope.type == "PerformUpdateMessage") {
    group_.spawn(perform(id));
    return;
  }
  const auto info = message.update_info.value_or(model::acs::UpdateInfo());
  Order order{id, info.location.value_or(""), info.signature.value_or("")};
  if (!is_http(order.location)) return answer(id, "Invalid update: it has no location");
  if (order.sha256.size() != kSha256Digits) return answer(id, "Invalid update: it has no signature");
  stage(std::move(order));
}

void Updater::stage(Order order) {
  if (order.sha256 == staged_sha256_) return answer(order.message_id, {});
  if (under_way_ && under_way_->sha256 == order.sha256) {
    // The same one, asked for again on a new connection: the newest question gets the answer.
    under_way_->message_id = order.message_id;
    return;
  }
  if (under_way_) answer(under_way_->message_id, "New update arrived: " + order.message_id);
  staged_sha256_.clear();
  under_way_ = order;
  spdlog::info("agent: downloading update {}", order.location);
  group_.spawn(download(std::move(order), ++generation_));
}

Async<void> Updater::download(Order order, std::uint64_t generation) {
  const std::string sha256 = order.sha256;
  auto kept = co_await fetch_and_keep(std::move(order));
  if (generation != generation_) co_return;
  const std::string id = under_way_->message_id;
  under_way_.reset();
  if (kept) {
    staged_sha256_ = sha256;
    spdlog::info("agent: update {} is staged", sha256);
    answer(id, {});
  } else {
    spdlog::error("agent: the update cannot be downloaded: {}", kept.error().message);
    answer(id, "Unable to download: " + kept.error().message);
  }
}

Async<Result<void>> Updater::fetch_and_keep(Order order) {
  const std::uint64_t generation = generation_;
  auto package = co_await fetch(order.location);
  if (!package) co_return std::move(package).error();
  if (sha256_hex(*package) != order.sha256) co_return invalid("Hashsum validation failed");
  if (!settings_.key_pem.empty()) {
    std::string url = order.location + ".sig";
    auto signature = co_await fetch(std::move(url));
    if (!signature) co_return invalid("Signature validation failed: " + signature.error().message);
    if (auto good = verify_signature(settings_.key_pem, *package, *signature); !good) co_return good.error();
  }
  if (generation != generation_) co_return invalid("another update has arrived");
  co_return keep(*package);
}

Async<Result<std::string>> Updater::fetch(std::string url) {
  const std::string origin = origin_of(url);
  auto caller = deps_.connect(origin);
  if (!caller) co_return std::move(caller).error();
  runtime::HttpRequest request;
  request.method = "GET";
  request.target = path_of(url);
  auto response = co_await (*caller)->call(std::move(request), kDownloadTimeout);
  if (!response) co_return std::move(response).error();
  if (response->status != 200) co_return invalid(fmt::format("{} answers {}", url, response->status));
  co_return std::move(response->body);
}

// The pointer comes last: what it names is whole and checked.
Result<void> Updater::keep(const std::string& package) {
  if (auto made = deps_.files.make_directories(settings_.folder, 0700); !made) return made;
  const std::string pointer = settings_.folder + std::string(kPointer);
  (void)deps_.files.remove(pointer).ok();
  if (auto names = deps_.files.list(settings_.folder); names)
    for (const auto& name : *names)
      if (name.ends_with(kSuffix)) (void)deps_.files.remove(settings_.folder + "/" + name).ok();
  const std::string name = deps_.runtime.ids().hex(20) + std::string(kSuffix);
  if (auto written = deps_.files.write_atomically(settings_.folder + "/" + name, package, 0600); !written)
    return written;
  return deps_.files.write_atomically(pointer, name + "\n", 0600);
}

Async<void> Updater::perform(std::string message_id) {
  if (staged_sha256_.empty()) {
    answer(message_id, "Cannot perform update; update not downloaded");
    co_return;
  }
  spdlog::info("agent: ending for the update");
  const auto self = deps_.self();
  std::string ack = session::payload_ack(self.cluster, self.container_instance_arn, message_id);
  co_await deps_.say(std::move(ack));
  deps_.exit_for_update();
}

void Updater::answer(const std::string& message_id, const std::string& refusal) {
  const auto self = deps_.self();
  group_.spawn(
      send(refusal.empty()
               ? session::payload_ack(self.cluster, self.container_instance_arn, message_id)
               : session::payload_nack(self.cluster, self.container_instance_arn, message_id, refusal)));
}

Async<void> Updater::send(std::string message) {
  co_await deps_.say(std::move(message));
}

Async<void> Updater::stop() {
  group_.cancel();
  co_await group_.drain();
}

}  // namespace berth::agent::update
