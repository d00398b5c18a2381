#include "bin/berth/passphrase.h"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <fstream>
#include <iostream>

namespace berth::cli {
namespace {

/// Switches the echo of the terminal off while it lives.
class Silence {
 public:
  Silence() : known_(tcgetattr(STDIN_FILENO, &before_) == 0) {
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (known_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~Silence() {
    if (known_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  termios before_{};
  bool known_;
};

std::string ask(const char* question) {
  fmt::print(stderr, "{}: ", question);
  std::string line;
  const Silence silence;
  std::getline(std::cin, line);
  fmt::print(stderr, "\n");
  return line;
}

}  // namespace

Result<std::string> read_passphrase(const std::string& file) {
  std::ifstream in;
  if (file != "-") in.open(file);
  std::string line;
  if (file != "-" && !in) return not_found("the passphrase cannot be read: there is no file " + file);
  std::getline(file == "-" ? std::cin : in, line);
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty()) return invalid("the first line of the passphrase file is empty");
  return line;
}

Result<std::string> ask_passphrase(Asking asking) {
  if (isatty(STDIN_FILENO) == 0)
    return invalid("there is no terminal to ask for the passphrase: say --passphrase-file FILE");
  const std::string first = ask("Passphrase of the backup");
  if (first.empty()) return invalid("no passphrase was typed");
  if (asking == Asking::twice && ask("Once more") != first)
    return invalid("two different passphrases were typed");
  return first;
}

}  // namespace berth::cli
