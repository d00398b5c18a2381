#pragma once
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "placement/plan.h"
#include "placement/types.h"

/// A cluster that is driven by text, for the transcripts in testdata/. Only for tests.
///
///   instance NAME zone=Z cpu=N memory=N [status=DRAINING] [agent=disconnected] [tcp=22,80] [udp=53]
///            [attribute=NAME:VALUE]... [version=V] [registered=SECONDS]     adds an instance, or changes the
///            one named
///   run      count=N group=G cpu=N memory=N [port=80 | port=53/udp]... [range=N] [require=ATTRIBUTE]...
///            [memberOf={EXPRESSION}]... [distinct] [strategy=TYPE:FIELD]...  RunTask
///   service  (as run)                                                     the service scheduler
///   start    on=NAME,NAME (as run)                                        StartTask
///   stop     group=G [on=NAME] [count=N]                                  tasks end
///   scale-in group=G count=N [strategy=TYPE:FIELD]...                     the service scheduler chooses and
///   stops tasks    group=G                                                      where they run filter
///   EXPRESSION                                                   ListContainerInstances explain  (as run)
///   berth explain placement
namespace berth::placement {

class ScenarioWorld {
 public:
  explicit ScenarioWorld(std::uint64_t seed) : prng_(seed) {}
  /// Runs one line and returns what it prints, each line ended by a newline.
  std::string run(std::string_view line);

 private:
  using Options = std::vector<std::pair<std::string, std::string>>;
  struct Task {
    std::string id;
    std::string group;
    std::string instance;
    ResourceRequest resources;
  };

  std::string change_instance(const std::string& name, const Options& options);
  std::string place(const Options& options, DefaultStrategy default_strategy);
  std::string start(const Options& options);
  std::string stop(const Options& options);
  std::string scale_in(const Options& options);
  std::string list_tasks(const Options& options) const;
  std::string filter(std::string_view expression) const;
  VectorSnapshot snapshot() const;
  void add_task(const PlacementRequest& request, const std::string& instance);

  Prng prng_;
  std::vector<InstanceView> instances_;
  std::deque<std::string> texts_;  ///< What attributes say.
  std::vector<Task> tasks_;
  int next_task_ = 1;
};

}  // namespace berth::placement
