// Goal: the simulated container engine behaves as a real one wherever the agent looks: one contract, two
// drivers. Method: the same calls on both. Containers are `app`, which ends with 143 on SIGTERM, `deaf`,
// which ignores it, and `fail-1`, which ends with 1 by itself after a second. The real one is skipped, saying
// why, without Docker or busybox.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "agent/drivers/docker/docker_runtime.h"
#include "agent/drivers/docker/tar_testing.h"
#include "runtime/real/io_threads.h"
#include "runtime/real/real_runtime.h"
#include "sim/cluster/sim_container_runtime.h"

namespace berth::sim {
namespace {

using agent::engine::ContainerConfig;
using agent::engine::ContainerEvent;
using agent::engine::ContainerPhase;
using agent::engine::ContainerRuntime;
using agent::engine::EventStream;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;
using Force = ContainerRuntime::Force;

constexpr std::string_view kLabel = "berth.driver-contract";

// An engine with the images of the contract.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual ContainerRuntime& driver() = 0;
  virtual void run(Async<void> work) = 0;
  virtual WallTime now() = 0;
  virtual Async<void> pass(Duration duration) = 0;
  /// What is to run one of the contract's programs.
  virtual JsonObject body_of(const std::string& program) = 0;
  template <class T>
  T get(Async<T> work) {
    std::optional<T> out;
    run(keep<T>(std::move(work), out));
    return std::move(*out);
  }

 private:
  template <class T>
  static Async<void> keep(Async<T> work, std::optional<T>& out) {
    T value = co_await std::move(work);
    out.emplace(std::move(value));
  }
};

class Simulated final : public Engine {
 public:
  Simulated()
      : node_(world_.add_node("host")), host_(world_, node_, nullptr), driver_(host_, node_.runtime()) {
    host_.images = {"app", "deaf", "fail-1"};
  }
  ContainerRuntime& driver() override { return driver_; }
  void run(Async<void> work) override { world_.run(node_, std::move(work)); }
  WallTime now() override { return node_.runtime().clock().wall(); }
  Async<void> pass(Duration duration) override { return node_.runtime().sleep(duration); }
  JsonObject body_of(const std::string& program) override { return JsonObject({{"Image", program}}); }

 private:
  runtime::SimWorld world_{1};
  runtime::SimNode& node_;
  DockerHost host_;
  SimContainerRuntime driver_;
};

class Real final : public Engine {
 public:
  Real() {
    io_.start();
    agent::drivers::docker::DockerOptions options;
    const char* host = std::getenv("DOCKER_HOST");
    if (host && *host != '\0') options.endpoint = host;
    auto made = agent::drivers::docker::DockerRuntime::make(options, io_.executor(0), runtime_);
    check(made.ok(), "a driver for Docker");
    driver_ = std::move(*made);
    const auto ping = get(driver_->ping());
    std::ifstream file("/bin/busybox", std::ios::binary);
    if (!ping.ok()) missing_ = "no Docker Engine here: " + ping.error().text;
    if (!file) missing_ = "/bin/busybox is missing";
    if (!missing_.empty()) return;
    const std::string busybox{std::istreambuf_iterator<char>(file), {}};
    const auto imported =
        get(driver_->import_image(image_, agent::drivers::docker::tar_of("bin/busybox", busybox)));
    if (!imported.ok()) missing_ = imported.error().text;
  }
  ~Real() override {
    if (missing_.empty()) static_cast<void>(get(driver_->remove_image(image_)));
    driver_.reset();
    io_.stop();
  }
  const std::string& missing() const { return missing_; }
  ContainerRuntime& driver() override { return *driver_; }
  void run(Async<void> work) override { runtime::block_on(io_.executor(0), std::move(work)); }
  WallTime now() override { return runtime_.clock().wall(); }
  Async<void> pass(Duration duration) override { return runtime_.sleep(duration); }
  JsonObject body_of(const std::string& program) override {
    std::string script = "trap 'exit 143' TERM; while :; do /bin/busybox sleep 1 & wait $!; done";
    if (program == "deaf") script = "trap '' TERM; while :; do /bin/busybox sleep 1; done";
    if (program == "fail-1") script = "/bin/busybox sleep 1; exit 1";
    const std::string image = program == "nowhere" ? "berth-nosuch:1" : image_;
    return JsonObject({{"Image", image}, {"Cmd", JsonArray({"/bin/busybox", "sh", "-c", script})}});
  }

 private:
  const std::string image_ = "berth-driver-contract:" + std::to_string(::getpid());
  runtime::IoThreads io_{1};
  runtime::RealRuntime runtime_{io_.executor(0)};
  std::unique_ptr<agent::drivers::docker::DockerRuntime> driver_;
  std::string missing_;
};

enum class Kind { simulated, real };

class DriverContract : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (GetParam() == Kind::simulated) {
      engine_ = std::make_unique<Simulated>();
      return;
    }
    auto real = std::make_unique<Real>();
    if (!real->missing().empty()) GTEST_SKIP() << real->missing();
    engine_ = std::move(real);
  }
  void TearDown() override {
    if (!engine_) return;
    const auto left = get(driver().list(label()));
    ASSERT_TRUE(left.ok()) << left.error().text;
    for (const auto& container : *left) EXPECT_TRUE(get(driver().remove(container.id, Force::yes)).ok());
  }
  ContainerRuntime& driver() { return engine_->driver(); }
  template <class T>
  T get(Async<T> work) {
    return engine_->get(std::move(work));
  }
  static std::string label() { return std::string(kLabel) + "=" + std::to_string(::getpid()); }
  std::string name(int number) const {
    return "berth-driver-contract-" + std::to_string(::getpid()) + "-" + std::to_string(number);
  }
  ContainerConfig config_of(const std::string& program, int number) {
    ContainerConfig config{name(number), engine_->body_of(program)};
    config.body["Labels"] = JsonObject({{std::string(kLabel), std::to_string(::getpid())}});
    return config;
  }
  std::string create(const std::string& program) {
    auto id = get(driver().create(config_of(program, ++count_)));
    EXPECT_TRUE(id.ok()) << id.error().text;
    return id.ok() ? *id : std::string();
  }
  bool wait_until_exited(const std::string& id) {
    for (int i = 0; i < 200; ++i) {
      if (get(driver().inspect(id))->phase == ContainerPhase::exited) return true;
      engine_->run(engine_->pass(100ms));
    }
    return false;
  }
  // The kinds of events of a container, to its end.
  std::vector<ContainerEvent::Kind> events_of(const std::string& id, WallTime since,
                                              std::int32_t& exit_code) {
    std::vector<ContainerEvent::Kind> kinds;
    auto stream = get(driver().events(since));
    EXPECT_TRUE(stream.ok());
    while (stream.ok() && (kinds.empty() || kinds.back() != ContainerEvent::Kind::destroyed)) {
      const auto event = get((*stream)->next());
      if (!event.ok()) break;
      if (event->container_id != id || event->kind == ContainerEvent::Kind::other) continue;
      kinds.push_back(event->kind);
      if (event->exit_code) exit_code = *event->exit_code;
    }
    return kinds;
  }

  std::unique_ptr<Engine> engine_;
  int count_ = 0;
};

TEST_P(DriverContract, AContainerLivesAndStopsOnAsking) {
  const WallTime begin = engine_->now();
  const std::string id = create("app");
  EXPECT_EQ(get(driver().inspect(id))->phase, ContainerPhase::created);
  ASSERT_TRUE(get(driver().start(id)).ok());
  EXPECT_TRUE(get(driver().start(id)).ok()) << "starting twice is no error";
  const auto running = get(driver().inspect(id));
  EXPECT_EQ(running->phase, ContainerPhase::running);
  EXPECT_TRUE(running->started_at);
  EXPECT_FALSE(running->finished_at);
  EXPECT_EQ(get(driver().inspect(name(1)))->id, id) << "found by its name too";
  EXPECT_EQ(get(driver().remove(id, Force::no)).error().name, "CannotRemoveContainerError");
  ASSERT_TRUE(get(driver().stop(id, 20s)).ok());
  const auto stopped = get(driver().inspect(id));
  EXPECT_EQ(stopped->phase, ContainerPhase::exited);
  EXPECT_EQ(stopped->exit_code, 143);
  EXPECT_TRUE(stopped->finished_at);
  EXPECT_TRUE(get(driver().stop(id, 1s)).ok()) << "stopping twice is no error";
  EXPECT_TRUE(get(driver().remove(id, Force::no)).ok());
  EXPECT_TRUE(get(driver().remove(id, Force::no)).ok()) << "removing twice is no error";
  EXPECT_TRUE(get(driver().inspect(id)).error().missing);
  EXPECT_TRUE(get(driver().stop(id, 1s)).ok()) << "what is gone has stopped";
  std::int32_t exit_code = 0;
  using enum ContainerEvent::Kind;
  EXPECT_THAT(events_of(id, begin, exit_code), ElementsAre(created, started, died, destroyed));
  EXPECT_EQ(exit_code, 143);
}

TEST_P(DriverContract, KillsWhatIgnoresTheSignal) {
  const std::string id = create("deaf");
  ASSERT_TRUE(get(driver().start(id)).ok());
  ASSERT_TRUE(get(driver().stop(id, 1s)).ok());
  EXPECT_EQ(get(driver().inspect(id))->phase, ContainerPhase::exited);
  EXPECT_EQ(get(driver().inspect(id))->exit_code, 137);
}

TEST_P(DriverContract, TellsHowAContainerEndedByItself) {
  const WallTime begin = engine_->now();
  const std::string id = create("fail-1");
  ASSERT_TRUE(get(driver().start(id)).ok());
  ASSERT_TRUE(wait_until_exited(id));
  EXPECT_EQ(get(driver().inspect(id))->exit_code, 1);
  EXPECT_FALSE(get(driver().inspect(id))->oom_killed);
  EXPECT_TRUE(get(driver().remove(id, Force::no)).ok());
  std::int32_t exit_code = 0;
  using enum ContainerEvent::Kind;
  EXPECT_THAT(events_of(id, begin, exit_code), ElementsAre(created, started, died, destroyed));
  EXPECT_EQ(exit_code, 1);
}

TEST_P(DriverContract, RefusesNamesThatAreTakenAndImagesThatAreNotThere) {
  create("app");
  const auto taken = get(driver().create(config_of("app", 1)));
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.error().name, "CannotCreateContainerError");
  EXPECT_THAT(taken.error().text, HasSubstr("already in use"));
  const auto nowhere = get(driver().create(config_of("nowhere", 7)));
  ASSERT_FALSE(nowhere.ok());
  EXPECT_EQ(nowhere.error().name, "CannotCreateContainerError");
  EXPECT_TRUE(nowhere.error().missing);
}

TEST_P(DriverContract, AHostPortHasOneHolder) {
  const int port = 20'000 + static_cast<int>(::getpid() % 10'000);
  const auto config = [&](int number) {
    ContainerConfig made = config_of("app", number);
    made.body["ExposedPorts"] = JsonObject({{"80/tcp", JsonObject()}});
    JsonArray bindings;
    bindings.push_back(JsonObject({{"HostPort", std::to_string(port)}}));
    made.body["HostConfig"] = JsonObject({{"PortBindings", JsonObject({{"80/tcp", std::move(bindings)}})}});
    return made;
  };
  const auto first = get(driver().create(config(1)));
  const auto second = get(driver().create(config(2)));
  ASSERT_TRUE(first.ok() && second.ok());
  ASSERT_TRUE(get(driver().start(*first)).ok());
  EXPECT_EQ(get(driver().inspect(*first))->ports.front().host_port, port);
  const auto refused = get(driver().start(*second));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().name, "CannotStartContainerError");
  EXPECT_THAT(refused.error().text, HasSubstr("port is already allocated"));
  ASSERT_TRUE(get(driver().stop(*first, 20s)).ok());
  EXPECT_TRUE(get(driver().start(*second)).ok());
}

TEST_P(DriverContract, ListsByLabelAlsoWhatHasStopped) {
  const std::string one = create("app");
  const std::string other = create("app");
  ASSERT_TRUE(get(driver().start(one)).ok());
  const auto listed = get(driver().list(label()));
  ASSERT_TRUE(listed.ok());
  EXPECT_EQ(listed->size(), 2U);
  EXPECT_EQ(get(driver().list(std::string(kLabel)))->size(), 2U);
  EXPECT_TRUE(get(driver().list(std::string(kLabel) + "=another"))->empty());
  EXPECT_TRUE(get(driver().remove(one, Force::yes)).ok()) << "also while it runs";
  EXPECT_TRUE(get(driver().inspect(one)).error().missing);
}

INSTANTIATE_TEST_SUITE_P(Drivers, DriverContract, ::testing::Values(Kind::simulated, Kind::real),
                         [](const auto& info) {
                           return std::string(info.param == Kind::simulated ? "Simulated" : "Docker");
                         });

}  // namespace
}  // namespace berth::sim
