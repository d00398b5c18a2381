#include "bin/berth_agent/local_peers.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

#include <functional>
#include <memory>

namespace berth::agent_program {
namespace {

struct Interface {
  std::uint32_t address = 0, mask = 0;  ///< In network order.
  bool loopback = false, bridge = false;
};

bool any_interface(const std::function<bool(const Interface&)>& matches) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return false;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owned(list, &::freeifaddrs);
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET || entry->ifa_netmask == nullptr)
      continue;
    Interface one;
    one.address = reinterpret_cast<const sockaddr_in*>(entry->ifa_addr)->sin_addr.s_addr;
    one.mask = reinterpret_cast<const sockaddr_in*>(entry->ifa_netmask)->sin_addr.s_addr;
    one.loopback = (entry->ifa_flags & IFF_LOOPBACK) != 0;
    one.bridge = ::access((std::string("/sys/class/net/") + entry->ifa_name + "/bridge").c_str(), F_OK) == 0;
    if (matches(one)) return true;
  }
  return false;
}

}  // namespace

bool is_on_this_host(const std::string& address) {
  in_addr peer{};
  if (::inet_pton(AF_INET, address.c_str(), &peer) != 1) return false;
  return any_interface([&](const Interface& one) {
    if (one.address == peer.s_addr) return true;
    return (one.loopback || one.bridge) && (one.address & one.mask) == (peer.s_addr & one.mask);
  });
}

bool in_own_container() {
  return ::access("/.dockerenv", F_OK) == 0 &&
         !any_interface([](const Interface& one) { return one.bridge; });
}

}  // namespace berth::agent_program
