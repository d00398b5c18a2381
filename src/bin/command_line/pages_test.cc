// Goal: help, manual page and completion hold every command and option, as they are made from the same
// definitions.
#include "bin/command_line/pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "bin/command_line/testing.h"

namespace berth::command_line {
namespace {

using ::testing::HasSubstr;

TEST(Pages, HelpNamesWhatACommandTakes) {
  Harbour harbour;
  const auto text = render_help(*harbour.program.commands()[1]->commands()[0]);
  EXPECT_EQ(text,
            "harbour moor ship: takes a ship in\n\n"
            "Usage: harbour moor ship SHIP [PIER] [options]\n\n"
            "  SHIP  its name\n"
            "  PIER  where\n\n"
            "Options:\n"
            "  --berths N  how many it takes\n"
            "  --help      show this text\n\n"
            "Options of every harbour command:\n"
            "  --data-dir DIR  where state is\n"
            "  --fast          do not wait\n"
            "  --name NAME     what it is called; may be repeated\n\n"
            "Ships of more than ten berths stay outside.\n");
}

TEST(Pages, LinesFitATerminal) {
  Command program("p", "s");
  std::string into;
  program.add_option("--a-rather-long-name-of-an-option", "VALUE", text(into),
                     std::string(60, 'x') + " " + std::string(60, 'y'));
  std::istringstream lines(render_help(program));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 110U) << line;
}

TEST(Pages, TheManualPageHoldsAllOfAProgram) {
  Harbour harbour;
  const auto page = render_man_page(harbour.program);
  for (const char* part : {".TH HARBOUR 1", "harbour moor ship SHIP [PIER] [options]", "\\-\\-berths N",
                           "\\-\\-data\\-dir DIR", "Ships of more than ten berths"})
    EXPECT_THAT(page, HasSubstr(part));
}

TEST(Pages, CompletionKnowsCommandsOptionsAndValues) {
  Harbour harbour;
  const auto script = render_completion(harbour.program);
  for (const char* part :
       {"\"\") words=\"status moor sink radio --data-dir --fast --name --help --version\"",
        "\" moor ship\") words=\" --berths --data-dir",
        "--output) mapfile -t COMPREPLY < <(compgen -W \"table json\"",
        "--data-dir) mapfile -t COMPREPLY < <(compgen -d", "--name) return", "complete -F _harbour harbour"})
    EXPECT_THAT(script, HasSubstr(part));
}

}  // namespace
}  // namespace berth::command_line
