#include "journal/text_filter.h"

#include <cstdint>

namespace berth::journal {
namespace {

constexpr std::size_t kGram = 3;

std::uint32_t bit_of(std::uint32_t gram) {
  return (gram * 0x9e3779b1U) >> (32 - 19);  // kBytes * 8 bits.
}

template <class See>
void each_gram(std::string_view text, See see) {
  std::uint32_t gram = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    gram = ((gram << 8) | static_cast<unsigned char>(text[i])) & 0xffffffU;
    if (i + 1 >= kGram && !see(bit_of(gram))) return;
  }
}

}  // namespace

void TextFilter::add(std::string_view text) {
  each_gram(text, [this](std::uint32_t bit) {
    bits_[bit / 8] = static_cast<char>(static_cast<unsigned char>(bits_[bit / 8]) | (1U << (bit % 8)));
    return true;
  });
}

bool TextFilter::may_hold(std::string_view term) const {
  bool all = true;
  each_gram(term, [&](std::uint32_t bit) {
    return all = (static_cast<unsigned char>(bits_[bit / 8]) >> (bit % 8) & 1U) != 0;
  });
  return all;
}

}  // namespace berth::journal
