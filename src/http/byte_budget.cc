#include "http/byte_budget.h"

namespace berth::http {

std::size_t ByteBudget::most_for(std::size_t whole) const {
  if (whole > kLargeBytes) return bytes_max_ - bytes_max_ / 4;
  if (whole > kUsualBytes) return bytes_max_ - bytes_max_ / 8;
  return bytes_max_;
}

bool ByteBudget::take(std::size_t bytes, std::size_t whole) {
  const std::size_t most = most_for(whole);
  std::size_t held = held_.load(std::memory_order_relaxed);
  do {
    if (bytes > most || held > most - bytes) return false;
  } while (!held_.compare_exchange_weak(held, held + bytes, std::memory_order_relaxed));
  return true;
}

void ByteBudget::give(std::size_t bytes) {
  held_.fetch_sub(bytes, std::memory_order_relaxed);
}

bool ByteShare::resize(std::size_t bytes) {
  const std::size_t counted = bytes > ByteBudget::kFreeBytes ? bytes - ByteBudget::kFreeBytes : 0;
  if (counted > counted_) {
    if (!budget_.take(counted - counted_, bytes)) return false;
  } else {
    budget_.give(counted_ - counted);
  }
  counted_ = counted;
  return true;
}

}  // namespace berth::http
