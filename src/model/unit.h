#pragma once

namespace berth::model {

/// Input or output of an operation that has none.
struct Unit {
  bool operator==(const Unit&) const = default;
};

}  // namespace berth::model
