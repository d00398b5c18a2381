// Goal: every command of `berth` takes what its help says, and names what is wrong with anything else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bin/berth/commands.h"

namespace berth::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

std::string outcome(const Words& words) {
  CommandLine line;
  const auto parsed = line.program.parse(words);
  return parsed ? *parsed : "mistake: " + parsed.error().message;
}

TEST(BerthCommands, EachHasARunAndAHelp) {
  for (const auto& words :
       std::vector<Words>{{"up"},
                          {"up", "--instances", "3", "--zones", "a,b,c", "--images", "busybox"},
                          {"down"},
                          {"status", "--output", "json"},
                          {"aws", "ecs", "list-tasks", "--cluster", "x"},
                          {"call", "ListTasks", "{\"cluster\": \"x\"}"},
                          {"explain", "task", "0123456789ab"},
                          {"explain", "service", "web", "--output=json"},
                          {"explain", "placement", "--task-definition", "web:3", "--count", "2",
                           "--constraint", "distinctInstance", "--strategy", "random"},
                          {"logs", "web", "--follow", "--since", "10m", "--tail", "5", "--timestamps"},
                          {"simulate", "drain", "i-0abc", "--cluster", "blue"},
                          {"simulate", "scale", "web", "10", "--runs", "3"},
                          {"simulate", "deploy", "web", "web:4"},
                          {"simulate", "lose", "a", "--instance-grace", "60s"},
                          {"simulate", "add", "2", "instances", "of", "2048x4096"},
                          {"backup", "/x"},
                          {"restore", "/x"}}) {
    CommandLine line;
    const auto parsed = line.program.parse(words);
    ASSERT_TRUE(parsed.ok()) << words.front() << ": " << parsed.error().message;
    EXPECT_EQ(*parsed, "");
    EXPECT_TRUE(line.runs.contains(&line.program.chosen())) << line.program.chosen().path();
    auto asked = words;
    asked.insert(asked.begin(), "--help");
    EXPECT_THAT(outcome(asked), StartsWith(line.program.chosen().path() + ": "));
  }
}

TEST(BerthCommands, MistakesAreNamed) {
  struct Case {
    Words words;
    std::string said;
  };
  for (const auto& one : std::vector<Case>{
           {{}, "which command? up, down, status"},
           {{"staus"}, "unknown command 'staus': did you mean 'status'?"},
           {{"explain"}, "which command? task, service, placement"},
           {{"explain", "taks", "x"}, "unknown command 'taks': did you mean 'task'?"},
           {{"explain", "task"}, "TASK is missing: berth explain task TASK [options]"},
           {{"explain", "placement"}, "--task-definition is missing"},
           {{"explain", "placement", "--task-definition", "w", "--count", "0"},
            "--count '0' must be a whole number"},
           {{"status", "--output", "yaml"}, "--output 'yaml' must be one of table, json"},
           {{"status", "now"}, "unexpected word 'now'"},
           {{"down", "--instances", "3"}, "unknown option '--instances'"},
           {{"up", "--zones", "a"}, "--zones and --images belong to --instances N"},
           {{"up", "--instances", "16"}, "--instances '16' must be a whole number from 1 to 15"},
           {{"--port", "0", "status"}, "--port '0' must be a whole number from 1 to 65535"},
           {{"--region", "../x", "up"}, "--region '../x' must be the name of a region"},
           {{"--cluster", "a b", "up"}, "--cluster 'a b' must be a cluster's name"},
           {{"call", "ListTasks", "[]"}, "REQUEST '[]' must be a JSON object"},
           {{"simulate", "scale", "web", "many"}, "N 'many' must be a whole number from 0 to 5000"},
           {{"simulate", "add", "2", "boxes"}, "instances 'boxes' must be one of instances, instance"},
           {{"simulate", "add", "2", "instances", "of", "2048"},
            "CPUxMEMORY '2048' must be CPU units and MiB"},
           {{"simulate", "drain", "a", "--runs", "0"}, "--runs '0'"},
           {{"simulate", "drain", "a", "--state", "/nonexistent"}, "--state '/nonexistent' cannot be read"},
           {{"backup"}, "FILE is missing"},
           {{"backup", "a", "b"}, "unexpected word 'b'"}})
    EXPECT_THAT(outcome(one.words), HasSubstr("mistake: " + one.said));
}

TEST(BerthCommands, TheDefaultPortIsBelowTheEphemeralOnes) {
  CommandLine line;
  EXPECT_EQ(line.installation.port, 5167);
}

}  // namespace
}  // namespace berth::cli
