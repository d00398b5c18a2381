// Goal: the operator's file says which keys a role has, by ARN or name, and what it says now counts.
// Method: a pretended disk and clock.
#include "bin/berthd/task_role_file.h"

#include <gtest/gtest.h>

#include "bin/berthd/task_role_text.h"

namespace berth::berthd {
namespace {

using namespace std::chrono_literals;

class OneFile final : public runtime::Files {
 public:
  Result<std::string> read(const std::string&, std::size_t) override {
    if (!text) return not_found("no such file");
    return *text;
  }
  Result<void> write_atomically(const std::string&, std::string_view, unsigned) override { return {}; }
  Result<void> make_directories(const std::string&, unsigned) override { return {}; }
  Result<void> remove(const std::string&) override { return {}; }
  Result<std::vector<std::string>> list(const std::string&) override { return std::vector<std::string>(); }
  std::optional<std::string> text;
};

class HandClock final : public runtime::Clock {
 public:
  MonotonicTime monotonic() const override { return now; }
  WallTime wall() const override { return {1}; }
  MonotonicTime now{1};
};

class TaskRoles : public ::testing::Test {
 protected:
  void write(const std::string& text) {
    files_.text = text;
    clock_.now = clock_.now + 11s;
  }
  std::string key_of(std::string_view role) {
    const auto keys = file_.find(role);
    return keys ? keys->access_key_id : "none";
  }

  OneFile files_;
  HandClock clock_;
  TaskRoleFile file_{files_, clock_, "/roles", "secret"};
};

constexpr const char* kWeb = "arn:aws:iam::123456789012:role/web";

TEST_F(TaskRoles, AreFoundByArnAndByName) {
  write(
      "# keys\n[arn:aws:iam::123456789012:role/web]\naws_access_key_id = A1\naws_secret_access_key=S1\n"
      "aws_session_token = T=1\n\n[ job ]\naws_access_key_id = A2\naws_secret_access_key = S2\n");
  const auto web = file_.find(kWeb);
  ASSERT_TRUE(web.has_value());
  EXPECT_EQ(*web, (domain::RoleKeys{"A1", "S1", "T=1"}));
  EXPECT_EQ(key_of("job"), "A2");
  EXPECT_EQ(key_of("arn:aws:iam::123456789012:role/path/job"), "A2");
  EXPECT_EQ(key_of("arn:aws:iam::123456789012:role/other"), "none");
}

TEST_F(TaskRoles, AProfileWithHalfAKeyIsNone) {
  write("[web]\naws_access_key_id = A1\n");
  EXPECT_EQ(key_of(kWeb), "none");
}

TEST(TaskRoleText, MistakesAreNamedByTheirLineAndTakeNothingElseAlong) {
  const auto read = parse_task_roles(
      "aws_access_key_id = A0\n[web\naws_access_key_id = A1\n[job]\nregion = eu-west-1\nwords\n"
      "aws_access_key_id = A2\r\naws_secret_access_key = S2\n[half]\naws_access_key_id = A3");
  ASSERT_EQ(read.roles.size(), 1U);
  EXPECT_EQ(read.roles.at("job"), (domain::RoleKeys{"A2", "S2", ""}));
  EXPECT_EQ(read.mistakes, (std::vector<std::string>{
                               "line 1: stands under no [ROLE]", "line 2: a role is written [ARN] or [NAME]",
                               "line 3: stands under no [ROLE]", "line 6: neither [ROLE] nor NAME = VALUE",
                               "[half] has no aws_access_key_id or no aws_secret_access_key"}));
}

TEST_F(TaskRoles, WhatIsChangedCountsAndALostFileTakesNothingAway) {
  EXPECT_EQ(key_of(kWeb), "none");
  write("[web]\naws_access_key_id = A1\naws_secret_access_key = S1\n");
  EXPECT_EQ(key_of(kWeb), "A1");
  write("[web]\naws_access_key_id = A2\naws_secret_access_key = S2\n");
  EXPECT_EQ(key_of(kWeb), "A2");
  files_.text.reset();
  clock_.now = clock_.now + 1h;
  EXPECT_EQ(key_of(kWeb), "A2");
}

TEST_F(TaskRoles, IdsStayAndDifferByTaskKindAndSecret) {
  const std::string id = file_.credentials_id("arn:t1", "TaskApplication");
  EXPECT_EQ(id.size(), 36U);
  EXPECT_EQ(file_.credentials_id("arn:t1", "TaskApplication"), id);
  EXPECT_NE(file_.credentials_id("arn:t2", "TaskApplication"), id);
  EXPECT_NE(file_.credentials_id("arn:t1", "TaskExecution"), id);
  const TaskRoleFile other(files_, clock_, "/roles", "another");
  EXPECT_NE(other.credentials_id("arn:t1", "TaskApplication"), id);
}

}  // namespace
}  // namespace berth::berthd
