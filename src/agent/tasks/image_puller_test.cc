// Goal: each pull behaviour does what its name says; a registry that cannot be reached costs at most two
// seconds, once a
//       minute; containers share pulls.
// Method: a pretended engine and registry on virtual time.
#include "agent/tasks/image_puller.h"

#include <gtest/gtest.h>

#include "agent/tasks/pretended_containers_testing.h"
#include "runtime/sim/sim_world.h"

namespace berth::agent::tasks {
namespace {

using namespace std::chrono_literals;
using config::PullBehavior;

class ImagePullerTest : public testing::Test {
 protected:
  void use(PullBehavior behavior) {
    puller_ = std::make_unique<ImagePuller>(containers_, node_.runtime(), behavior, nullptr);
  }
  void TearDown() override {
    puller_->cancel();
    world_.run(node_, puller_->drain());
  }
  struct Fetched {
    bool ok;
    Duration took;
    std::string error;
  };
  Fetched fetch(const std::string& image = "busybox") {
    const MonotonicTime start = world_.now();
    auto result = world_.run(node_, puller_->fetch(image, std::make_shared<PullTicket>()));
    return {result.ok(), world_.now() - start, result.ok() ? "" : result.error().text};
  }

  Async<void> heal(Duration after) {
    co_await node_.runtime().sleep(after);
    host_.registry = Registry::answers;
  }

  runtime::SimWorld world_{1};
  runtime::SimNode& node_ = world_.add_node("host");
  PretendedHost host_;
  PretendedContainers containers_{host_, node_.runtime()};
  std::unique_ptr<ImagePuller> puller_;
};

TEST_F(ImagePullerTest, DefaultPullsEvenWhatIsHere) {
  use(PullBehavior::default_);
  host_.images = {"busybox"};
  const Fetched fetched = fetch();
  EXPECT_TRUE(fetched.ok);
  EXPECT_GE(fetched.took, 5s);  // it waits for a registry that answers
  EXPECT_EQ(host_.pulls, 1);
}

TEST_F(ImagePullerTest, SilentRegistryCostsTwoSecondsOnceAMinute) {
  use(PullBehavior::default_);
  host_.images = {"busybox", "other"};
  host_.registry = Registry::silent;
  const Fetched first = fetch();
  EXPECT_TRUE(first.ok);
  EXPECT_GE(first.took, 2s);
  EXPECT_LE(first.took, 2100ms);
  EXPECT_LE(fetch().took, 1ms);
  EXPECT_LE(fetch("other").took, 1ms);
  EXPECT_EQ(host_.pulls, 1);
  world_.run_for(61s);
  EXPECT_EQ(host_.pulls_given_up, 1);
  EXPECT_GE(fetch().took, 2s);
  EXPECT_EQ(host_.pulls, 2);
}

TEST_F(ImagePullerTest, RefusingRegistryIsRememberedToo) {
  use(PullBehavior::default_);
  host_.images = {"busybox"};
  host_.registry = Registry::refuses;
  EXPECT_TRUE(fetch().ok);
  EXPECT_TRUE(fetch().ok);
  EXPECT_EQ(host_.pulls, 1);
  EXPECT_TRUE(fetch("localhost:5000/x").ok == false);  // another registry, and nothing is here
  EXPECT_EQ(host_.pulls, 1 + kPullTriesMax);
}

TEST_F(ImagePullerTest, PassingFailuresAreTriedAgainFinalOnesAreNot) {
  use(PullBehavior::always);
  host_.registry = Registry::refuses;
  runtime::TaskGroup healing(node_.executor());
  healing.spawn(heal(3s));
  EXPECT_TRUE(fetch("other").ok);
  EXPECT_EQ(host_.pulls, 4);  // at 0, 1.1, 2.75 and 5.2 s
  world_.run(node_, healing.drain());
  host_.registry = Registry::lacks_image;
  EXPECT_FALSE(fetch("third").ok);
  EXPECT_EQ(host_.pulls, 5);
}

TEST_F(ImagePullerTest, DefaultUsesWhatIsHereWhenTheRegistryLacksIt) {
  use(PullBehavior::default_);
  host_.registry = Registry::lacks_image;
  EXPECT_EQ(fetch().error, "image busybox not found");
  host_.images = {"busybox"};
  EXPECT_TRUE(fetch().ok);
  EXPECT_TRUE(fetch().ok);
  EXPECT_EQ(host_.pulls, 3);  // such a registry is asked again
}

TEST_F(ImagePullerTest, AlwaysFailsWithTheRegistry) {
  use(PullBehavior::always);
  host_.images = {"busybox"};
  host_.registry = Registry::refuses;
  EXPECT_FALSE(fetch().ok);
}

TEST_F(ImagePullerTest, OncePullsOnce) {
  use(PullBehavior::once);
  host_.images = {"busybox"};
  EXPECT_TRUE(fetch().ok);
  EXPECT_TRUE(fetch().ok);
  EXPECT_EQ(host_.pulls, 1);
  host_.images.clear();
  EXPECT_TRUE(fetch().ok);
  EXPECT_EQ(host_.pulls, 2);
}

TEST_F(ImagePullerTest, PreferCachedPullsWhatIsNotHere) {
  use(PullBehavior::prefer_cached);
  host_.images = {"busybox"};
  EXPECT_TRUE(fetch().ok);
  EXPECT_EQ(host_.pulls, 0);
  EXPECT_TRUE(fetch("new").ok);
  EXPECT_EQ(host_.pulls, 1);
}

Async<void> fetch_into(ImagePuller& puller, std::shared_ptr<PullTicket> ticket, int& done) {
  auto fetched = co_await puller.fetch("busybox", ticket);
  done += fetched.ok() ? 1 : 0;
}

TEST_F(ImagePullerTest, PullsAreSharedAndGivenUpWhenNobodyWaits) {
  use(PullBehavior::default_);
  runtime::TaskGroup group(node_.executor());
  int done = 0;
  for (int i = 0; i < 10; ++i) group.spawn(fetch_into(*puller_, std::make_shared<PullTicket>(), done));
  world_.run_for(10s);
  EXPECT_EQ(done, 10);
  EXPECT_EQ(host_.pulls, 1);

  host_.images.clear();
  auto one = std::make_shared<PullTicket>();
  auto two = std::make_shared<PullTicket>();
  group.spawn(fetch_into(*puller_, one, done));
  group.spawn(fetch_into(*puller_, two, done));
  world_.run_for(1s);
  one->abandon();
  world_.run_for(1s);
  EXPECT_TRUE(puller_->busy());
  two->abandon();
  world_.run_for(1s);
  EXPECT_FALSE(puller_->busy());
  EXPECT_EQ(host_.pulls_given_up, 1);
  EXPECT_EQ(done, 10);
  EXPECT_EQ(group.size(), 0U);
}

TEST_F(ImagePullerTest, AnEngineThatKeepsSilentSaysNothingAboutItsImages) {
  for (const auto behavior : {PullBehavior::default_, PullBehavior::once, PullBehavior::prefer_cached}) {
    if (puller_) TearDown();
    use(behavior);
    host_.images = {"busybox"};
    host_.registry = behavior == PullBehavior::once ? Registry::answers : Registry::refuses;
    host_.hung_until = world_.now() + 40s;
    const Fetched fetched = fetch();
    EXPECT_TRUE(fetched.ok) << fetched.error;
    EXPECT_GE(fetched.took, 40s);
  }
}

TEST_F(ImagePullerTest, ASilentEngineIsNotWaitedForByWhoIsToStop) {
  use(PullBehavior::default_);
  host_.hung_until = world_.now() + 1h;
  auto ticket = std::make_shared<PullTicket>();
  runtime::TaskGroup group(node_.executor());
  int done = 0;
  group.spawn(fetch_into(*puller_, ticket, done));
  world_.run_for(45s);
  EXPECT_EQ(group.size(), 1U);
  ticket->abandon();
  world_.run_for(31s);
  EXPECT_EQ(group.size(), 0U);
}

TEST(RegistryOf, Names) {
  EXPECT_EQ(registry_of("busybox"), "docker.io");
  EXPECT_EQ(registry_of("library/busybox:1"), "docker.io");
  EXPECT_EQ(registry_of("localhost/x"), "localhost");
  EXPECT_EQ(registry_of("reg.example/a/b"), "reg.example");
  EXPECT_EQ(registry_of("reg:5000/a"), "reg:5000");
}

}  // namespace
}  // namespace berth::agent::tasks
