// Goal: scheduling behaves as the transcripts in transcripts/ say; they are also its documentation.
// Method: each file is run from its top; a line that starts with "> " is a command (README.md), the lines
// after it up to the next blank line are what it must print. BERTH_REWRITE=1 writes what was printed; read
// the difference before keeping it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "scenario_world.h"

namespace berth::scenarios {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The whole transcript with the outputs that the commands give now.
std::string replay(const std::string& script) {
  const bool guide = script.find("\n> compat guide-2015\n") != std::string::npos;
  ScenarioWorld world(guide ? domain::Compat::guide_2015 : domain::Compat::current);
  std::string result, line;
  std::stringstream lines(script);
  while (std::getline(lines, line)) {
    if (line.rfind("> compat ", 0) == 0)
      result += line + "\n";
    else if (line.rfind("> ", 0) == 0)
      result += line + "\n" + world.run(line.substr(2));
    else if (line.empty() || line[0] == '#')
      result += line + "\n";
  }
  return result;
}

std::vector<std::filesystem::path> scenarios() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(BERTH_SCENARIOS))
    if (entry.path().extension() == ".txt") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

class Scenario : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Scenario, PrintsItsTranscript) {
  const std::string expected = read_file(GetParam());
  const std::string actual = replay(expected);
  if (std::getenv("BERTH_REWRITE")) {
    std::ofstream(GetParam()) << actual;
    return;
  }
  EXPECT_EQ(actual, expected);
}

TEST(Scenarios, AreThere) {
  EXPECT_GE(scenarios().size(), 15U);
}

std::string name_of(const testing::TestParamInfo<std::filesystem::path>& info) {
  std::string name = info.param.stem();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Transcripts, Scenario, testing::ValuesIn(scenarios()), name_of);

}  // namespace
}  // namespace berth::scenarios
