#pragma once
#include <string>
#include <vector>

#include "base/json.h"

namespace berth::cli {

/// Where the output of one container of a task lies.
struct LogPlace {
  std::string region, group, stream;
  std::string container, task_id;
  std::string other_driver;  ///< Not empty: it lies nowhere with us, as this log driver has it.
};

/// Of each container of a task, as DescribeTasks and DescribeTaskDefinition show both. `region`: where the
/// definition names none. Pure.
std::vector<LogPlace> find_log_places(const JsonObject& task, const JsonObject& definition,
                                      const std::string& region);

}  // namespace berth::cli
