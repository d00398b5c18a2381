#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "bin/command_line/values.h"

namespace berth::command_line {

/// The command line of a program, or of one of its commands: what it takes, and the conventions that all
/// programs share (docs/command-line.md). Options of a command are taken before and behind the commands below
/// it; `--help` anywhere shows the help of the innermost command that is named; `--version`, `--completion
/// bash` and
/// `--man-page` print what they say. A mistake is named with the nearest word that would have been right.
///
/// Owns / borrows: what options are read into must outlive parse().
/// Runs on:        one thread.
class Command {
 public:
  /// An option, or a plain word.
  struct Entry {
    std::string name;        ///< "--port", or "TASK".
    std::string value_name;  ///< "N", "table|json", "FILE", "DIR"; empty for flags.
    std::string description;
    bool repeatable = false;
    bool optional = true;
    Take take;
  };

  /// A program. `section` is that of its man page: 1, or 8 for what administrators run.
  Command(std::string name, std::string summary, int section = 1);
  ~Command();
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  /// A command below this one. The first word behind this one's name chooses it.
  Command& add_command(std::string name, std::string summary);
  /// `--name`, without a value: sets `into`. In files and variables `name = false` is possible.
  void add_flag(std::string name, bool& into, std::string description);
  /// `--name VALUE` or `--name=VALUE`, at most once.
  void add_option(std::string name, std::string value_name, Take take, std::string description);
  /// The same, which must be said.
  void add_required_option(std::string name, std::string value_name, Take take, std::string description);
  /// The same, as often as one likes: `take` gets each.
  void add_list(std::string name, std::string value_name, Take take, std::string description);
  /// A word that must follow, or may.
  void add_word(std::string name, Take take, std::string description);
  void add_optional_word(std::string name, Take take, std::string description);
  /// Any number of words more: `take` gets each.
  void add_words(std::string name, Take take, std::string description);
  /// Every word from here on, whatever it looks like, goes into `into`, but for a `--help` right behind the
  /// name.
  void pass_on(std::vector<std::string>& into, std::string name);
  /// A rule about several options, checked when all are read.
  /// Errors: `invalid`, in whole words.
  void require(std::function<Result<void>()> rule);
  /// A paragraph behind the options in help and man page. Lines that begin with blanks are kept as they are.
  void add_note(std::string text);

  /// Reads the words behind the program's name. Answers what is to be printed instead of doing anything
  /// (help, version …), or an empty text.
  /// Errors: `invalid`, the mistake in one line.
  Result<std::string> parse(const std::vector<std::string>& words);
  /// Options of the program that the command line does not say, from variables: PREFIX_NAME for `--name`. An
  /// empty variable says nothing.
  /// Errors: `invalid`, naming the variable.
  Result<void> take_variables(const std::string& prefix, const std::map<std::string, std::string>& variables);
  /// The same from lines `name = value` of a file; blank lines and those that begin with # or ; say nothing.
  /// Errors: `invalid`, naming file and line.
  Result<void> take_file(const std::string& path);
  /// Whether the option was said, anywhere.
  bool given(const std::string& name) const;
  /// The innermost command that was named; this one, if none.
  const Command& chosen() const;

  const std::string& name() const { return name_; }
  /// "berth explain task".
  std::string path() const;
  const std::string& summary() const { return summary_; }
  int section() const { return section_; }
  const Command* parent() const { return parent_; }
  const std::vector<std::unique_ptr<Command>>& commands() const { return commands_; }
  const std::vector<Entry>& options() const { return options_; }
  const std::vector<Entry>& words() const { return words_; }
  const std::vector<std::string>& notes() const { return notes_; }
  /// What the words that are passed on are called; empty when none are.
  const std::string& passed_on() const { return passed_on_; }

 private:
  struct Parser;
  struct Scan;

  Command(std::string name, std::string summary, Command* parent);
  const Entry* find_option(const std::string& name) const;
  Result<void> set(const std::string& source, const std::string& name, const std::string& text);
  Result<void> missing() const;
  Result<void> read(std::vector<std::string> words);
  Error unknown(const std::string& word) const;
  std::vector<std::string> known_options() const;
  std::vector<std::string> known_commands() const;

  std::string name_;
  std::string summary_;
  int section_ = 1;
  Command* parent_ = nullptr;
  std::vector<std::unique_ptr<Command>> commands_;
  std::vector<Entry> options_;
  std::vector<Entry> words_;
  std::vector<std::string> notes_;
  std::string passed_on_;
  std::vector<std::function<Result<void>()>> rules_;
  std::vector<std::string>* rest_ = nullptr;
  std::unique_ptr<Parser> parser_;
};

/// Prints what parse() answered: a text on stdout, a mistake with the program's name on stderr. The exit
/// code, 0 or 2, or nothing when the program is to go on.
std::optional<int> conclude(const Command& program, const Result<std::string>& parsed);

/// The version of all programs.
std::string version();

}  // namespace berth::command_line
