// Goal: placement behaves as the transcripts in testdata/ say; they are also its documentation.
// Method: each file is run from its top; a line that starts with '>' is a command, the lines after it up to
// the next blank line are what it must print. BERTH_REWRITE=1 writes what was printed; read the difference
// before keeping it.
#include "placement/scenario.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/random.h"

namespace berth::placement {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The whole transcript with the outputs that the commands give now.
std::string replay(const std::string& script) {
  ScenarioWorld world(1);
  std::string result, line;
  std::stringstream lines(script);
  bool in_output = false;
  while (std::getline(lines, line)) {
    if (line.rfind("> ", 0) == 0) {
      in_output = true;
      result += line + "\n" + world.run(line.substr(2));
    } else if (line.empty() || line[0] == '#') {
      in_output = false;
      result += line + "\n";
    } else {
      EXPECT_TRUE(in_output) << "neither a command, a comment nor an output: " << line;
    }
  }
  return result;
}

std::vector<std::filesystem::path> scenarios() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(BERTH_PLACEMENT_SCENARIOS)) {
    if (entry.path().extension() == ".txt") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

class Scenario : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Scenario, PrintsItsTranscript) {
  std::string expected = read_file(GetParam());
  std::string actual = replay(expected);
  if (std::getenv("BERTH_REWRITE")) {
    std::ofstream(GetParam()) << actual;
    return;
  }
  EXPECT_EQ(actual, expected);
}

TEST(Scenarios, AreThere) {
  EXPECT_GE(scenarios().size(), 15u);
}

std::string name_of(const testing::TestParamInfo<std::filesystem::path>& info) {
  std::string name = info.param.stem();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Testdata, Scenario, testing::ValuesIn(scenarios()), name_of);

}  // namespace
}  // namespace berth::placement
