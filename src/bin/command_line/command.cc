#include "bin/command_line/command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <fstream>
#include <set>

#include "base/text.h"
#include "bin/command_line/nearest.h"
#include "bin/command_line/pages.h"

namespace berth::command_line {
namespace {

constexpr const char* kHelp = "--help";
constexpr const char* kVersion = "--version";
constexpr const char* kCompletion = "--completion";
constexpr const char* kManPage = "--man-page";

std::string name_of(const std::string& word) {
  return word.substr(0, word.find('='));
}

bool is_option(const std::string& word) {
  return word.size() > 1 && word.front() == '-';
}

bool is_help(const std::string& word) {
  return word == kHelp || word == "-h";
}

Result<void> take_flag(bool& into, const std::string& text) {
  for (const char* yes : {"true", "on", "yes", "1"})
    if (text == yes) return into = true, Result<void>();
  for (const char* no : {"false", "off", "no", "0"})
    if (text == no) return into = false, Result<void>();
  return invalid("must be true or false");
}

// BERTH_DATA_DIR → --data-dir.
std::string variable_of(const std::string& prefix, const std::string& option) {
  std::string name = prefix;
  for (const char c : option.substr(2))
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

}  // namespace

// CLI11's part: which word belongs to which option.
struct Command::Parser {
  CLI::App* app = nullptr;
  std::unique_ptr<CLI::App> owned;  ///< The program's alone; commands are owned by CLI11.
  std::vector<CLI::Option*> words;
  std::set<std::string> said;  ///< Options, also those of files and variables.
};

// What the words say before they are taken apart: which command is meant, whether help is wanted.
struct Command::Scan {
  const Command* command;
  const Command* passing = nullptr;
  std::size_t own_words = 0;  ///< Beyond these all are passed on.
  std::string text;           ///< To print.
  bool help = false;
  std::optional<Error> mistake;

  Scan(const Command& program, const std::vector<std::string>& words) : command(&program) {
    for (std::size_t i = 0; i < words.size() && !passing && text.empty(); i = look_at(words, i))
      own_words = i + 1;
    if (passing && own_words < words.size() && is_help(words[own_words])) help = true;
    if (!passing) own_words = words.size();
    if (help) text = render_help(*command);
  }

  // The place of the next word to look at.
  std::size_t look_at(const std::vector<std::string>& words, std::size_t i) {
    const auto& word = words[i];
    help |= is_help(word);
    if (word == kVersion) text = fmt::format("{} {}\n", program().name(), version());
    if (word == kManPage) text = render_man_page(program());
    if (word == kCompletion) look_at_completion(i + 1 == words.size() ? "bash" : words[i + 1]);
    if (is_option(word)) return i + look_at_option(words, i);
    const auto& commands = command->commands();
    const auto found =
        std::find_if(commands.begin(), commands.end(), [&](const auto& one) { return one->name() == word; });
    if (found != commands.end()) {
      command = found->get();
      if (!command->passed_on().empty()) passing = command;
    } else {
      help |= word == "help" && !commands.empty();
    }
    return i + 1;
  }

  void look_at_completion(const std::string& shell) {
    if (shell == "bash")
      text = render_completion(program());
    else if (!mistake)
      mistake =
          invalid(fmt::format("{} '{}' must be bash: there is none for other shells", kCompletion, shell));
  }

  // How many words it takes.
  std::size_t look_at_option(const std::vector<std::string>& words, std::size_t i) {
    const auto* option = command->find_option(name_of(words[i]));
    if (!option) return 1;
    const auto equals = words[i].find('=');
    if (option->value_name.empty()) {
      bool ignored = false;
      const auto text = equals == std::string::npos ? "true" : words[i].substr(equals + 1);
      if (auto taken = take_flag(ignored, text); !taken && !mistake)
        mistake = invalid(fmt::format("{} '{}' {}", option->name, text, taken.error().message));
      return 1;
    }
    const bool last = i + 1 == words.size();
    if (equals == std::string::npos && !last && is_help(words[i + 1])) return 1;
    const bool has_value =
        equals == std::string::npos ? !last && !words[i + 1].starts_with("--") : equals + 1 < words[i].size();
    if (!mistake && !has_value)
      mistake = invalid(fmt::format("{0} needs a value: {0} {1}", option->name, option->value_name));
    if (equals != std::string::npos) return 1;
    return 2;
  }

  const Command& program() const {
    const Command* at = command;
    while (at->parent()) at = at->parent();
    return *at;
  }
};

Command::Command(std::string name, std::string summary, int section)
    : name_(std::move(name)),
      summary_(std::move(summary)),
      section_(section),
      parser_(std::make_unique<Parser>()) {
  parser_->owned = std::make_unique<CLI::App>(summary_, name_);
  parser_->app = parser_->owned.get();
  parser_->app->set_help_flag();
  parser_->app->require_subcommand(0, 1);
  parser_->app->fallthrough();
}

Command::Command(std::string name, std::string summary, Command* parent)
    : name_(std::move(name)),
      summary_(std::move(summary)),
      parent_(parent),
      parser_(std::make_unique<Parser>()) {
  parser_->app = parent->parser_->app->add_subcommand(name_, summary_);
  parser_->app->set_help_flag();
  parser_->app->require_subcommand(0, 1);
  parser_->app->fallthrough();
}

Command::~Command() = default;

Command& Command::add_command(std::string name, std::string summary) {
  commands_.push_back(std::unique_ptr<Command>(new Command(std::move(name), std::move(summary), this)));
  return *commands_.back();
}

void Command::add_flag(std::string name, bool& into, std::string description) {
  parser_->app->add_flag_function(name, [&into, this, name](std::int64_t count) {
    into = count > 0;
    parser_->said.insert(name);
  });
  options_.push_back({std::move(name), "", std::move(description), false, true,
                      [&into](const std::string& text) { return take_flag(into, text); }});
}

void Command::add_option(std::string name, std::string value_name, Take take, std::string description) {
  add_list(std::move(name), std::move(value_name), std::move(take), std::move(description));
  options_.back().repeatable = false;
}

void Command::add_required_option(std::string name, std::string value_name, Take take,
                                  std::string description) {
  add_option(std::move(name), std::move(value_name), std::move(take), std::move(description));
  options_.back().optional = false;
}

void Command::add_list(std::string name, std::string value_name, Take take, std::string description) {
  const std::size_t at = options_.size();
  const CLI::callback_t taken = [this, at](const CLI::results_t& texts) {
    const auto& option = options_[at];
    if (texts.size() > 1 && !option.repeatable)
      throw CLI::ValidationError(fmt::format("{} is given {} times", option.name, texts.size()));
    for (const auto& text : texts)
      if (auto done = set(option.name, option.name, text); !done)
        throw CLI::ValidationError(done.error().message);
    return true;
  };
  parser_->app->add_option(name, taken)
      ->type_size(1)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  options_.push_back(
      {std::move(name), std::move(value_name), std::move(description), true, true, std::move(take)});
}

void Command::add_word(std::string name, Take take, std::string description) {
  const std::size_t at = words_.size();
  const CLI::callback_t taken = [this, at](const CLI::results_t& texts) {
    const auto& word = words_[at];
    for (const auto& text : texts)
      if (auto done = word.take(text); !done)
        throw CLI::ValidationError(fmt::format("{} '{}' {}", word.name, text, done.error().message));
    return true;
  };
  // CLI11 is not shown the names, which may hold what it does not allow.
  parser_->words.push_back(
      parser_->app->add_option(fmt::format("word{}", at), taken)->type_size(1)->expected(1));
  words_.push_back({std::move(name), "", std::move(description), false, false, std::move(take)});
}

void Command::add_optional_word(std::string name, Take take, std::string description) {
  add_word(std::move(name), std::move(take), std::move(description));
  words_.back().optional = true;
}

void Command::add_words(std::string name, Take take, std::string description) {
  add_optional_word(std::move(name), std::move(take), std::move(description));
  words_.back().repeatable = true;
  parser_->words.back()
      ->expected(1, CLI::detail::expected_max_vector_size)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(true);
}

void Command::pass_on(std::vector<std::string>& into, std::string name) {
  rest_ = &into;
  passed_on_ = std::move(name);
}

void Command::require(std::function<Result<void>()> rule) {
  rules_.push_back(std::move(rule));
}

void Command::add_note(std::string text) {
  notes_.push_back(std::move(text));
}

Result<std::string> Command::parse(const std::vector<std::string>& words) {
  Scan scan(*this, words);
  if (!scan.text.empty()) return scan.text;
  const auto own_end = words.begin() + static_cast<std::ptrdiff_t>(scan.own_words);
  // A value that is missing makes the words behind it look wrong.
  if (scan.mistake) return *scan.mistake;
  if (auto done = read({words.begin(), own_end}); !done) return done.error();
  if (scan.passing) scan.passing->rest_->assign(own_end, words.end());
  if (auto complete = chosen().missing(); !complete) return complete.error();
  return std::string();
}

Result<void> Command::read(std::vector<std::string> words) {
  std::reverse(words.begin(), words.end());
  // The library reports mistakes by exceptions; none leaves this function.
  try {
    parser_->app->parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    const auto left = parser_->app->remaining(true);
    if (!left.empty()) return unknown(left.front());
    return invalid(error.what());
  }
  return {};
}

Error Command::unknown(const std::string& word) const {
  const Command& innermost = chosen();
  if (is_option(word))
    return invalid(fmt::format("unknown option '{}'{}", name_of(word),
                               did_you_mean(name_of(word), innermost.known_options())));
  if (!innermost.commands_.empty())
    return invalid(
        fmt::format("unknown command '{}'{}", word, did_you_mean(word, innermost.known_commands())));
  const auto flags = innermost.known_options();
  const auto meant = std::find(flags.begin(), flags.end(), "--" + word);
  return invalid(
      fmt::format("unexpected word '{}'{}: {} takes {}", word,
                  meant == flags.end() ? "" : fmt::format(" (did you mean '{}'?)", *meant), innermost.path(),
                  innermost.words_.empty() ? "options only" : "none beyond " + innermost.words_.back().name));
}

Result<void> Command::missing() const {
  if (!commands_.empty()) return invalid(fmt::format("which command? {}", fmt::join(known_commands(), ", ")));
  for (std::size_t i = 0; i < words_.size(); ++i)
    if (!words_[i].optional && parser_->words[i]->count() == 0)
      return invalid(fmt::format("{} is missing: {}", words_[i].name, render_usage(*this)));
  for (const auto& option : options_)
    if (!option.optional && !parser_->said.contains(option.name))
      return invalid(fmt::format("{} is missing: {}", option.name, render_usage(*this)));
  for (const auto& rule : rules_)
    if (auto kept = rule(); !kept) return kept;
  return {};
}

Result<void> Command::set(const std::string& source, const std::string& name, const std::string& text) {
  const auto option =
      std::find_if(options_.begin(), options_.end(), [&](const auto& one) { return one.name == name; });
  parser_->said.insert(name);
  if (auto done = option->take(text); !done)
    return invalid(fmt::format("{} '{}' {}", source, text, done.error().message));
  return {};
}

Result<void> Command::take_variables(const std::string& prefix,
                                     const std::map<std::string, std::string>& variables) {
  for (const auto& option : options_) {
    const auto found = variables.find(variable_of(prefix, option.name));
    if (found == variables.end() || found->second.empty() || parser_->said.contains(option.name)) continue;
    if (auto done = set(found->first, option.name, found->second); !done) return done;
  }
  return {};
}

Result<void> Command::take_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) return invalid(fmt::format("{} cannot be read", path));
  const auto said_before = parser_->said;
  int number = 0;
  for (std::string raw; std::getline(file, raw);) {
    ++number;
    const std::string line(trim(raw));
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    const auto equals = line.find('=');
    const auto where = fmt::format("{}:{}:", path, number);
    if (equals == std::string::npos)
      return invalid(fmt::format("{} '{}' is no line `name = value`", where, line));
    const std::string name = "--" + std::string(trim(std::string_view(line).substr(0, equals)));
    const std::string text(trim(std::string_view(line).substr(equals + 1)));
    const auto* option = find_option(name);
    if (!option)
      return invalid(fmt::format("{} unknown option '{}'{}", where, name.substr(2),
                                 did_you_mean(name, known_options())));
    if (said_before.contains(name)) continue;
    if (!option->repeatable && parser_->said.contains(name))
      return invalid(fmt::format("{} {} is there twice", where, name.substr(2)));
    if (auto done = set(fmt::format("{} {}", where, name.substr(2)), name, text); !done) return done;
  }
  return {};
}

bool Command::given(const std::string& name) const {
  return parser_->said.contains(name);
}

const Command& Command::chosen() const {
  for (const auto& command : commands_)
    if (command->parser_->app->parsed()) return command->chosen();
  return *this;
}

std::string Command::path() const {
  return parent_ ? parent_->path() + " " + name_ : name_;
}

const Command::Entry* Command::find_option(const std::string& name) const {
  for (const auto& option : options_)
    if (option.name == name) return &option;
  return parent_ ? parent_->find_option(name) : nullptr;
}

std::vector<std::string> Command::known_options() const {
  auto known = parent_ ? parent_->known_options() : std::vector<std::string>{kHelp, kVersion};
  for (const auto& option : options_) known.push_back(option.name);
  return known;
}

std::vector<std::string> Command::known_commands() const {
  std::vector<std::string> known;
  for (const auto& command : commands_) known.push_back(command->name_);
  return known;
}

std::optional<int> conclude(const Command& program, const Result<std::string>& parsed) {
  if (!parsed) {
    fmt::print(stderr, "{}: {}\nSee `{} --help`.\n", program.name(), parsed.error().message,
               program.chosen().path());
    return 2;
  }
  if (parsed->empty()) return std::nullopt;
  fmt::print("{}", *parsed);
  return 0;
}

std::string version() {
  return BERTH_VERSION;
}

}  // namespace berth::command_line
