#pragma once
#include <cstdint>

#include "base/strong.h"

namespace berth {

/// CPU units as in the ECS API: 1024 = one core.
using CpuUnits = Strong<struct CpuUnitsTag, std::int64_t>;
/// Memory in MiB, as in the ECS API.
using MemoryMiB = Strong<struct MemoryMiBTag, std::int64_t>;
using Bytes = Strong<struct BytesTag, std::int64_t>;
using Percent = Strong<struct PercentTag, std::int32_t>;

}  // namespace berth
