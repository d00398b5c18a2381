#include "bin/command_line/environment.h"

#include <unistd.h>

#include <cstring>

namespace berth::command_line {

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry; ++entry)
    if (const char* equals = std::strchr(*entry, '='))
      variables.emplace(std::string(*entry, static_cast<std::size_t>(equals - *entry)), equals + 1);
  return variables;
}

}  // namespace berth::command_line
