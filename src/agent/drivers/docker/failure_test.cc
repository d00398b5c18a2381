// Goal: errors carry the names and words that users of ECS know, and a registry that cannot be reached is
// told apart. Method: messages recorded from dockerd 20.10, and the texts of Go's network errors.
#include "agent/drivers/docker/failure.h"

#include <gtest/gtest.h>

namespace berth::agent::drivers::docker {
namespace {

constexpr Operation kPull{"CannotPullContainerError", "pulled", std::chrono::hours(2)};
constexpr Operation kCreate{"CannotCreateContainerError", "created", std::chrono::minutes(4)};

TEST(Failure, AnAnswerIsTheDaemonsWords) {
  const auto error = failure_of_answer(kCreate, 404, "{\"message\":\"No such image: x:latest\\n\"}\n");
  EXPECT_EQ(error, (engine::DriverError{"CannotCreateContainerError",
                                        "Error response from daemon: No such image: x:latest", true, false}));
  EXPECT_EQ(failure_of_answer(kCreate, 500, "plain words\n").text, "Error response from daemon: plain words");
  EXPECT_EQ(failure_of_answer(kCreate, 502, "").text, "Error response from daemon: status 502");
  EXPECT_FALSE(failure_of_answer(kCreate, 409, "{}").missing);
}

TEST(Failure, TimeOutsSayHowLongTheyTook) {
  const auto error = failure_of_transport(kCreate, {ErrorCode::timeout, "x", Retry::no}, "unix:///d");
  EXPECT_EQ(error.name, "DockerTimeoutError");
  EXPECT_EQ(error.text, "Could not transition to created; timed out after waiting 4m0s");
}

TEST(Failure, ALostDaemonIsNamedWithItsPlace) {
  const auto error = failure_of_transport(kCreate, unavailable("connection refused"), "unix:///d");
  EXPECT_EQ(error.name, "CannotCreateContainerError");
  EXPECT_NE(error.text.find("unix:///d"), std::string::npos);
  EXPECT_FALSE(error.unreachable) << "it is the engine that is lost, not a registry";
}

TEST(Failure, TellsUnreachableRegistriesApart) {
  for (
      const char* message : {
          R"(Get \"http://localhost:5999/v2/\": dial tcp 127.0.0.1:5999: connect: connection refused)",
          R"(Get \"https://nosuch.invalid/v2/\": dial tcp: lookup nosuch.invalid on 10.0.0.1:53: no such host)",
          R"(Get \"https://r/v2/\": dial tcp 10.0.0.9:443: i/o timeout)",
          R"(Get \"https://r/v2/\": net/http: request canceled while waiting for connection)",
      }) {
    EXPECT_TRUE(failure_of_answer(kPull, 500, std::string("{\"message\":\"") + message + "\"}").unreachable)
        << message;
    EXPECT_TRUE(failure_of_stream(kPull, message).unreachable) << message;
  }
  for (const char* message : {"pull access denied for x", "manifest unknown", "toomanyrequests"})
    EXPECT_FALSE(failure_of_stream(kPull, message).unreachable) << message;
}

TEST(Failure, LongWordsAreCut) {
  EXPECT_LT(failure_of_answer(kPull, 500, std::string(1 << 20, 'x')).text.size(), 5000U);
}

}  // namespace
}  // namespace berth::agent::drivers::docker
