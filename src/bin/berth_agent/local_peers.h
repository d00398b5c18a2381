#pragma once
#include <string>

namespace berth::agent_program {

/// Whether a peer's IPv4 address is this host's: loopback, an address of its own, or one behind a bridge of
/// its own, as those of its containers are.
bool is_on_this_host(const std::string& address);

/// Whether this is a container with a network of its own: who reaches its ports was decided when they were
/// published.
bool in_own_container();

}  // namespace berth::agent_program
