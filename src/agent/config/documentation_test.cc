// Goal: docs/ops/agent-configuration.md names exactly the variables that the agent reads, with their
// defaults. Method: the rows of its tables against what the parser says that it reads.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

#include "agent/config/agent_config.h"

namespace berth::agent::config {
namespace {

std::string trimmed(std::string text) {
  const auto first = text.find_first_not_of(" `");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" `") - first + 1);
}

// `| `NAME` | default | effect |` → NAME, default. Rows of other tables do not begin with a capital name.
std::map<std::string, std::string> documented() {
  std::ifstream in(BERTH_AGENT_CONFIGURATION_DOC);
  std::map<std::string, std::string> rows;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("| `")) continue;
    const auto second = line.find('|', 1);
    const auto third = line.find('|', second + 1);
    const std::string name = trimmed(line.substr(1, second - 1));
    EXPECT_FALSE(rows.contains(name)) << name << " stands twice";
    rows[name] = trimmed(line.substr(second + 1, third - second - 1));
    EXPECT_GT(line.size(), third + 5) << name << " has no effect written";
  }
  return rows;
}

TEST(Documentation, NamesEveryVariableWithItsDefault) {
  auto rows = documented();
  ASSERT_FALSE(rows.empty()) << BERTH_AGENT_CONFIGURATION_DOC;
  for (const auto& variable : known_variables()) {
    const auto row = rows.find(variable.name);
    if (row == rows.end()) {
      ADD_FAILURE() << variable.name << " is not documented";
      continue;
    }
    EXPECT_EQ(row->second, variable.default_text) << variable.name;
    rows.erase(row);
  }
  for (const auto& [name, ignored] : rows) ADD_FAILURE() << name << " is documented but not read";
}

TEST(Documentation, EveryVariableIsReadOnce) {
  std::set<std::string> names;
  for (const auto& variable : known_variables())
    EXPECT_TRUE(names.insert(variable.name).second) << variable.name;
}

// The guide's table (p.40-42), and its two spellings of the graph path.
TEST(Documentation, TheGuidesVariablesAreAllKnown) {
  std::set<std::string> names;
  for (const auto& variable : known_variables()) names.insert(variable.name);
  for (const char* name : {"ECS_CLUSTER",
                           "ECS_RESERVED_PORTS",
                           "ECS_RESERVED_PORTS_UDP",
                           "ECS_ENGINE_AUTH_TYPE",
                           "ECS_ENGINE_AUTH_DATA",
                           "AWS_DEFAULT_REGION",
                           "AWS_ACCESS_KEY_ID",
                           "AWS_SECRET_ACCESS_KEY",
                           "AWS_SESSION_TOKEN",
                           "DOCKER_HOST",
                           "ECS_LOGLEVEL",
                           "ECS_LOGFILE",
                           "ECS_CHECKPOINT",
                           "ECS_DATADIR",
                           "ECS_UPDATES_ENABLED",
                           "ECS_UPDATE_DOWNLOAD_DIR",
                           "ECS_DISABLE_METRICS",
                           "ECS_DOCKER_GRAPH_PATH",
                           "ECS_DOCKER_GRAPHPATH",
                           "ECS_RESERVED_MEMORY",
                           "HTTP_PROXY",
                           "NO_PROXY"})
    EXPECT_TRUE(names.contains(name)) << name;
}

}  // namespace
}  // namespace berth::agent::config
