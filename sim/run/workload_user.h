#pragma once
#include <fmt/format.h>

#include <string>
#include <vector>

#include "sim/run/workload.h"

namespace berth::sim {

/// A client of a Workload with what it owns.
struct Workload::User {
  User(Workload& workload, std::size_t n, Client& c)
      : number(n),
        client(c),
        random(workload.cluster_.world().stream(fmt::format("workload/{}", n))),
        group(c.node().executor()),
        service(fmt::format("svc-{}", n)) {}
  std::size_t number;
  Client& client;
  Prng random;
  runtime::TaskGroup group;
  std::string service;
  bool has_service = false;
  bool ports = false;
  bool daemon = false;
  enum class Constraint { none, distinct, zone } constraint = Constraint::none;
  std::string zone;  ///< Where its service's tasks must be.
  std::int64_t minimum = 100, maximum = 200;
  std::int64_t desired = 0;
  std::vector<std::string> tasks;  ///< ARNs of tasks that it ran.
  int requests = 0;
};

}  // namespace berth::sim
