// Goal: what the engine does with a task, step by step, is what the scripts in testdata/ say.
// Method: each script is a list of `commands ---- expected output` blocks; BERTH_REWRITE=1 writes the output
// back.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "agent/engine/engine_script_testing.h"

namespace berth::agent::engine {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = BERTH_ENGINE_SCRIPTS;

std::string read_text(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The file with every expected output replaced by the real one.
std::string replay(const std::string& text) {
  Script script;
  std::istringstream in(text);
  std::string out;
  std::string commands;
  bool skipping = false;
  for (std::string line; std::getline(in, line);) {
    if (skipping) {
      if (!line.empty()) continue;
      skipping = false;
      out += "\n";
      continue;
    }
    out += line + "\n";
    if (line.starts_with("#")) continue;
    if (line != "----") {
      commands += line + "\n";
      continue;
    }
    out += script.run(commands);
    commands.clear();
    skipping = true;
  }
  if (skipping) return out;
  return out;
}

class EngineTranscript : public testing::TestWithParam<std::string> {};

TEST_P(EngineTranscript, MatchesItsFile) {
  const fs::path path = kFolder / GetParam();
  const std::string expected = read_text(path);
  ASSERT_FALSE(expected.empty());
  const std::string actual = replay(expected);
  if (std::getenv("BERTH_REWRITE") != nullptr) {  // NOLINT(concurrency-mt-unsafe)
    std::ofstream(path) << actual;
    return;
  }
  EXPECT_EQ(actual, expected);
}

std::vector<std::string> scripts() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kFolder)) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Scripts, EngineTranscript, testing::ValuesIn(scripts()), [](const auto& info) {
  std::string name = info.param.substr(0, info.param.find('.'));
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace berth::agent::engine
