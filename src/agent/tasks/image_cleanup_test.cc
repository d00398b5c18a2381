// Goal: a cycle removes what this agent pulled and nobody needs, oldest use first, and nothing else ever.
// Method: lists of images as the container engine gives them, and what is to go.
#include "agent/tasks/image_cleanup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::agent::tasks {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr WallTime kNow{1'000'000'000};

WallTime ago(Duration time) {
  return WallTime{kNow.ms - std::chrono::duration_cast<std::chrono::milliseconds>(time).count()};
}

class ImageCleanupTest : public testing::Test {
 protected:
  ImageCleanupTest() { facts_.now = kNow; }
  void add(const std::string& name, Duration pulled, Duration used) {
    engine::ImageInfo image;
    image.id = "id-" + name;
    image.repo_tags = {name + ":latest"};
    facts_.images.push_back(image);
    pulled_[image.id] = {{name}, ago(pulled), ago(used)};
  }
  std::vector<std::string> plan() {
    std::vector<std::string> ids;
    for (const auto& removal : plan_image_cleanup(pulled_, facts_, settings_)) ids.push_back(removal.id);
    return ids;
  }
  PulledImages pulled_;
  CleanupFacts facts_;
  CleanupSettings settings_;
};

TEST_F(ImageCleanupTest, LeastRecentlyUsedFirstAndSoManyAtATime) {
  add("a", 3h, 1h);
  add("b", 3h, 3h);
  add("c", 3h, 2h);
  settings_.per_cycle = 2;
  EXPECT_THAT(plan(), ElementsAre("id-b", "id-c"));
}

TEST_F(ImageCleanupTest, YoungUsedAndExcludedImagesStay) {
  add("young", 59min, 59min);
  add("running", 3h, 3h);
  add("wanted", 3h, 3h);
  add("excluded", 3h, 3h);
  add("old", 61min, 61min);
  facts_.used_ids = {"id-running"};
  facts_.used_names = {"wanted"};
  settings_.excluded = {"excluded:latest"};
  EXPECT_THAT(plan(), ElementsAre("id-old"));
}

TEST_F(ImageCleanupTest, ImagesThatAreNotOursAreNeverTouched) {
  add("ours", 3h, 3h);
  engine::ImageInfo foreign;
  foreign.id = "id-foreign";
  foreign.repo_tags = {"foreign:latest"};
  facts_.images.push_back(foreign);
  facts_.images[0].repo_tags.push_back("theirs:1");  // somebody else's name for our image
  const auto removals = plan_image_cleanup(pulled_, facts_, settings_);
  EXPECT_THAT(removals, ElementsAre(ImageRemoval{"id-ours", {"ours:latest"}}));
  pulled_.clear();
  EXPECT_THAT(plan(), IsEmpty());
}

TEST_F(ImageCleanupTest, UntrackedImagesGoOnlyWhenAskedSmallestFirst) {
  const auto foreign = [&](const std::string& name, std::int64_t size, Duration age) {
    engine::ImageInfo image;
    image.id = "id-" + name;
    image.repo_tags = {name + ":latest"};
    image.size_bytes = size;
    image.created_at = ago(age);
    facts_.images.push_back(image);
  };
  add("ours", 3h, 3h);
  foreign("big", 300, 3h);
  foreign("small", 100, 3h);
  foreign("young", 10, 30min);
  foreign("running", 10, 3h);
  foreign("wanted", 10, 3h);
  foreign("excluded", 10, 3h);
  facts_.used_ids = {"id-running"};
  facts_.used_names = {"wanted"};
  settings_.excluded = {"excluded"};
  const auto untracked = [&](std::size_t ours) {
    std::vector<std::string> ids;
    for (const auto& removal : plan_untracked_cleanup(pulled_, facts_, settings_, ours))
      ids.push_back(removal.id);
    return ids;
  };
  EXPECT_THAT(untracked(0), IsEmpty());
  settings_.untracked = true;
  EXPECT_THAT(untracked(0), ElementsAre("id-small", "id-big"));
  EXPECT_THAT(untracked(4), ElementsAre("id-small"));
  EXPECT_THAT(plan(), ElementsAre("id-ours"));
}

TEST_F(ImageCleanupTest, UntrackedContainersAreThoseThatEndedAndAreOfNoTask) {
  std::vector<engine::ContainerSummary> containers(4);
  containers[0].id = "ended";
  containers[0].phase = engine::ContainerPhase::exited;
  containers[1].id = "runs";
  containers[1].phase = engine::ContainerPhase::running;
  containers[2].id = "of-a-task";
  containers[2].phase = engine::ContainerPhase::exited;
  containers[2].labels = {{"com.amazonaws.ecs.task-arn", "arn:t"}};
  containers[3].id = "made-only";
  EXPECT_THAT(plan_untracked_containers(containers, settings_), IsEmpty());
  settings_.untracked = true;
  EXPECT_THAT(plan_untracked_containers(containers, settings_), ElementsAre("ended"));
}

TEST_F(ImageCleanupTest, NamesAsDockerWritesThem) {
  add("docker.io/library/a", 3h, 3h);
  facts_.images[0].repo_tags = {"a:latest"};
  add("localhost:5000/b", 3h, 2h);
  add("c@sha256:1", 3h, 1h);
  facts_.images[2].repo_tags.clear();
  facts_.images[2].repo_digests = {"c@sha256:1"};
  EXPECT_THAT(plan(), ElementsAre("id-docker.io/library/a", "id-localhost:5000/b", "id-c@sha256:1"));
}

TEST_F(ImageCleanupTest, ANameThatMovedOnLeavesItsOldImageBehind) {
  add("a", 3h, 3h);
  facts_.images[0].repo_tags.clear();
  note_image(pulled_, "id-new", "a", true, kNow);
  EXPECT_TRUE(pulled_["id-a"].names.empty());
  const auto removals = plan_image_cleanup(pulled_, facts_, settings_);
  EXPECT_THAT(removals, ElementsAre(ImageRemoval{"id-a", {"id-a"}}));
}

TEST_F(ImageCleanupTest, UseOfAnImageThatWasHereAlreadyDoesNotMakeItOurs) {
  note_image(pulled_, "id-foreign", "foreign", false, kNow);
  EXPECT_TRUE(pulled_.empty());
  note_image(pulled_, "id-ours", "ours", true, ago(3h));
  note_image(pulled_, "id-ours", "ours", false, kNow);
  EXPECT_EQ(pulled_["id-ours"].pulled_at, ago(3h));
  EXPECT_EQ(pulled_["id-ours"].used_at, kNow);
  EXPECT_TRUE(forget_missing(pulled_, {}));
  EXPECT_FALSE(forget_missing(pulled_, {}));
}

TEST_F(ImageCleanupTest, TheListSurvivesItsSavedForm) {
  add("a", 3h, 2h);
  const auto back = pulled_images_from_json(parse_json(render_json(to_json(pulled_))).value());
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, pulled_);
  EXPECT_FALSE(pulled_images_from_json(parse_json(R"({"x":1})").value()).ok());
  EXPECT_FALSE(pulled_images_from_json(parse_json("[]").value()).ok());
}

}  // namespace
}  // namespace berth::agent::tasks
