// Goal: the agent's log says what, when and how bad, in one line each; ECS_LOGFILE rolls and stays bounded.
// Method: messages with chosen times go through formatter and file in a temporary folder.
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "agent/logging/agent_log.h"
#include "agent/logging/line_format.h"
#include "agent/logging/rolling_file.h"
#include "base/json.h"

namespace berth::agent::logging {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::system_clock;

constexpr std::int64_t kMidnight = 1'795'219'200;  // 2026-11-21T00:00:00Z

Clock::time_point at(std::int64_t seconds) {
  return Clock::time_point(std::chrono::seconds(kMidnight + seconds));
}

std::string rendered(LineFormat format, spdlog::level::level_enum level, std::string_view text) {
  LineFormatter formatter(format);
  spdlog::memory_buf_t buffer;
  const spdlog::details::log_msg message(at(1), {}, "agent", level, {text.data(), text.size()});
  formatter.format(message, buffer);
  return {buffer.data(), buffer.size()};
}

std::string read(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

class LogFolder : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) / (std::string("berth-log-") + test->name());
    fs::remove_all(folder_);
  }
  void TearDown() override {
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("none"));
    fs::remove_all(folder_);
  }
  std::set<std::string> names() const {
    std::set<std::string> all;
    for (const auto& entry : fs::directory_iterator(folder_)) all.insert(entry.path().filename().string());
    return all;
  }
  void write(RollingFile& file, std::int64_t seconds, const std::string& text) {
    file.log(spdlog::details::log_msg(at(seconds), {}, "agent", spdlog::level::info, text));
    file.flush();
  }
  fs::path folder_;
};

TEST(LineFormat, IsLogfmt) {
  EXPECT_EQ(rendered(LineFormat::logfmt, spdlog::level::info, "agent: registered as x"),
            "level=info time=2026-11-21T00:00:01Z msg=\"registered as x\" module=agent\n");
  EXPECT_EQ(rendered(LineFormat::logfmt, spdlog::level::err, "No such image: x"),
            "level=error time=2026-11-21T00:00:01Z msg=\"No such image: x\"\n");
}

TEST(LineFormat, StaysOnOneLineWhateverTheMessage) {
  EXPECT_EQ(rendered(LineFormat::logfmt, spdlog::level::warn, "a \"b\"\nlevel=info"),
            "level=warn time=2026-11-21T00:00:01Z msg=\"a \\\"b\\\"\\nlevel=info\"\n");
}

// The lines of the developer guide of 2015 (p.119), without the stacks of the program that it shows.
TEST(LineFormat, IsTheGuidesToTheLetter) {
  const auto line = [](spdlog::level::level_enum level, std::string_view text) {
    return rendered(LineFormat::guide_2015, level, text);
  };
  EXPECT_EQ(line(spdlog::level::info, "main: Starting Agent"),
            "t=2026-11-21T00:00:01+0000 lvl=info msg=\"Starting Agent\" module=main\n");
  EXPECT_EQ(line(spdlog::level::info, "api client: Registered!"),
            "t=2026-11-21T00:00:01+0000 lvl=info msg=Registered! module=\"api client\"\n");
  EXPECT_EQ(line(spdlog::level::info,
                 "main: Registration completed successfully containerInstance=arn:aws:x cluster=default"),
            "t=2026-11-21T00:00:01+0000 lvl=info msg=\"Registration completed successfully\" module=main "
            "containerInstance=arn:aws:x cluster=default\n");
  EXPECT_EQ(line(spdlog::level::debug, "updater: Added update handlers"),
            "t=2026-11-21T00:00:01+0000 lvl=dbug msg=\"Added update handlers\" module=updater\n");
  EXPECT_EQ(line(spdlog::level::err, "agent: no \"x\"\ny"),
            "t=2026-11-21T00:00:01+0000 lvl=eror msg=\"no \\\"x\\\"\\ny\" module=agent\n");
  EXPECT_TRUE(line(spdlog::level::critical, "x").starts_with("t=2026-11-21T00:00:01+0000 lvl=crit msg=x\n"));
  EXPECT_TRUE(line(spdlog::level::warn, "agent: a=b").ends_with("lvl=warn msg=\"a=b\" module=agent\n"));
}

TEST(LineFormat, OnlyOurOwnMembersAreSplitOff) {
  EXPECT_EQ(
      rendered(LineFormat::logfmt, spdlog::level::info, "main: Registered containerInstance=a cluster=b"),
      "level=info time=2026-11-21T00:00:01Z msg=\"Registered\" module=main containerInstance=a cluster=b\n");
  EXPECT_EQ(rendered(LineFormat::logfmt, spdlog::level::info, "agent: said level=info module=main"),
            "level=info time=2026-11-21T00:00:01Z msg=\"said level=info module=main\" module=agent\n");
  const auto parsed = parse_json(rendered(LineFormat::json, spdlog::level::info, "main: on cluster=b"));
  EXPECT_EQ(parsed->at("cluster").as_string(), "b");
}

TEST(LineFormat, IsJson) {
  const auto parsed = parse_json(rendered(LineFormat::json, spdlog::level::critical, "agent: a\n\"b\""));
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->at("level").as_string(), "critical");
  EXPECT_EQ(parsed->at("msg").as_string(), "a\n\"b\"");
  EXPECT_EQ(parsed->at("module").as_string(), "agent");
}

TEST_F(LogFolder, RollsByTheHourAndKeepsTheNewest) {
  RollingFile file((folder_ / "ecs-agent.log").string(), {true, 0, 2});
  for (int hour = 0; hour < 5; ++hour) {
    write(file, hour * 3600 + 1, "first");
    write(file, hour * 3600 + 3599, "last");
  }
  EXPECT_EQ(names(), (std::set<std::string>{"ecs-agent.log", "ecs-agent.log.2026-11-21-02",
                                            "ecs-agent.log.2026-11-21-03"}));
  EXPECT_NE(read(folder_ / "ecs-agent.log.2026-11-21-03").find("last"), std::string::npos);
}

TEST_F(LogFolder, RollsBySizeWithinTheHour) {
  RollingFile file((folder_ / "ecs-agent.log").string(), {false, 200, 3});
  for (int i = 0; i < 20; ++i) write(file, i, std::string(80, 'x'));
  EXPECT_EQ(names().size(), 4U);
  for (const auto& name : names()) EXPECT_LE(fs::file_size(folder_ / name), 200U) << name;
}

TEST_F(LogFolder, GoesOnWithAFileOfBefore) {
  fs::create_directories(folder_);
  std::ofstream(folder_ / "ecs-agent.log") << "of the agent before\n";
  RollingFile file((folder_ / "ecs-agent.log").string(), {false, 1000, 3});
  write(file, 0, "now");
  EXPECT_TRUE(read(folder_ / "ecs-agent.log").starts_with("of the agent before\n"));
}

TEST_F(LogFolder, LosesLinesRatherThanTheAgentWhenItCannotWrite) {
  fs::create_directories(folder_ / "ecs-agent.log");
  RollingFile file((folder_ / "ecs-agent.log").string(), {true, 0, 3});
  write(file, 0, "nowhere to go");
  SUCCEED();
}

TEST_F(LogFolder, TheFileHasEverythingWhateverTheLevel) {
  config::LogConfig config;
  config.level = "crit";
  config.file = (folder_ / "ecs-agent.log").string();
  configure_agent_log(config);
  spdlog::debug("agent: a detail");
  EXPECT_NE(read(config.file).find("level=debug"), std::string::npos);
  config.level_on_instance = "error";
  config.file = (folder_ / "other.log").string();
  configure_agent_log(config);
  spdlog::warn("agent: a warning");
  EXPECT_EQ(read(config.file), "");
}

}  // namespace
}  // namespace berth::agent::logging
