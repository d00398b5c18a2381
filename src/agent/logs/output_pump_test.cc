// Goal: every line arrives once and in order, whatever breaks: answers that are lost, a control plane that is
// away, an agent that is killed, a local log that forgets. Method: a pretended engine and control plane on
// virtual time, over many seeds.
#include "agent/logs/output_pump.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/sim/sim_world.h"
#include "runtime/task_group.h"

namespace berth::agent::logs {
namespace {

using namespace std::chrono_literals;
using engine::OutputLine;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Lines = std::optional<std::vector<OutputLine>>;

// A container that may still write, and its local log.
class PretendedOutput final : public engine::ContainerLogs {
 public:
  explicit PretendedOutput(runtime::Runtime& runtime) : runtime_(runtime) {}
  Async<engine::DriverResult<std::unique_ptr<engine::OutputStream>>> follow_output(std::string,
                                                                                   std::int64_t since,
                                                                                   bool) override {
    ++opened;
    std::unique_ptr<engine::OutputStream> stream = std::make_unique<Stream>(*this, since);
    co_return std::move(stream);
  }
  std::vector<OutputLine> lines;
  bool stopped = false;
  int opened = 0;

 private:
  class Stream final : public engine::OutputStream {
   public:
    Stream(PretendedOutput& of, std::int64_t since) : of_(of), since_(since) {}
    Async<Result<Lines>> next() override {
      for (;;) {
        std::vector<OutputLine> some;
        for (; at_ < of_.lines.size() && some.size() < 3; ++at_)
          if (of_.lines[at_].time_ns >= since_) some.push_back(of_.lines[at_]);
        if (!some.empty()) co_return Lines(std::move(some));
        if (of_.stopped) co_return Lines();
        co_await of_.runtime_.sleep(10ms);
      }
    }

   private:
    PretendedOutput& of_;
    std::int64_t since_;
    std::size_t at_ = 0;
  };
  runtime::Runtime& runtime_;
};

// CloudWatch Logs as the pump needs it: a repeated batch is stored once.
class PretendedPlane final : public runtime::HttpCaller {
 public:
  explicit PretendedPlane(runtime::Runtime& runtime) : runtime_(runtime) {}
  Async<Result<runtime::HttpResponse>> call(runtime::HttpRequest request, Duration) override {
    co_await runtime_.sleep(5ms);
    if (away) co_return unavailable("nobody is there");
    const auto target = runtime::find_header(request.headers, "X-Amz-Target");
    const std::string operation(target.substr(target.find('.') + 1));
    const auto answer = answer_to(operation, request.body);
    if (lose_answers && prng.chance(1, 3)) co_return unavailable("the answer was lost");
    co_return answer;
  }
  std::vector<std::string> stored;
  bool away = false, lose_answers = false, group = true, stream = false;
  Prng prng{1};

 private:
  runtime::HttpResponse answer_to(const std::string& operation, const std::string& body) {
    runtime::HttpResponse response;
    response.status = 200;
    response.body = "{}";
    if (operation == "CreateLogGroup") group = true;
    if (operation == "CreateLogStream") stream = group;
    if (operation != "PutLogEvents") return response;
    if (!stream) {
      response.status = 400;
      response.body =
          R"({"__type":"ResourceNotFoundException","message":"The specified log stream does not exist."})";
      return response;
    }
    if (body == last_) return response;
    const auto json = parse_json(body).value();
    std::size_t bytes = 0;
    for (const auto& event : json.at("logEvents").as_array())
      bytes += event.as_object().at("message").as_string().size() + kEventOverhead;
    if (bytes > kCallBytesMax) {
      response.status = 400;
      response.body = R"({"__type":"InvalidParameterException","message":"Upload too large."})";
      return response;
    }
    last_ = body;
    for (const auto& event : json.at("logEvents").as_array())
      stored.emplace_back(event.as_object().at("message").as_string());
    return response;
  }
  runtime::Runtime& runtime_;
  std::string last_;
};

class OutputPumpTest : public ::testing::Test {
 protected:
  OutputPumpTest() {
    check(node_.files().make_directories("/logs", 0700).ok(), "a fresh disk takes a folder");
  }
  void TearDown() override { end(); }

  void begin(bool create_group = false, const std::string& event_start = "") {
    PumpSettings settings;
    settings.to = {"r", "/app", "s", create_group, event_start};
    settings.container_id = "0123456789abcdef";
    settings.record_path = "/logs/c";
    settings.has_stopped = [this] { return output_.stopped; };
    pump_ = std::make_unique<OutputPump>(PumpDeps{api_, output_, node_.runtime(), node_.files()},
                                         std::move(settings));
    group_.emplace(node_.executor());
    group_->spawn(pump_->run());
  }
  // As a kill: whatever was under way is not finished.
  void end() {
    if (!group_) return;
    group_->cancel();
    world_.run(node_, group_->drain());
    group_.reset();
  }
  void write(const std::string& text, std::int64_t time_ns) { output_.lines.push_back({time_ns, text}); }

  runtime::SimWorld world_{1};
  runtime::SimNode& node_ = world_.add_node("host");
  PretendedOutput output_{node_.runtime()};
  PretendedPlane plane_{node_.runtime()};
  session::EcsApi api_{session::make_endpoint("http://plane:1", "r", {"k", "s", ""}).value(), plane_,
                       node_.runtime()};
  std::unique_ptr<OutputPump> pump_;
  std::optional<runtime::TaskGroup> group_;
};

TEST_F(OutputPumpTest, SendsWhatComesAndEndsWithTheContainer) {
  begin();
  write("one", 1'000'000);
  world_.run_for(2s);
  EXPECT_THAT(plane_.stored, ElementsAre("one"));
  write("two", 2'000'000);
  world_.run_for(1s);
  EXPECT_THAT(plane_.stored, ElementsAre("one", "two"));
  write("last", 3'000'000);
  output_.stopped = true;
  world_.run_for(3s);
  EXPECT_THAT(plane_.stored, ElementsAre("one", "two", "last"));
  EXPECT_EQ(group_->size(), 0U) << "it has nothing more to do";
  end();
  const int opened = output_.opened;
  begin();
  world_.run_for(3s);
  EXPECT_EQ(output_.opened, opened) << "and knows that after a restart";
}

TEST_F(OutputPumpTest, WhatNeverPausesIsSentSoon) {
  begin();
  for (int i = 1; i <= 40; ++i) {
    write("line " + std::to_string(i), i * 1'000'000);
    world_.run_for(100ms);
  }
  EXPECT_GE(plane_.stored.size(), 30U);
}

TEST_F(OutputPumpTest, WhatIsTooMuchForOneCallIsSentInSeveral) {
  begin();
  write("start", 1'000'000);
  write(std::string(3'000'000, 'x'), 2'000'000);
  write("end", 3'000'000);
  output_.stopped = true;
  world_.run_for(10s);
  std::string all;
  for (const auto& event : plane_.stored) all += event;
  EXPECT_EQ(all.size(), 3'000'008U);
  EXPECT_TRUE(all.starts_with("startx") && all.ends_with("xend"));
}

TEST_F(OutputPumpTest, EventsOfSeveralLinesAreWholeHoweverLong) {
  begin(false, "^NEVER");
  for (int i = 1; i <= 60; ++i) write(std::string(100'000, 'x'), i * 1'000'000);
  output_.stopped = true;
  world_.run_for(10s);
  std::size_t bytes = 0;
  for (const auto& event : plane_.stored) bytes += event.size();
  EXPECT_GE(bytes, 6'000'000U);
}

TEST_F(OutputPumpTest, MakesTheGroupOnlyWhenItIsTold) {
  plane_.group = false;
  write("one", 1);
  begin(false);
  world_.run_for(5s);
  EXPECT_TRUE(plane_.stored.empty());
  plane_.group = true;
  world_.run_for(20s);
  EXPECT_THAT(plane_.stored, ElementsAre("one")) << "somebody else made it";
  end();
}

TEST_F(OutputPumpTest, CreatesTheGroupWhenItIsTold) {
  plane_.group = false;
  write("one", 1);
  begin(true);
  world_.run_for(3s);
  EXPECT_THAT(plane_.stored, ElementsAre("one"));
}

TEST_F(OutputPumpTest, SaysWhatTheLocalLogDroppedWhileThePlaneWasAway) {
  write("one", 1'000'000'000);
  begin();
  world_.run_for(2s);
  plane_.away = true;
  write("two", 2'000'000'000);
  world_.run_for(5s);
  for (int i = 3; i < 100; ++i) write(std::to_string(i), i * 1'000'000'000LL);
  world_.run_for(10s);
  end();
  output_.lines.erase(output_.lines.begin(), output_.lines.begin() + 50);
  plane_.away = false;
  begin();
  world_.run_for(60s);
  ASSERT_EQ(plane_.stored.size(), 1U + 1 + 49);
  EXPECT_THAT(plane_.stored[1], HasSubstr("is missing here"));
  EXPECT_EQ(plane_.stored[2], "51");
}

TEST_F(OutputPumpTest, EveryLineArrivesOnceThoughAnswersAreLostAndTheAgentIsKilled) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Prng prng(seed);
    output_.lines.clear();
    output_.stopped = false;
    plane_.stored.clear();
    plane_.prng = Prng(seed + 1000);
    plane_.lose_answers = true;
    ASSERT_TRUE(node_.files().write_atomically("/logs/c", "{}", 0600).ok());
    std::vector<std::string> expected;
    const std::string start = seed % 3 == 0 ? "^[0-9]*0 " : "";
    std::int64_t time = 1;
    begin(false, start);
    for (int i = 0; i < 300; ++i) {
      time += static_cast<std::int64_t>(prng.below(3));
      write(fmt::format("{} of {}", i, seed), time);
      expected.push_back(output_.lines.back().text);
      if (prng.chance(1, 4)) world_.run_for(std::chrono::milliseconds(prng.below(700)));
      plane_.away = prng.chance(1, 20);
      if (!prng.chance(1, 20)) continue;
      end();
      begin(false, start);
    }
    plane_.away = plane_.lose_answers = false;
    output_.stopped = true;
    world_.run_for(5min);
    std::string got, wanted;
    for (const auto& event : plane_.stored) got += event + "\n";
    for (const auto& line : expected) wanted += line + "\n";
    EXPECT_EQ(got, wanted) << "seed " << seed;
    end();
  }
}

}  // namespace
}  // namespace berth::agent::logs
