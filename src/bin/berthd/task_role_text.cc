#include "bin/berthd/task_role_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace berth::berthd {
namespace {

void set_key(domain::RoleKeys& keys, std::string_view name, std::string_view value) {
  if (name == "aws_access_key_id") keys.access_key_id = value;
  if (name == "aws_secret_access_key") keys.secret_access_key = value;
  if (name == "aws_session_token") keys.session_token = value;
}

}  // namespace

TaskRoleText parse_task_roles(std::string_view text) {
  TaskRoleText out;
  domain::RoleKeys* keys = nullptr;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    const auto mistake = [&](std::string_view what) {
      out.mistakes.push_back(fmt::format("line {}: {}", number, what));
    };
    if (line.front() == '[') {
      const std::string_view role = line.back() == ']' ? trim(line.substr(1, line.size() - 2)) : "";
      keys = role.empty() ? nullptr : &out.roles[std::string(role)];
      if (!keys) mistake("a role is written [ARN] or [NAME]");
      continue;
    }
    const auto equals = line.find('=');
    if (equals == std::string_view::npos)
      mistake("neither [ROLE] nor NAME = VALUE");
    else if (!keys)
      mistake("stands under no [ROLE]");
    else
      set_key(*keys, trim(line.substr(0, equals)), trim(line.substr(equals + 1)));
  }
  std::erase_if(out.roles, [&](const auto& entry) {
    const bool half = entry.second.access_key_id.empty() || entry.second.secret_access_key.empty();
    if (half)
      out.mistakes.push_back(
          fmt::format("[{}] has no aws_access_key_id or no aws_secret_access_key", entry.first));
    return half;
  });
  return out;
}

}  // namespace berth::berthd
