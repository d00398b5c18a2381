#include "bin/berthd/credentials.h"

#include <fmt/format.h>

#include <sstream>

#include "base/text.h"

namespace berth::berthd {
namespace {

Result<RootKey> parse(const std::string& text, const std::string& path) {
  RootKey key;
  bool in_profile = false;
  std::istringstream lines(text);
  for (std::string raw; std::getline(lines, raw);) {
    const std::string_view line = trim(raw);
    if (line.starts_with('[')) in_profile = line == "[berth]";
    const auto equals = line.find('=');
    if (!in_profile || equals == std::string_view::npos) continue;
    const std::string_view name = trim(line.substr(0, equals));
    if (name == "aws_access_key_id") key.access_key_id = trim(line.substr(equals + 1));
    if (name == "aws_secret_access_key") key.secret = trim(line.substr(equals + 1));
  }
  if (key.access_key_id.empty() || key.secret.empty())
    return invalid(
        fmt::format("{}: profile [berth] has no aws_access_key_id and aws_secret_access_key. "
                    "Move the file away to have a new key made.",
                    path));
  return key;
}

// Keys look like AWS's: 20 upper-case characters, and 40 of base64's.
std::string random_text(runtime::IdSource& ids, std::string_view alphabet, std::size_t length) {
  std::string text;
  while (text.size() < length) text += alphabet[ids.next64() % alphabet.size()];
  return text;
}

}  // namespace

Result<RootKey> load_or_make_root_key(runtime::Files& files, runtime::IdSource& ids,
                                      const std::string& data_dir, const std::string& region) {
  const std::string path = data_dir + "/credentials";
  auto text = files.read(path);
  if (text) return parse(*text, path);
  if (text.error().code != ErrorCode::not_found) return std::move(text).error();
  RootKey key;
  key.access_key_id = "AKIA" + random_text(ids, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16);
  key.secret = random_text(ids, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 40);
  const std::string content =
      fmt::format("[berth]\naws_access_key_id = {}\naws_secret_access_key = {}\nregion = {}\n",
                  key.access_key_id, key.secret, region);
  if (auto written = files.write_atomically(path, content, 0600); !written) return written.error();
  return key;
}

}  // namespace berth::berthd
