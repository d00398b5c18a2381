#include "bin/command_line/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace berth::command_line {
namespace {

constexpr std::size_t kLineMax = 110;
constexpr std::size_t kNameColumnMax = 28;

struct Row {
  std::string name;
  std::string description;
};

std::string shown(const Command::Entry& entry) {
  return entry.value_name.empty() ? entry.name : entry.name + " " + entry.value_name;
}

std::vector<Row> rows_of(const std::vector<Command::Entry>& entries) {
  std::vector<Row> rows;
  for (const auto& entry : entries)
    rows.push_back({shown(entry), entry.description + (entry.repeatable ? "; may be repeated" : "")});
  return rows;
}

// Options that every program takes.
std::vector<Row> common_rows(bool of_program) {
  std::vector<Row> rows = {{"--help", "show this text"}};
  if (!of_program) return rows;
  rows.push_back({"--version", "show the version"});
  rows.push_back({"--completion bash", "print a script that completes this program's words"});
  rows.push_back({"--man-page", "print the manual page"});
  return rows;
}

// Words of `text` in lines, all but the first behind `indent` blanks.
std::string wrap(const std::string& text, std::size_t indent) {
  std::istringstream words(text);
  std::string lines, word;
  std::size_t column = indent;
  while (words >> word) {
    const bool fits = column + 1 + word.size() <= kLineMax;
    if (lines.empty() || fits) {
      lines += (lines.empty() ? "" : " ") + word;
      column += word.size() + (lines.empty() ? 0 : 1);
    } else {
      lines += "\n" + std::string(indent, ' ') + word;
      column = indent + word.size();
    }
  }
  return lines;
}

std::string table(const std::vector<Row>& rows) {
  std::size_t width = 0;
  for (const auto& row : rows)
    if (row.name.size() <= kNameColumnMax) width = std::max(width, row.name.size());
  std::string text;
  for (const auto& row : rows) {
    const std::size_t indent = width + 4;
    text += "  " + row.name;
    text += row.name.size() <= width ? std::string(width - row.name.size() + 2, ' ')
                                     : "\n" + std::string(indent, ' ');
    text += wrap(row.description, indent) + "\n";
  }
  return text;
}

std::string note_text(const std::string& note) {
  return note.find("\n ") != std::string::npos || note.starts_with(' ') ? note : wrap(note, 0);
}

// A text as roff takes it: no line begins with a request, hyphens stay hyphens.
std::string roff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool line_begins = out.empty() || out.back() == '\n';
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '-')
      out += "\\-";
    else if (c == '\\')
      out += "\\e";
    else
      out += c;
  }
  return out;
}

std::string roff_rows(const std::vector<Row>& rows) {
  std::string text;
  for (const auto& row : rows)
    text += fmt::format(".TP\n\\fB{}\\fR\n{}\n", roff(row.name), roff(row.description));
  return text;
}

std::string roff_notes(const Command& command) {
  std::string text;
  for (const auto& note : command.notes()) {
    const bool kept = note.find("\n ") != std::string::npos || note.starts_with(' ');
    text += kept ? fmt::format(".PP\n.nf\n{}\n.fi\n", roff(note)) : fmt::format(".PP\n{}\n", roff(note));
  }
  return text;
}

std::string roff_command(const Command& command) {
  std::string text = fmt::format(".SS {}\n{}\n", roff(render_usage(command)), roff(command.summary()));
  text += roff_rows(rows_of(command.words())) + roff_rows(rows_of(command.options())) + roff_notes(command);
  for (const auto& below : command.commands()) text += roff_command(*below);
  return text;
}

// Path of a command behind the program's name: " explain task".
std::string below_program(const Command& command) {
  return command.parent() ? below_program(*command.parent()) + " " + command.name() : "";
}

std::string option_words(const Command& command) {
  std::string words;
  for (const auto& option : command.options()) words += " " + option.name;
  return command.parent() ? words + option_words(*command.parent()) : words + " --help --version";
}

void complete_commands(const Command& command, std::string& paths, std::string& cases) {
  std::string words;
  for (const auto& below : command.commands()) words += (words.empty() ? "" : " ") + below->name();
  if (command.parent()) paths += fmt::format("{}\"{}\"", paths.empty() ? "" : " | ", below_program(command));
  cases +=
      fmt::format("    \"{}\") words=\"{}{}\" ;;\n", below_program(command), words, option_words(command));
  for (const auto& below : command.commands()) complete_commands(*below, paths, cases);
}

void complete_values(const Command& command, std::string& cases) {
  for (const auto& option : command.options()) {
    std::string how;
    if (option.value_name.find('|') != std::string::npos) {
      std::string values = option.value_name;
      std::replace(values.begin(), values.end(), '|', ' ');
      how = fmt::format("-W \"{}\"", values);
    } else if (option.value_name == "DIR") {
      how = "-d";
    } else if (option.value_name == "FILE") {
      how = "-f";
    } else if (option.value_name.empty()) {
      continue;
    }
    const auto reply =
        how.empty() ? "" : fmt::format(" mapfile -t COMPREPLY < <(compgen {} -- \"$word\");", how);
    const auto one = fmt::format("    {}){} return ;;\n", option.name, reply);
    if (cases.find(fmt::format("    {})", option.name)) == std::string::npos) cases += one;
  }
  for (const auto& below : command.commands()) complete_values(*below, cases);
}

}  // namespace

std::string render_usage(const Command& command) {
  std::string usage = command.path();
  if (!command.commands().empty()) usage += " COMMAND";
  for (const auto& word : command.words())
    usage += word.optional ? fmt::format(" [{}]{}", word.name, word.repeatable ? "…" : "") : " " + word.name;
  for (const auto& option : command.options())
    if (!option.optional) usage += " " + shown(option);
  if (!command.passed_on().empty()) return usage + " " + command.passed_on();
  return usage + " [options]";
}

std::string render_help(const Command& command) {
  std::string text =
      fmt::format("{}: {}\n\nUsage: {}\n", command.path(), wrap(command.summary(), 2), render_usage(command));
  if (!command.words().empty()) text += "\n" + table(rows_of(command.words()));
  if (!command.commands().empty()) {
    std::vector<Row> rows;
    for (const auto& below : command.commands()) rows.push_back({below->name(), below->summary()});
    text += "\nCommands (each has a --help of its own):\n" + table(rows);
  }
  auto rows = rows_of(command.options());
  const auto common = common_rows(command.parent() == nullptr);
  rows.insert(rows.end(), common.begin(), common.end());
  text += "\nOptions:\n" + table(rows);
  for (const Command* above = command.parent(); above; above = above->parent())
    if (!above->options().empty())
      text +=
          fmt::format("\nOptions of every {} command:\n", above->path()) + table(rows_of(above->options()));
  for (const auto& note : command.notes()) text += "\n" + note_text(note) + "\n";
  return text;
}

std::string render_man_page(const Command& program) {
  std::string title = program.name();
  std::transform(title.begin(), title.end(), title.begin(), [](unsigned char c) { return std::toupper(c); });
  std::string text = fmt::format(".TH {} {} \"\" \"Berth {}\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n.B {}\n",
                                 roff(title), program.section(), version(), roff(program.name()),
                                 roff(program.summary()), roff(render_usage(program)));
  auto rows = rows_of(program.words());
  for (auto list : {rows_of(program.options()), common_rows(true)})
    rows.insert(rows.end(), list.begin(), list.end());
  text += ".SH OPTIONS\n" + roff_rows(rows);
  if (!program.commands().empty()) text += ".SH COMMANDS\n";
  for (const auto& below : program.commands()) text += roff_command(*below);
  if (!program.notes().empty()) text += ".SH NOTES\n" + roff_notes(program);
  return text;
}

std::string render_completion(const Command& program) {
  std::string paths, cases, values;
  complete_commands(program, paths, cases);
  complete_values(program, values);
  std::string function = program.name();
  std::replace(function.begin(), function.end(), '-', '_');
  const auto descend = paths.empty() ? std::string()
                                     : fmt::format(
                                           "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
                                           "    case \"$path ${{COMP_WORDS[i]}}\" in\n"
                                           "      {}) path=\"$path ${{COMP_WORDS[i]}}\" ;;\n"
                                           "    esac\n"
                                           "  done\n",
                                           paths);
  return fmt::format(
      "# shellcheck shell=bash\n"
      "# Completes the words of {0}; `{0} --completion bash` prints it.\n"
      "_{1}() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} path=\"\" words=\"\"\n"
      "  COMPREPLY=()\n"
      "{2}"
      "  case $before in\n{3}  esac\n"
      "  case $path in\n{4}  esac\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
      "}}\n"
      "complete -F _{1} {0}\n",
      program.name(), function, descend, values, cases);
}

}  // namespace berth::command_line
