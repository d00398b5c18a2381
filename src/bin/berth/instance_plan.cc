#include "bin/berth/instance_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>

#include "auth/sha256.h"

namespace berth::cli {
namespace {

constexpr int kBlockPrefix = 20;
constexpr std::uint32_t kBlockSize = 1U << (32 - kBlockPrefix);
constexpr std::uint32_t kNetworkSize = 1U << 8;
constexpr std::uint32_t kFirstBlock = (10U << 24) | (200U << 16);
constexpr std::uint32_t kEndOfBlocks = (10U << 24) | (255U << 16);
constexpr std::uint32_t kFirstInstanceHost = 10;
constexpr std::size_t kTagDigits = 8;

struct Network {
  std::uint32_t first = 0;
  int prefix = 32;
};

std::string dotted(std::uint32_t address) {
  return fmt::format("{}.{}.{}.{}", address >> 24, (address >> 16) & 255U, (address >> 8) & 255U,
                     address & 255U);
}

bool take_number(std::string_view& text, int max, int& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0 || number > max) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

// "10.0.0.1" or "10.0.0.0/8"; anything else is none.
std::optional<Network> parse_network(std::string_view text) {
  Network network;
  for (int part = 0; part < 4; ++part) {
    int number = 0;
    if (part > 0) {
      if (!text.starts_with('.')) return std::nullopt;
      text.remove_prefix(1);
    }
    if (!take_number(text, 255, number)) return std::nullopt;
    network.first = (network.first << 8) | static_cast<std::uint32_t>(number);
  }
  if (text.empty()) return network;
  text.remove_prefix(1);
  if (!take_number(text, 32, network.prefix) || !text.empty()) return std::nullopt;
  return network;
}

std::uint32_t mask(int prefix) {
  return prefix == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix);
}

std::vector<std::string> words_of(std::string_view text) {
  std::istringstream stream{std::string(text)};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

// Spaces and the like stand as \040 there.
std::string unescape_mount(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int code = 0;
    const bool octal = text[i] == '\\' && i + 3 < text.size() &&
                       std::from_chars(text.data() + i + 1, text.data() + i + 4, code, 8).ec == std::errc();
    out += octal ? static_cast<char>(code) : text[i];
    if (octal) i += 3;
  }
  return out;
}

}  // namespace

JsonValue render_plan(const InstancePlan& plan) {
  JsonObject object;
  object["count"] = plan.count;
  object["block"] = dotted(plan.block) + "/" + std::to_string(kBlockPrefix);
  JsonArray zones;
  for (const auto& zone : plan.zones) zones.emplace_back(zone);
  object["zones"] = std::move(zones);
  return object;
}

Result<InstancePlan> parse_plan(std::string_view text) {
  const auto json = parse_json(text);
  const auto* object = json ? json->if_object() : nullptr;
  const auto* count = object ? object->if_contains("count") : nullptr;
  const auto* block = object ? object->if_contains("block") : nullptr;
  const auto* zones = object ? object->if_contains("zones") : nullptr;
  if (!count || !count->is_int64() || !block || !block->is_string() || !zones || !zones->is_array())
    return invalid("the record of the instances is not one of Berth's");
  const auto network = parse_network(std::string_view(block->get_string()));
  InstancePlan plan;
  plan.count = static_cast<int>(count->get_int64());
  for (const auto& zone : zones->get_array())
    if (zone.is_string()) plan.zones.emplace_back(zone.get_string());
  if (!network || plan.count < 1 || plan.count > kInstancesMax || plan.zones.empty())
    return invalid("the record of the instances is not one of Berth's");
  plan.block = network->first;
  return plan;
}

Result<std::vector<std::string>> parse_zones(std::string_view text, std::string_view region) {
  std::vector<std::string> zones;
  std::istringstream list{std::string(text.empty() ? "a" : text)};
  for (std::string zone; std::getline(list, zone, ',');) {
    const bool named = !zone.empty() && std::all_of(zone.begin(), zone.end(), [](unsigned char c) {
      return std::isalnum(c) || c == '-' || c == '_';
    });
    if (!named) return invalid(fmt::format("--zones '{}': wanted are names such as a,b,c", text));
    zones.push_back(zone.size() == 1 ? std::string(region) + zone : zone);
  }
  if (text.ends_with(',')) return invalid(fmt::format("--zones '{}': wanted are names such as a,b,c", text));
  return zones;
}

bool overlaps(std::uint32_t block, std::string_view routes) {
  for (const auto& word : words_of(routes)) {
    const auto network = parse_network(word);
    // 0.0.0.0/0 is a default route written out.
    if (!network || network->prefix == 0) continue;
    const auto common = mask(std::min(network->prefix, kBlockPrefix));
    if ((network->first & common) == (block & common)) return true;
  }
  return false;
}

Result<std::uint32_t> choose_block(std::string_view routes) {
  for (std::uint32_t block = kFirstBlock; block < kEndOfBlocks; block += kBlockSize)
    if (!overlaps(block, routes)) return block;
  return unavailable(
      "no network is free between 10.200.0.0 and 10.254.255.255: see `ip route show table all`");
}

InstanceNames::InstanceNames(std::string data_dir, std::string_view machine_id, std::uint32_t block)
    : data_dir_(std::move(data_dir)), block_(block) {
  auth::append_hex(identity_, auth::sha256(fmt::format("{}\n{}", machine_id, data_dir_)));
  tag_ = identity_.substr(0, kTagDigits);
}

std::string InstanceNames::bridge_address() const {
  return dotted(block_ + 1);
}
std::string InstanceNames::bridge_network() const {
  return dotted(block_) + "/24";
}
std::string InstanceNames::network_namespace(int instance) const {
  return fmt::format("berth-{}-{}", tag_, instance);
}
std::string InstanceNames::address(int instance) const {
  return dotted(block_ + kFirstInstanceHost + static_cast<std::uint32_t>(instance));
}
std::string InstanceNames::docker_address(int instance) const {
  return dotted(block_ + static_cast<std::uint32_t>(instance) * kNetworkSize + 1) + "/24";
}
std::string InstanceNames::pid_file(int instance, std::string_view program) const {
  return fmt::format("{}/{}.pid", runtime_dir(instance), program);
}
std::string InstanceNames::log_file(int instance, std::string_view program) const {
  return fmt::format("{}/logs/instance-{}-{}.log", data_dir_, instance, program);
}
std::string InstanceNames::instance_id(int instance) const {
  std::string digest;
  auth::append_hex(digest, auth::sha256(fmt::format("{}/{}", identity_, instance)));
  return "i-" + digest.substr(0, 17);
}

std::vector<std::string> mounts_below(std::string_view mountinfo, std::string_view prefix) {
  std::vector<std::string> mounts;
  std::istringstream lines{std::string(mountinfo)};
  for (std::string line; std::getline(lines, line);) {
    const auto words = words_of(line);
    if (words.size() < 5) continue;
    auto point = unescape_mount(words[4]);
    const bool below =
        point.starts_with(prefix) && (point.size() == prefix.size() || point[prefix.size()] == '/');
    if (below) mounts.push_back(std::move(point));
  }
  // A mount on top of another stands later in the file; equal depth keeps that order.
  std::stable_sort(mounts.begin(), mounts.end(), [](const std::string& a, const std::string& b) {
    return std::count(a.begin(), a.end(), '/') < std::count(b.begin(), b.end(), '/');
  });
  return mounts;
}

std::vector<std::vector<std::string>> deletions_of(std::string_view rules, std::string_view interface) {
  std::vector<std::vector<std::string>> deletions;
  std::istringstream lines{std::string(rules)};
  for (std::string line; std::getline(lines, line);) {
    auto words = words_of(line);
    if (words.empty() || words[0] != "-A" || std::find(words.begin(), words.end(), interface) == words.end())
      continue;
    words[0] = "-D";
    deletions.push_back(std::move(words));
  }
  return deletions;
}

}  // namespace berth::cli
