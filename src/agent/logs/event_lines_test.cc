// Goal: lines become the events that awslogs makes of them, and go where the definition says. Method: made-up
// lines and tasks.
#include "agent/logs/event_lines.h"

#include <gtest/gtest.h>

#include "agent/logs/log_destination.h"
#include "agent/logs/log_position.h"

namespace berth::agent::logs {
namespace {

std::vector<std::string> events_of(const std::string& start, const std::vector<std::string>& lines) {
  auto maker = EventLines::make(start).value().release();
  std::unique_ptr<EventLines> owner(maker);
  std::vector<OutputEvent> events;
  for (const auto& line : lines) owner->add({5'000'000, line}, events);
  owner->finish(events);
  std::vector<std::string> texts;
  for (const auto& event : events) {
    EXPECT_EQ(event.time_ms, 5);
    texts.push_back(event.message);
  }
  return texts;
}

TEST(EventLines, EveryLineIsAnEventButEmptyOnes) {
  EXPECT_EQ(events_of("", {"a", "", "b"}), (std::vector<std::string>{"a", "b"}));
}

TEST(EventLines, AnExpressionBeginsEventsOfSeveralLines) {
  EXPECT_EQ(events_of("^INFO", {"lost", "INFO a", " at b", "", "INFO c"}),
            (std::vector<std::string>{"lost", "INFO a\n at b\n", "INFO c"}));
  EXPECT_EQ(events_of(datetime_expression("[%b %d, %Y %H:%M:%S]"), {"[May 01, 2017 19:00:01] A", "  b", "x"}),
            (std::vector<std::string>{"[May 01, 2017 19:00:01] A\n  b\nx"}));
  EXPECT_FALSE(EventLines::make("(").ok());
}

TEST(EventLines, LongEventsAreSeveralAndBytesBecomeText) {
  std::string longer(kEventBytesMax + 10, 'x');
  longer.replace(kEventBytesMax - 1, 2, "\xc3\xa4");
  const auto events = events_of("", {longer});
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].size(), kEventBytesMax - 1) << "characters stay whole";
  EXPECT_EQ(events[0] + events[1], longer);
  EXPECT_EQ(to_utf8("a\xff\xe2\x82\xac\xe2\x82"), "a\xef\xbf\xbd\xe2\x82\xac\xef\xbf\xbd\xef\xbf\xbd");
}

engine::TaskState task_with(const std::string& host_config) {
  engine::TaskState task;
  task.spec.arn = "arn:aws:ecs:us-east-1:1:task/default/abc";
  task.spec.containers.resize(1);
  task.spec.containers[0].name = "web";
  task.spec.containers[0].host_config = parse_json(host_config).value().get_object();
  task.containers.resize(1);
  task.containers[0].docker_id = "d0c";
  return task;
}

TEST(LogDestination, IsWhatTheDefinitionSays) {
  const auto find = [](const std::string& options) {
    return find_log_destination(task_with(R"({"LogConfig":{"Type":"awslogs","Config":)" + options + "}}"), 0,
                                "default", "us-east-1");
  };
  const auto to = find(
      R"({"awslogs-group":"/a","awslogs-region":"eu-west-1","awslogs-stream-prefix":"p","awslogs-create-group":"true"})");
  EXPECT_EQ(to, (LogDestination{"eu-west-1", "/a", "p/web/abc", true, ""}));
  EXPECT_EQ(find(R"({"awslogs-group":"/a"})"), (LogDestination{"us-east-1", "/a", "d0c", false, ""}));
  EXPECT_EQ(find(R"({"awslogs-group":"/a","awslogs-multiline-pattern":"^x"})")->event_start, "^x");
  EXPECT_EQ(find(R"({"awslogs-group":"/a","awslogs-datetime-format":"%Y"})")->event_start, "[0-9]{4}");
}

TEST(LogDestination, WithoutConfigurationItIsBerthsOwnGroupAndOtherDriversTakeItElsewhere) {
  EXPECT_EQ(find_log_destination(task_with("{}"), 0, "arn:aws:ecs:us-east-1:1:cluster/prod", "us-east-1"),
            (LogDestination{"us-east-1", "/berth/containers", "prod/abc/web", true, ""}));
  EXPECT_EQ(find_log_destination(task_with(R"({"LogConfig":{"Type":"syslog"}})"), 0, "c", "r"), std::nullopt);
}

TEST(OutputRecord, ReadsBackAndForgivesDamage) {
  const OutputRecord record{{1'795'227'420'062'798'018, 3}, 7, true};
  EXPECT_EQ(parse_output_record(render_output_record(record)), record);
  EXPECT_EQ(parse_output_record("x"), std::nullopt);
}

}  // namespace
}  // namespace berth::agent::logs
