// Goal: one set of conventions for all command lines. Method: a program with commands, words, lists and
// flags.
#include "bin/command_line/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "bin/command_line/testing.h"

namespace berth::command_line {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Command, OptionsStandBeforeAndBehindCommands) {
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"--data-dir", "/x", "status", "--output", "json"},
                                             {"status", "--output=json", "--data-dir=/x"}}) {
    Harbour harbour;
    EXPECT_EQ(harbour.parse(words), "");
    EXPECT_EQ(harbour.folder, "/x");
    EXPECT_TRUE(harbour.json);
    EXPECT_EQ(harbour.program.chosen().path(), "harbour status");
    EXPECT_TRUE(harbour.program.given("--data-dir"));
    EXPECT_FALSE(harbour.program.given("--fast"));
  }
}

TEST(Command, WordsOfACommandAreTaken) {
  Harbour harbour;
  EXPECT_EQ(harbour.parse({"moor", "ship", "Vasa", "--berths", "3", "--name", "a b", "--name=c", "--fast"}),
            "");
  EXPECT_EQ(harbour.ship, "Vasa");
  EXPECT_EQ(harbour.berths, 3);
  EXPECT_TRUE(harbour.fast);
  EXPECT_THAT(harbour.names, ElementsAre("a b", "c"));
}

TEST(Command, AnyNumberOfWordsIsTaken) {
  for (const auto& ships :
       std::vector<std::vector<std::string>>{{}, {"Vasa"}, {"Vasa", "Mary Rose", "status"}}) {
    Harbour harbour;
    auto words = ships;
    words.insert(words.begin(), {"sink", "--fast"});
    EXPECT_EQ(harbour.parse(words), "");
    EXPECT_EQ(harbour.names, ships);
    EXPECT_TRUE(harbour.fast);
  }
}

TEST(Command, MistakesAreNamedWithTheNearestWord) {
  struct Case {
    std::vector<std::string> words;
    std::string said;
  };
  for (const auto& one : std::vector<Case>{
           {{"staus"}, "unknown command 'staus': did you mean 'status'?"},
           {{"frobnicate"}, "unknown command 'frobnicate'"},
           {{"moor", "shp"}, "unknown command 'shp': did you mean 'ship'?"},
           {{"--data-dri", "/x", "status"}, "unknown option '--data-dri': did you mean '--data-dir'?"},
           {{"status", "--outptu=json"}, "unknown option '--outptu': did you mean '--output'?"},
           {{"status", "-x"}, "unknown option '-x'"},
           {{"status", "extra"}, "unexpected word 'extra': harbour status takes options only"},
           {{"status", "moor"}, "unexpected word 'moor': harbour status takes options only"},
           {{"moor", "ship", "a", "b", "c"}, "unexpected word 'c': harbour moor ship takes none beyond PIER"},
           {{"moor", "ship"}, "SHIP is missing: harbour moor ship SHIP [PIER] [options]"},
           {{"moor"}, "which command? ship"},
           {{}, "which command? status, moor, sink, radio"},
           {{"status", "--output"}, "--output needs a value: --output table|json"},
           {{"--data-dir", "--fast", "status"}, "--data-dir needs a value: --data-dir DIR"},
           {{"status", "--output", "xml"}, "--output 'xml' must be one of table, json"},
           {{"status", "--output="}, "--output needs a value: --output table|json"},
           {{"--data-dir", "", "status"}, "--data-dir '' must not be empty"},
           {{"moor", "ship", "a", "--berths", "-1"}, "--berths '-1' must be a whole number from 1 to 10"},
           {{"status", "--output", "json", "--output", "table"}, "--output is given 2 times"},
           {{"--fast=perhaps", "status"}, "--fast 'perhaps' must be true or false"},
           {{"moor", "ship", ""}, "SHIP '' must not be empty"}}) {
    Harbour harbour;
    EXPECT_EQ(harbour.parse(one.words), "mistake: " + one.said);
  }
}

TEST(Command, HelpIsShownFromAnywhere) {
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"moor", "ship", "--help"},
                                             {"--help", "moor", "ship"},
                                             {"moor", "ship", "a", "b", "c", "--bad", "-h"},
                                             {"help", "moor", "ship"},
                                             {"moor", "ship", "--berths", "--help"}}) {
    Harbour harbour;
    EXPECT_THAT(harbour.parse(words), StartsWith("harbour moor ship: takes a ship in\n"));
  }
  Harbour harbour;
  EXPECT_THAT(harbour.parse({"--help"}), StartsWith("harbour: looks after ships\n"));
  EXPECT_EQ(Harbour().parse({"status", "--version"}), "harbour " + version() + "\n");
}

TEST(Command, WordsArePassedOnAsTheyAre) {
  Harbour harbour;
  EXPECT_EQ(harbour.parse({"--fast", "radio", "--data-dir", "/y", "--help", "status", "--", "-x"}), "");
  EXPECT_THAT(harbour.rest, ElementsAre("--data-dir", "/y", "--help", "status", "--", "-x"));
  EXPECT_EQ(harbour.folder, "/var/harbour");
  EXPECT_THAT(Harbour().parse({"radio", "--help"}), StartsWith("harbour radio: sends words"));
}

TEST(Command, VariablesSayWhatTheLineDoesNot) {
  Harbour harbour;
  EXPECT_EQ(harbour.parse({"--data-dir", "/x", "status"}), "");
  const std::map<std::string, std::string> variables = {
      {"H_DATA_DIR", "/y"}, {"H_FAST", "true"}, {"H_NAME", "n"}, {"H_OTHER", "1"}};
  ASSERT_TRUE(harbour.program.take_variables("H_", variables).ok());
  EXPECT_EQ(harbour.folder, "/x");
  EXPECT_TRUE(harbour.fast);
  EXPECT_THAT(harbour.names, ElementsAre("n"));
  Harbour empty, wrong;
  EXPECT_TRUE(empty.program.take_variables("H_", {{"H_DATA_DIR", ""}}).ok());
  EXPECT_EQ(wrong.program.take_variables("H_", {{"H_FAST", "perhaps"}}).error().message,
            "H_FAST 'perhaps' must be true or false");
}

class CommandFile : public ::testing::Test {
 protected:
  ~CommandFile() override { std::remove(path_.c_str()); }
  std::string take(const std::string& text) {
    std::ofstream(path_) << text;
    const auto done = harbour_.program.take_file(path_);
    return done ? "" : done.error().message;
  }
  std::string path_ = ::testing::TempDir() + "command_file_test.conf";
  Harbour harbour_;
};

TEST_F(CommandFile, LinesSayWhatIsNotSaidYet) {
  EXPECT_EQ(harbour_.parse({"--data-dir", "/x", "status"}), "");
  EXPECT_EQ(take("# comment\n\n  data-dir = /y\nfast=yes\nname = a = b\nname = c # d\n"), "");
  EXPECT_EQ(harbour_.folder, "/x");
  EXPECT_TRUE(harbour_.fast);
  EXPECT_THAT(harbour_.names, ElementsAre("a = b", "c # d"));
}

TEST_F(CommandFile, MistakesAreNamedByLine) {
  EXPECT_EQ(take("fast = yes\ndata-dri = /y\n"),
            path_ + ":2: unknown option 'data-dri': did you mean '--data-dir'?");
  EXPECT_EQ(take("fast\n"), path_ + ":1: 'fast' is no line `name = value`");
  EXPECT_EQ(take("data-dir = /a\ndata-dir = /b\n"), path_ + ":2: data-dir is there twice");
  EXPECT_THAT(harbour_.program.take_file("/nonexistent").error().message,
              HasSubstr("/nonexistent cannot be read"));
}

}  // namespace
}  // namespace berth::command_line
