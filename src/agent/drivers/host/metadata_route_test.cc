// Goal: containers are led to the task server, other machines are not; repeating it changes nothing.
// Method: a table of rules in place of iptables.
#include "agent/drivers/host/metadata_route.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "runtime/sim/sim_world.h"

namespace berth::agent::drivers::host {
namespace {

using testing::HasSubstr;

class OneFile final : public ControlFiles {
 public:
  bool exists(const std::string&) override { return true; }
  Result<std::string> read(const std::string&) override { return text; }
  Result<std::string> read_link(const std::string& path) override { return not_found(path); }
  Result<void> write(const std::string& path, std::string_view given) override {
    if (read_only) return internal_error("cannot open " + path + ": Read-only file system");
    text = given;
    return {};
  }
  Result<void> make_folder(const std::string&) override { return {}; }
  Result<void> remove_folder(const std::string&) override { return {}; }
  std::string text;
  bool read_only = false;
};

class MetadataRouteTest : public testing::Test {
 protected:
  /// iptables: -C fails when the rule is missing, -D too.
  Async<Result<void>> act(std::vector<std::string> argv) {
    std::string rule;
    for (std::size_t i = 6; i < argv.size(); ++i) rule += argv[i] + " ";
    rule += argv[4];
    const auto found = std::find(rules_.begin(), rules_.end(), rule);
    if (argv[5] == "-I") {
      if (forbidden_) co_return internal_error("Permission denied (you must be root)");
      rules_.push_back(rule);
    } else if (found == rules_.end()) {
      co_return internal_error("Bad rule (does a matching rule exist in that chain?).");
    } else if (argv[5] == "-D") {
      rules_.erase(found);
    }
    co_return Result<void>();
  }
  runtime::SimWorld world_{1};
  runtime::SimNode& node_ = world_.add_node("host");
  OneFile file_;
  std::vector<std::string> rules_;
  bool forbidden_ = false;
  MetadataRoute route_{file_, [this](std::vector<std::string> argv) { return act(std::move(argv)); }, 51679};
};

TEST_F(MetadataRouteTest, IsInstalledOnceAndRemoved) {
  EXPECT_TRUE(world_.run(node_, route_.install()).ok());
  EXPECT_TRUE(world_.run(node_, route_.install()).ok());
  ASSERT_EQ(rules_.size(), 3U);
  EXPECT_EQ(file_.text, "1\n");
  EXPECT_THAT(rules_[0], HasSubstr("INPUT"));  // the guard comes before the door
  EXPECT_THAT(
      rules_[2],
      HasSubstr("PREROUTING -p tcp -d 169.254.170.2 --dport 80 -j DNAT --to-destination 127.0.0.1:51679"));
  world_.run(node_, route_.remove());
  EXPECT_TRUE(rules_.empty());
  world_.run(node_, route_.remove());
}

TEST_F(MetadataRouteTest, AHostThatForbidsItSaysSo) {
  forbidden_ = true;
  EXPECT_THAT(world_.run(node_, route_.install()).error().message, HasSubstr("must be root"));
  file_.read_only = true;
  EXPECT_THAT(world_.run(node_, route_.install()).error().message, HasSubstr("Read-only"));
}

}  // namespace
}  // namespace berth::agent::drivers::host
