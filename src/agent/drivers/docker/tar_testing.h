#pragma once
#include <string>

namespace berth::agent::drivers::docker {

inline std::string octal(std::size_t number, std::size_t digits) {
  std::string out(digits, '0');
  for (auto digit = out.rbegin(); digit != out.rend(); ++digit, number /= 8)
    *digit = static_cast<char>('0' + number % 8);
  return out;
}

/// A tar archive (ustar) of one executable file.
inline std::string tar_of(const std::string& name, const std::string& content) {
  std::string header(512, '\0');
  header.replace(0, name.size(), name);
  header.replace(100, 7, "0000755");
  header.replace(108, 7, "0000000");
  header.replace(116, 7, "0000000");
  header.replace(124, 11, octal(content.size(), 11));
  header.replace(136, 11, octal(0, 11));
  header.replace(148, 8, "        ");
  header[156] = '0';
  header.replace(257, 8,
                 std::string("ustar\0"
                             "00",
                             8));
  std::size_t sum = 0;
  for (const unsigned char byte : header) sum += byte;
  header.replace(148, 7, octal(sum, 6) + '\0');
  std::string tar = header + content;
  tar.resize((tar.size() + 511) / 512 * 512 + 1024, '\0');
  return tar;
}

}  // namespace berth::agent::drivers::docker
