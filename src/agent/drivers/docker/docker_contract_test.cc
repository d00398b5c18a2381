// Goal: what the driver promises holds with a real Docker Engine: life, errors, events, volumes, images.
// Method: containers of an image made of the host's static busybox; no network is used. Skipped, saying why,
// without a Docker Engine or busybox.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "agent/drivers/docker/docker_runtime.h"
#include "agent/drivers/docker/tar_testing.h"
#include "agent/drivers/host/container_counters.h"
#include "runtime/real/io_threads.h"
#include "runtime/real/real_runtime.h"

namespace berth::agent::drivers::docker {
namespace {
using engine::ContainerEvent;
using engine::ContainerPhase;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kBusybox[] = "/bin/busybox";
constexpr std::string_view kLabel = "berth.contract-test";

class DockerContractTest : public testing::Test {
 protected:
  void SetUp() override {
    io_.start();
    DockerOptions options;
    if (const char* host = std::getenv("DOCKER_HOST"); host != nullptr && *host != '\0')
      options.endpoint = host;
    auto made = DockerRuntime::make(options, io_.executor(0), runtime_);
    ASSERT_TRUE(made.ok()) << made.error().message;
    docker_ = std::move(*made);
    if (const auto ping = run(docker_->ping()); !ping.ok()) {
      GTEST_SKIP() << "no Docker Engine here: " << ping.error().text;
    }
    std::ifstream file(kBusybox, std::ios::binary);
    if (!file) GTEST_SKIP() << kBusybox << " is missing";
    const std::string busybox{std::istreambuf_iterator<char>(file), {}};
    const auto imported = run(docker_->import_image(image_, tar_of("bin/busybox", busybox)));
    ASSERT_TRUE(imported.ok()) << imported.error().text;
    ready_ = true;
  }

  void TearDown() override {
    if (ready_) {
      const auto left = run(docker_->list(label()));
      ASSERT_TRUE(left.ok()) << left.error().text;
      for (const auto& container : *left) {
        EXPECT_TRUE(run(docker_->remove(container.id, DockerRuntime::Force::yes)).ok());
      }
      EXPECT_TRUE(run(docker_->remove_image(image_)).ok());
    }
    io_.stop();
  }

  template <class T>
  T run(Async<T> work) {
    return runtime::block_on(io_.executor(0), std::move(work));
  }
  std::string label() const { return std::string(kLabel) + "=" + unique_; }

  std::string create(JsonArray command, JsonObject host_config = {}) {
    engine::ContainerConfig config{"berth-contract-" + unique_ + "-" + std::to_string(++count_), {}};
    config.body["Image"] = image_;
    config.body["Cmd"] = std::move(command);
    config.body["Labels"] = JsonObject{{std::string(kLabel), unique_}};
    config.body["ExposedPorts"] = JsonObject{{"80/tcp", JsonObject()}};
    host_config["PortBindings"] = JsonObject{{"80/tcp", JsonArray{JsonObject{{"HostPort", ""}}}}};
    config.body["HostConfig"] = std::move(host_config);
    auto id = run(docker_->create(std::move(config)));
    EXPECT_TRUE(id.ok()) << id.error().text;
    return id.ok() ? *id : std::string();
  }

  const std::string unique_ = std::to_string(::getpid());
  const std::string image_ = "berth-contract-test:" + unique_;
  runtime::IoThreads io_{1};
  runtime::RealRuntime runtime_{io_.executor(0)};
  std::unique_ptr<DockerRuntime> docker_;
  int count_ = 0;
  bool ready_ = false;
};

const JsonArray kWaitForTerm = {"/bin/busybox", "sh", "-c",
                                "trap 'exit 5' TERM; while :; do /bin/busybox sleep 1 & wait $!; done"};

TEST_F(DockerContractTest, AContainerLives) {
  const WallTime begin = runtime_.clock().wall();
  const std::string id = create(kWaitForTerm);
  EXPECT_EQ(run(docker_->inspect(id))->phase, ContainerPhase::created);
  ASSERT_TRUE(run(docker_->start(id)).ok());
  EXPECT_TRUE(run(docker_->start(id)).ok()) << "starting twice is no error";

  const auto running = run(docker_->inspect(id));
  ASSERT_TRUE(running.ok()) << running.error().text;
  EXPECT_EQ(running->phase, ContainerPhase::running);
  EXPECT_FALSE(running->finished_at);
  EXPECT_GE(running->started_at, begin);
  EXPECT_EQ(running->labels.at(std::string(kLabel)), unique_);
  ASSERT_THAT(running->ports, Not(IsEmpty()));
  EXPECT_EQ(running->ports.front().container_port, 80);
  EXPECT_GT(running->ports.front().host_port, 0);
  EXPECT_THAT(*run(docker_->list(label())), ElementsAre(Field(&engine::ContainerSummary::id, id)));

  const auto stats = run(docker_->stats(id));
  ASSERT_TRUE(stats.ok()) << stats.error().text;
  EXPECT_GT(stats->memory_usage_bytes, 0U);
  EXPECT_TRUE(stats->network);

  EXPECT_EQ(run(docker_->remove(id, DockerRuntime::Force::no)).error().name, "CannotRemoveContainerError");
  ASSERT_TRUE(run(docker_->stop(id, std::chrono::seconds(20))).ok());
  const auto stopped = run(docker_->inspect(id));
  EXPECT_EQ(stopped->phase, ContainerPhase::exited);
  EXPECT_EQ(stopped->exit_code, 5);
  EXPECT_TRUE(stopped->finished_at);
  EXPECT_EQ(run(docker_->stats(id)).error().name, "CannotGetStatsError");
  EXPECT_TRUE(run(docker_->stop(id, {})).ok()) << "stopping twice is no error";
  EXPECT_TRUE(run(docker_->remove(id, DockerRuntime::Force::no)).ok());
  EXPECT_TRUE(run(docker_->remove(id, DockerRuntime::Force::no)).ok()) << "removing twice is no error";
  EXPECT_TRUE(run(docker_->inspect(id)).error().missing);
  EXPECT_TRUE(run(docker_->stop(id, {})).ok());

  auto events = run(docker_->events(begin));
  ASSERT_TRUE(events.ok()) << events.error().text;
  std::vector<ContainerEvent::Kind> kinds;
  std::optional<std::int32_t> exit_code;
  while (kinds.empty() || kinds.back() != ContainerEvent::Kind::destroyed) {
    const auto event = run((*events)->next());
    ASSERT_TRUE(event.ok()) << event.error().text;
    if (event->container_id != id || event->kind == ContainerEvent::Kind::other) continue;
    kinds.push_back(event->kind);
    if (event->exit_code) exit_code = event->exit_code;
  }
  using enum ContainerEvent::Kind;
  EXPECT_THAT(kinds, ElementsAre(created, started, died, destroyed));
  EXPECT_EQ(exit_code, 5);
}

TEST_F(DockerContractTest, KillEndsAContainerThatIgnoresTerm) {
  const std::string id = create({"/bin/busybox", "sleep", "600"});
  EXPECT_EQ(run(docker_->kill(id, "SIGKILL")).error().name, "CannotStopContainerError") << "it does not run";
  ASSERT_TRUE(run(docker_->start(id)).ok());
  ASSERT_TRUE(run(docker_->stop(id, Duration::zero())).ok());
  EXPECT_EQ(run(docker_->inspect(id))->exit_code, 137);
}

TEST_F(DockerContractTest, ErrorsAreTheEnginesWords) {
  const auto no_image =
      run(docker_->create({"berth-contract-" + unique_ + "-x", {{"Image", "berth-nosuch:1"}}}));
  ASSERT_FALSE(no_image.ok());
  EXPECT_EQ(no_image.error(),
            (engine::DriverError{"CannotCreateContainerError",
                                 "Error response from daemon: No such image: berth-nosuch:1", true}));
  const std::string id = create({"/no/such/program"});
  const auto started = run(docker_->start(id));
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().name, "CannotStartContainerError");
  EXPECT_THAT(started.error().text, HasSubstr("no such file or directory"));
  const auto taken =
      run(docker_->create({"berth-contract-" + unique_ + "-1", {{"Image", image_}, {"Cmd", "x"}}}));
  EXPECT_THAT(taken.error().text, HasSubstr("already in use"));
  EXPECT_TRUE(run(docker_->inspect_image("berth-nosuch:1")).error().missing);
}

TEST_F(DockerContractTest, AnUnreachableRegistryIsToldApart) {
  const auto pulled = run(docker_->pull("localhost:1/nosuch:1", {}, {}));
  ASSERT_FALSE(pulled.ok());
  EXPECT_EQ(pulled.error().name, "CannotPullContainerError");
  EXPECT_TRUE(pulled.error().unreachable) << pulled.error().text;
  EXPECT_THAT(pulled.error().text, testing::StartsWith("Error response from daemon: "));
}

TEST_F(DockerContractTest, ImagesHaveNames) {
  const std::string other = "berth-contract-test:other-" + unique_;
  ASSERT_TRUE(run(docker_->tag_image(image_, other)).ok());
  const auto image = run(docker_->inspect_image(image_));
  ASSERT_TRUE(image.ok());
  EXPECT_THAT(image->repo_tags, Contains(other));
  EXPECT_GT(image->size_bytes, 0);
  EXPECT_TRUE(run(docker_->remove_image(other)).ok());
  EXPECT_TRUE(run(docker_->remove_image(other)).ok()) << "removing twice is no error";
  EXPECT_THAT(*run(docker_->list_images()), Contains(Field(&engine::ImageInfo::id, image->id)));
}

TEST_F(DockerContractTest, VolumesComeAndGo) {
  const engine::VolumeConfig config{"berth-contract-" + unique_, "local", {}, {{"k", "v"}}};
  const auto made = run(docker_->create_volume(config));
  ASSERT_TRUE(made.ok()) << made.error().text;
  EXPECT_FALSE(made->mountpoint.empty());
  EXPECT_TRUE(run(docker_->create_volume(config)).ok()) << "creating the same twice is no error";
  EXPECT_EQ(run(docker_->inspect_volume(config.name))->labels, config.labels);
  EXPECT_TRUE(run(docker_->remove_volume(config.name)).ok());
  EXPECT_TRUE(run(docker_->remove_volume(config.name)).ok());
  EXPECT_TRUE(run(docker_->inspect_volume(config.name)).error().missing);
}

TEST_F(DockerContractTest, TheEngineDescribesItself) {
  const auto version = run(docker_->version());
  ASSERT_TRUE(version.ok()) << version.error().text;
  EXPECT_FALSE(version->version.empty());
  const auto info = run(docker_->info());
  ASSERT_TRUE(info.ok()) << info.error().text;
  EXPECT_GT(info->cpus, 0);
  EXPECT_THAT(info->log_drivers, Contains("json-file"));
}

class CountersTest : public DockerContractTest {
 protected:
  void SetUp() override {
    DockerContractTest::SetUp();
    if (!ready_) return;
    const auto info = run(docker_->info());
    ASSERT_TRUE(info.ok()) << info.error().text;
    layout_ = host::layout_of(info->cgroup_driver, info->cgroup_version);
  }
  /// Reads the counters from the host, from Docker, and from the host again, and compares.
  void compare(const std::string& id, const std::string& parent) {
    ASSERT_TRUE(run(docker_->start(id)).ok());
    const auto info = run(docker_->inspect(id));
    ASSERT_TRUE(info.ok()) << info.error().text;
    const auto groups = files_.read("/proc/" + std::to_string(info->pid) + "/cgroup");
    if (!groups || groups->find(id) == std::string::npos)
      GTEST_SKIP() << "the engine's processes and control groups cannot be seen from here";
    host::HostCounters counters(files_, runtime_.clock(), layout_);
    const engine::CountedContainer container{id, parent, info->network_mode};
    const auto before = counters.read(container);
    const auto told = run(docker_->stats(id));
    const auto after = counters.read(container);
    ASSERT_TRUE(told.ok()) << told.error().text;
    ASSERT_TRUE(before && after);
    expect_between(*before, *told, *after);
  }
  /// Memory goes up and down: not far outside of what it was before and after.
  static void expect_near(std::uint64_t before, std::uint64_t told, std::uint64_t after) {
    constexpr std::uint64_t kDrift = 1U << 20;
    EXPECT_GE(told + kDrift, std::min(before, after));
    EXPECT_LE(told, std::max(before, after) + kDrift);
  }
  static void expect_between(const engine::ContainerStats& before, const engine::ContainerStats& told,
                             const engine::ContainerStats& after) {
    const auto rises = [](std::uint64_t a, std::uint64_t b, std::uint64_t c) { return a <= b && b <= c; };
    EXPECT_TRUE(rises(before.cpu_total_ns, told.cpu_total_ns, after.cpu_total_ns));
    EXPECT_GT(before.cpu_total_ns, 0U);
    EXPECT_EQ(before.online_cpus, told.online_cpus);
    expect_near(before.memory_usage_bytes, told.memory_usage_bytes, after.memory_usage_bytes);
    expect_near(before.memory_cache_bytes, told.memory_cache_bytes, after.memory_cache_bytes);
    EXPECT_TRUE(rises(before.storage_read_bytes.value_or(0), told.storage_read_bytes.value_or(0),
                      after.storage_read_bytes.value_or(0)));
    EXPECT_TRUE(rises(before.storage_write_bytes.value_or(0), told.storage_write_bytes.value_or(0),
                      after.storage_write_bytes.value_or(0)));
    EXPECT_LE(std::abs((told.read_at - before.read_at).count()), Duration(std::chrono::minutes(1)).count());
    ASSERT_EQ(before.network.has_value(), told.network.has_value());
    if (!told.network) return;
    EXPECT_TRUE(rises(before.network->rx_bytes, told.network->rx_bytes, after.network->rx_bytes));
    EXPECT_TRUE(rises(before.network->rx_packets, told.network->rx_packets, after.network->rx_packets));
    EXPECT_TRUE(rises(before.network->tx_bytes, told.network->tx_bytes, after.network->tx_bytes));
    EXPECT_TRUE(rises(before.network->tx_packets, told.network->tx_packets, after.network->tx_packets));
    EXPECT_TRUE(rises(before.network->rx_errors, told.network->rx_errors, after.network->rx_errors));
    EXPECT_TRUE(rises(before.network->tx_dropped, told.network->tx_dropped, after.network->tx_dropped));
  }
  host::RealControlFiles files_;
  host::Layout layout_ = host::Layout::v1;
};

TEST_F(CountersTest, TheHostShowsWhatDockerTells) {
  // It has pages in the cache, processor time and, by IPv6, packets.
  const std::string id = create(
      {"/bin/busybox", "sh", "-c", "/bin/busybox dd if=/dev/zero of=/f bs=1048576 count=4 && sleep 600"});
  compare(id, "");
}

TEST_F(CountersTest, TheHostShowsATasksGroupAndNoNetworkThatIsTheHosts) {
  if (layout_ == host::Layout::systemd) GTEST_SKIP() << "its slices need systemd";
  host::HostCgroups groups(files_, {}, layout_);
  const std::string task = "berth-contract-" + unique_;
  const auto parent = run(groups.make(task, {.cpu = 0.5, .cpu_shares = 0, .memory_mib = 64}));
  if (!parent.ok()) GTEST_SKIP() << "no control groups can be made here: " << parent.error().text;
  const std::string id = create({"/bin/busybox", "sleep", "600"},
                                JsonObject{{"CgroupParent", *parent}, {"NetworkMode", "host"}});
  compare(id, *parent);
  EXPECT_TRUE(run(docker_->remove(id, DockerRuntime::Force::yes)).ok());
  EXPECT_TRUE(run(groups.remove(task)).ok());
}

}  // namespace
}  // namespace berth::agent::drivers::docker
