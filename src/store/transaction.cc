#include "store/transaction.h"

namespace berth::store {

void Transaction::write(Kind kind, std::string key, std::shared_ptr<const void> record) {
  for (Write& earlier : writes_) {
    if (earlier.kind != kind || earlier.key != key) continue;
    earlier.record = std::move(record);
    return;
  }
  writes_.push_back({kind, std::move(key), std::move(record)});
}

}  // namespace berth::store
