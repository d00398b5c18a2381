#include "sim/cluster/mutants.h"

#include <algorithm>
#include <array>

namespace berth::sim {
namespace {

constexpr std::array kMutants = {
    // The store, as handlers and controllers see it.
    MutantInfo{"no-claim", "tasks are placed without claiming their resources"},
    MutantInfo{"claim-without-ports", "claims leave out the TCP ports"},
    MutantInfo{"claim-half-memory", "claims and releases count half of the memory"},
    MutantInfo{"no-release", "a task that stops keeps its resources"},
    MutantInfo{"release-twice", "a task that stops gives its resources back twice"},
    MutantInfo{"no-expect", "records may have changed since they were read"},
    MutantInfo{"no-expect-tasks", "tasks may have changed since they were read"},
    MutantInfo{"no-expect-absent", "records may exist already"},
    MutantInfo{"no-expect-none", "groups that must be empty may have members"},
    MutantInfo{"ports-not-checked", "a claim on a host port that is taken goes through"},
    MutantInfo{"no-client-token", "client tokens are not remembered"},
    MutantInfo{"token-by-parameters", "a client token acts once for each set of parameters"},
    MutantInfo{"answer-before-commit", "the API answers before the transaction is committed"},
    MutantInfo{"answer-not-held", "answers are not held until what they were made from is durable"},
    MutantInfo{"unknown-is-success", "an unknown outcome of a commit counts as success"},
    MutantInfo{"conflict-is-success", "a lost race counts as success"},
    MutantInfo{"watch-loses-changes", "watches lose one batch of changes in ten"},
    MutantInfo{"no-subscription", "agent sessions are not woken by new tasks"},
    // The engine under it.
    MutantInfo{"store-forgets", "one batch in 20 is said to be durable and is not"},
    MutantInfo{"store-tears", "of one batch in 10 the last write is lost"},
    MutantInfo{"store-no-compare", "a shared engine lets the last writer win"},
    // The agent.
    MutantInfo{"checkpoint-not-written", "accepted tasks are not in the checkpoint"},
    MutantInfo{"checkpoint-stale", "only the first version of each task is in the checkpoint"},
    MutantInfo{"checkpoint-not-read", "a restarted agent does not read the checkpoint"},
    MutantInfo{"save-error-ignored", "what cannot be written to the checkpoint counts as written"},
    MutantInfo{"manifest-ignored", "the comparison with which a session begins finds nothing"},
    MutantInfo{"identity-forgotten", "a restarted agent registers as a new instance"},
    MutantInfo{"strays-of-before-kept", "containers of earlier registrations of a host are left alone"},
    MutantInfo{"report-dropped", "one report in eight is never sent"},
    MutantInfo{"report-stopped-early", "one report of RUNNING in eight says STOPPED"},
    MutantInfo{"accept-nothing", "one payload in five is acknowledged and forgotten"},
    MutantInfo{"stop-ignored", "stops in one payload of three are acknowledged and forgotten"},
    // Its Docker driver.
    MutantInfo{"create-twice", "one container in four gets a running twin"},
    MutantInfo{"start-does-nothing", "one start in six is claimed and does nothing"},
    MutantInfo{"stop-wrong", "stops go to the container that was started first"},
    MutantInfo{"running-is-missing", "one inspect in 20 says that there is no such container"},
    MutantInfo{"return-unseen", "a container that came back after its end is shown as ended"},
    // What operators set.
    MutantInfo{"no-grace", "tasks of a silent instance are given up at once"},
    MutantInfo{"no-controllers", "nobody runs the controllers"},
};

}  // namespace

std::span<const MutantInfo> list_mutants() {
  return kMutants;
}

bool is_mutant(std::string_view name) {
  return std::ranges::any_of(kMutants, [&](const MutantInfo& mutant) { return mutant.name == name; });
}

}  // namespace berth::sim
