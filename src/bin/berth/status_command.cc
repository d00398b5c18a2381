#include <fmt/format.h>
#include <unistd.h>

#include "bin/berth/cluster_state.h"
#include "bin/berth/commands.h"
#include "bin/berth/instances.h"
#include "bin/command_line/nearest.h"
#include "runtime/real/io_threads.h"

namespace berth::cli {
namespace {

/// Where berthd listened by default before version 0.2.
constexpr std::uint16_t kFormerPort = 51670;

// Whether a control plane answers on a port of this machine.
Async<bool> control_plane_answers(CommandContext& context, Installation installation) {
  ApiClient client(installation, {}, context.runtime, context.executor);
  const bool healthy = co_await client.healthy();
  co_return healthy;
}

Async<bool> answers_on(CommandContext& context, std::uint16_t port) {
  Installation other = context.installation;
  other.url.clear();
  other.port = port;
  return control_plane_answers(context, std::move(other));
}

// What the control plane says is the matter with it.
Async<std::string> warning_of(CommandContext& context) {
  ApiClient client(context.installation, {}, context.runtime, context.executor);
  co_return co_await client.warning();
}

// What to know about the port; empty when there is nothing.
Async<std::string> port_note(CommandContext& context, bool healthy) {
  const auto& installation = context.installation;
  if (healthy && installation.port == kFormerPort && !installation.port_chosen)
    co_return fmt::format(
        "port {} was the default before, and connections that go out may take it: `berth down` and `berth "
        "up` move to {}",
        kFormerPort, Installation().port);
  if (healthy || installation.port_chosen) co_return std::string();
  const bool former = co_await answers_on(context, kFormerPort);
  if (former)
    co_return fmt::format(
        "a control plane answers on port {0}, the default before: use --port {0} or BERTH_PORT={0}",
        kFormerPort);
  const auto folder = context.files.list(installation.data_dir);
  if (!folder && folder.error().code != ErrorCode::not_found && geteuid() != 0)
    co_return fmt::format("{} is for its owner alone, and says where one serves: with sudo, perhaps?",
                          installation.data_dir);
  co_return fmt::format("`berth --data-dir {} up` starts one; --port says where another one listens",
                        command_line::shell_quoted(installation.data_dir));
}

JsonArray instances_document(const std::vector<ShownInstance>& instances) {
  JsonArray list;
  for (const auto& instance : instances) {
    JsonObject one;
    one["number"] = instance.number;
    one["id"] = instance.id;
    one["zone"] = instance.zone;
    one["address"] = instance.address;
    one["dockerHost"] = instance.docker_host;
    JsonArray missing;
    for (const auto& program : instance.missing) missing.emplace_back(program);
    one["missing"] = std::move(missing);
    list.push_back(std::move(one));
  }
  return list;
}

int show_json(CommandContext& context, bool healthy, const std::string& note, const ClusterStates& clusters) {
  JsonObject document;
  document["endpoint"] = context.installation.endpoint();
  document["dataDir"] = context.installation.data_dir;
  document["serving"] = healthy;
  if (!note.empty()) document["note"] = note;
  document["localInstances"] = instances_document(shown_instances(context));
  document["clusters"] = render_document(clusters);
  fmt::print("{}\n", render_json(JsonValue(std::move(document))));
  return healthy ? 0 : 1;
}

int show_text(CommandContext& context, bool healthy, const std::string& note, const ClusterStates& clusters) {
  fmt::print("berthd: {} on {}\n", healthy ? "serving" : "not answering", context.installation.endpoint());
  if (!note.empty()) fmt::print("  {}\n", note);
  for (const auto& instance : shown_instances(context)) fmt::print("{}", render_instance(instance));
  fmt::print("{}", render_text(clusters));
  return healthy ? 0 : 1;
}

// What was asked for by name has to be there.
Result<void> keep_chosen(const Installation& installation, ClusterStates& clusters) {
  if (clusters.empty() && installation.region_chosen && installation.region != installation.served_region)
    return not_found(fmt::format(
        "region {} has no clusters{}", installation.region,
        installation.served_region.empty()
            ? std::string()
            : fmt::format(": berthd of {} serves {}", installation.data_dir, installation.served_region)));
  if (!installation.cluster_chosen) return {};
  std::vector<std::string> names;
  for (const auto& one : clusters) names.push_back(name_of(one));
  std::erase_if(clusters, [&](const auto& one) { return name_of(one) != installation.cluster; });
  if (!clusters.empty()) return {};
  return not_found(fmt::format("there is no cluster {} in region {}{}", installation.cluster,
                               installation.region, command_line::did_you_mean(installation.cluster, names)));
}

Async<int> status(CommandContext& context, bool json) {
  // Whether it serves is worth knowing without a key too.
  const bool healthy = co_await control_plane_answers(context, context.installation);
  auto note = co_await port_note(context, healthy);
  ClusterStates clusters;
  if (healthy) {
    const auto warning = co_await warning_of(context);
    if (!warning.empty()) note = note.empty() ? warning : warning + "; " + note;
    auto credentials = read_credentials(context.files, context.installation);
    if (!credentials) co_return fail(credentials.error());
    ApiClient client(context.installation, *credentials, context.runtime, context.executor);
    auto read = co_await read_clusters(client);
    if (!read) co_return fail(read.error());
    clusters = *std::move(read);
    if (auto kept = keep_chosen(context.installation, clusters); !kept) co_return fail(kept.error());
  }
  co_return json ? show_json(context, healthy, note, clusters) : show_text(context, healthy, note, clusters);
}

}  // namespace

void add_status(CommandLine& line) {
  auto json = std::make_shared<bool>(false);
  auto& command =
      line.program.add_command("status", "clusters, container instances and tasks, in a few lines");
  command.add_option("--output", "table|json", command_line::output_form(*json), "how it is shown (table)");
  command.add_note("The exit code is 1 when no control plane answers.");
  line.runs[&command] = [json](CommandContext& context) {
    return runtime::block_on(context.executor, status(context, *json));
  };
}

}  // namespace berth::cli
