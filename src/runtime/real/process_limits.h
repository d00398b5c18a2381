#pragma once
#include <cstddef>

namespace berth::runtime {

/// Descriptors that a process of ours asks for: beyond, the kernel's bookkeeping costs more than it brings.
inline constexpr std::size_t kDescriptorsMax = 1U << 16;

/// Raises the soft limit of open descriptors to the hard one, at most to `most`, and never lowers it. Yields
/// the limit that holds from now on.
std::size_t raise_descriptor_limit(std::size_t most = kDescriptorsMax);

/// The highest number that the descriptor of a connection may have when so many may be open: some stay free
/// for files and for those who are refused.
int highest_connection_descriptor(std::size_t limit);

/// From now on running out of memory ends the process with a line on the standard error output that begins
/// with `program` and says so. `program` must live as long as the process.
void announce_out_of_memory(const char* program);

}  // namespace berth::runtime
