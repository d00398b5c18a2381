// Goal: a container's output becomes the lines it wrote, whatever pieces it comes in. Method: Docker's
// framing by hand.
#include "agent/drivers/docker/output_frames.h"

#include <gtest/gtest.h>

namespace berth::agent::drivers::docker {
namespace {

const std::string kTime = "2026-11-21T02:17:00.062798018Z";
constexpr std::int64_t kTimeNs = 1'795'227'420'062'798'018;

std::string frame(char stream, const std::string& payload) {
  std::string out{stream, 0, 0, 0};
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(payload.size() >> shift & 0xff));
  return out + payload;
}

std::vector<std::string> read_all(const std::string& bytes, bool tty, std::size_t piece) {
  OutputFrames frames(tty);
  std::vector<engine::OutputLine> lines;
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    EXPECT_TRUE(frames.feed(bytes.substr(at, piece), lines).ok());
  frames.finish(lines);
  std::vector<std::string> texts;
  for (const auto& line : lines) {
    EXPECT_EQ(line.time_ns, kTimeNs);
    texts.push_back(line.text);
  }
  return texts;
}

TEST(OutputFrames, GiveLinesOfBothStreamsAndJoinLongOnes) {
  const std::string bytes = frame(1, kTime + " one\n") + frame(1, kTime + " long, ") +
                            frame(2, kTime + " error\n") + frame(1, kTime + " still long\n") +
                            frame(1, kTime + " \n") + frame(1, kTime + " last");
  for (std::size_t piece : {1U, 3U, 7U, 1000U})
    EXPECT_EQ(read_all(bytes, false, piece),
              (std::vector<std::string>{"one", "error", "long, still long", "", "last"}));
}

TEST(OutputFrames, ReadATerminalsOutputWithoutFrames) {
  const std::string bytes = kTime + " one\r\n" + kTime + " two\n" + kTime + " last";
  for (std::size_t piece : {1U, 1000U})
    EXPECT_EQ(read_all(bytes, true, piece), (std::vector<std::string>{"one", "two", "last"}));
}

TEST(OutputFrames, RefuseWhatIsNoOutput) {
  std::vector<engine::OutputLine> lines;
  EXPECT_FALSE(OutputFrames(false).feed("HTTP/1.1 200 OK", lines).ok());
  EXPECT_FALSE(OutputFrames(false).feed(frame(1, "no time\n"), lines).ok());
  EXPECT_FALSE(OutputFrames(true).feed("no time\n", lines).ok());
}

}  // namespace
}  // namespace berth::agent::drivers::docker
