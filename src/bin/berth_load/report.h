#pragma once
#include <optional>
#include <string>

#include "bin/berth_load/cpu_time.h"
#include "bin/berth_load/fleet.h"
#include "bin/berth_load/generator.h"

namespace berth::load {

/// What one run showed.
struct Report {
  std::size_t instances = 0;
  double connect_seconds = 0;
  std::optional<LoadResult> load;
  std::optional<LoadResult> echo;
  FleetCounts fleet;                ///< At the end of the window.
  FleetCounts fleet_at_begin = {};  ///< At its beginning.
  CpuTime cpu;                      ///< What was used in the window.
};

std::string render_table(const Report& report);
std::string render_report_json(const Report& report);
std::string render_fleet_json(const FleetCounts& counts);
std::string render_reaction_json(const Fleet::Reaction& reaction);

}  // namespace berth::load
