#pragma once
#include <memory>

#include "bin/command_line/command.h"

namespace berth::command_line {

/// A program that has one of everything.
struct Harbour {
  Command program{"harbour", "looks after ships"};
  std::string folder = "/var/harbour";
  bool json = false, fast = false;
  int berths = 0;
  std::vector<std::string> names, rest;
  std::string ship, pier;

  Harbour() {
    program.add_option("--data-dir", "DIR", text(folder), "where state is");
    program.add_flag("--fast", fast, "do not wait");
    program.add_list("--name", "NAME", text_list(names), "what it is called");
    auto& status = program.add_command("status", "what is there");
    status.add_option("--output", "table|json", output_form(json), "how it is shown (table)");
    auto& moor = program.add_command("moor", "takes something in");
    auto& one = moor.add_command("ship", "takes a ship in");
    one.add_word("SHIP", text(ship), "its name");
    one.add_optional_word("PIER", text(pier), "where");
    one.add_option("--berths", "N", whole_number(berths, 1, 10), "how many it takes");
    one.add_note("Ships of more than ten berths stay outside.");
    auto& sink = program.add_command("sink", "ships go down");
    sink.add_words("SHIP", text_list(names), "their names");
    program.add_command("radio", "sends words as they are").pass_on(rest, "WORDS…");
  }

  /// The mistake, or the text to print, or nothing.
  std::string parse(const std::vector<std::string>& words) {
    const auto parsed = program.parse(words);
    return parsed ? *parsed : "mistake: " + parsed.error().message;
  }
};

}  // namespace berth::command_line
