// Goal: an update is staged only when it is whole and, with a key, signed; every refusal says why; the
// process ends only after a staged update was asked for. Method: a pretended server on virtual time, files
// in memory.
#include "agent/update/updater.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "agent/update/signature.h"
#include "base/encoding.h"
#include "runtime/sim/sim_world.h"

namespace berth::agent::update {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kPackage = "a new agent";
constexpr const char* kSha256 = "bbd0b0a1c2a1f9e880e45950ee055ed5e4f3ef7626087cda259d52beb26719f6";
// Made once with `openssl genpkey -algorithm ed25519`; the private half is gone.
constexpr const char* kPublicKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEALfpuL6BAYR94mPzm5TYbwLMlAvbzEzgt/4i4+ou7zCY=\n"
    "-----END PUBLIC KEY-----\n";
constexpr const char* kSignature =
    "d77c8fBbfaanx6F4cxdK4IASdpJcclWpiRWaadzSUWnXdqPWB7sM2QkQIjMmL34Yx/hSPCaWyHkanqlxclpGAA==";
constexpr const char* kUrl = "https://plane:51670/packages/berth-agent-2.0.0.tar";

struct Server {
  std::map<std::string, std::string> files;  // By path.
  Duration delay = 1s;
  bool down = false;
};

class PretendedCaller final : public runtime::HttpCaller {
 public:
  PretendedCaller(Server& server, runtime::Runtime& runtime) : server_(server), runtime_(runtime) {}
  Async<Result<runtime::HttpResponse>> call(runtime::HttpRequest request, Duration) override {
    co_await runtime_.sleep(server_.delay);
    if (server_.down) co_return Error{ErrorCode::unavailable, "connection refused", Retry::same_request};
    runtime::HttpResponse response;
    const auto found = server_.files.find(request.target);
    response.status = found == server_.files.end() ? 404 : 200;
    if (found != server_.files.end()) response.body = found->second;
    co_return response;
  }

 private:
  Server& server_;
  runtime::Runtime& runtime_;
};

class UpdaterTest : public ::testing::Test {
 protected:
  UpdaterTest() { server_.files["/packages/berth-agent-2.0.0.tar"] = kPackage; }
  void TearDown() override {
    if (updater_) world_.run(node_, updater_->stop());
  }

  void use(bool enabled = true, const std::string& key = {}) {
    Updater::Deps deps{node_.files(),
                       node_.runtime(),
                       [this](const std::string&) -> Result<std::unique_ptr<runtime::HttpCaller>> {
                         return std::unique_ptr<runtime::HttpCaller>(
                             std::make_unique<PretendedCaller>(server_, node_.runtime()));
                       },
                       [this](std::string message) { return said(std::move(message)); },
                       [] {
                         return session::Self{"default", "arn:instance"};
                       },
                       [this] { ++exits_; }};
    updater_ = std::make_unique<Updater>(std::move(deps), UpdateSettings{enabled, "/cache", key});
  }
  Async<void> said(std::string message) {
    const auto envelope = session::parse_envelope(message).value();
    std::string line = envelope.type + " " + std::string(envelope.message.at("messageId").as_string());
    if (const auto* reason = envelope.message.if_contains("reason"))
      line += " " + std::string(reason->as_string());
    answers_.push_back(line);
    co_return;
  }
  void tell(const char* type, const std::string& id, const std::string& location = kUrl,
            const std::string& signature = kSha256) {
    JsonObject message{{"messageId", id}};
    message["updateInfo"] = JsonObject{{"location", location}, {"signature", signature}};
    updater_->handle({type, std::move(message)});
  }
  void stage(const std::string& id, const std::string& location = kUrl,
             const std::string& signature = kSha256) {
    tell("StageUpdateMessage", id, location, signature);
  }
  void perform(const std::string& id) { tell("PerformUpdateMessage", id); }
  std::vector<std::string> cache() {
    auto names = node_.files().list("/cache");
    return names ? *std::move(names) : std::vector<std::string>();
  }
  std::string file(const std::string& path) {
    auto text = node_.files().read(path, 1000);
    return text ? *std::move(text) : std::string();
  }
  std::string pointed_at() {
    auto pointer = file("/cache/desired-image");
    if (pointer.ends_with('\n')) pointer.pop_back();
    return pointer;
  }

  runtime::SimWorld world_{1};
  runtime::SimNode& node_ = world_.add_node("host");
  Server server_;
  std::unique_ptr<Updater> updater_;
  std::vector<std::string> answers_;
  int exits_ = 0;
};

TEST_F(UpdaterTest, StagesAndPerforms) {
  use();
  stage("m1");
  world_.run_for(5s);
  EXPECT_THAT(answers_, ElementsAre("AckRequest m1"));
  EXPECT_THAT(pointed_at(), ::testing::MatchesRegex("[0-9a-f]+\\.ecs-update\\.tar"));
  EXPECT_EQ(file("/cache/" + pointed_at()), kPackage);
  EXPECT_EQ(exits_, 0);
  perform("m2");
  world_.run_for(1s);
  EXPECT_EQ(answers_.back(), "AckRequest m2");
  EXPECT_EQ(exits_, 1);
}

TEST_F(UpdaterTest, RefusesWhenUpdatesAreDisabled) {
  use(false);
  stage("m1");
  perform("m2");
  world_.run_for(5s);
  EXPECT_THAT(answers_,
              ElementsAre("NackRequest m1 Updates are disabled", "NackRequest m2 Updates are disabled"));
  EXPECT_EQ(exits_, 0);
}

TEST_F(UpdaterTest, PerformsNothingThatIsNotStaged) {
  use();
  perform("m1");
  world_.run_for(1s);
  EXPECT_THAT(answers_, ElementsAre("NackRequest m1 Cannot perform update; update not downloaded"));
  EXPECT_EQ(exits_, 0);
}

TEST_F(UpdaterTest, RefusesWhatItCannotCheck) {
  use();
  stage("m1", "s3://bucket/key");
  stage("m2", kUrl, "short");
  world_.run_for(1s);
  EXPECT_THAT(answers_, ElementsAre(HasSubstr("NackRequest m1 Invalid update: "),
                                    HasSubstr("NackRequest m2 Invalid update: ")));
}

TEST_F(UpdaterTest, KeepsNothingOfACorruptPackage) {
  use();
  server_.files["/packages/berth-agent-2.0.0.tar"] = "a new agenT";
  stage("m1");
  world_.run_for(5s);
  EXPECT_THAT(answers_, ElementsAre("NackRequest m1 Unable to download: Hashsum validation failed"));
  EXPECT_THAT(cache(), IsEmpty());
  perform("m2");
  world_.run_for(1s);
  EXPECT_THAT(answers_.back(), HasSubstr("NackRequest m2"));
}

TEST_F(UpdaterTest, SaysWhyADownloadFailed) {
  use();
  server_.files.clear();
  stage("m1");
  world_.run_for(5s);
  server_.down = true;
  stage("m2");
  world_.run_for(5s);
  EXPECT_THAT(
      answers_,
      ElementsAre(
          HasSubstr("Unable to download: https://plane:51670/packages/berth-agent-2.0.0.tar answers 404"),
          HasSubstr("Unable to download: connection refused")));
}

TEST_F(UpdaterTest, WithAKeyThePackageMustBeSigned) {
  use(true, kPublicKey);
  stage("m1");
  world_.run_for(5s);
  EXPECT_THAT(answers_.back(), HasSubstr("Unable to download: Signature validation failed"));
  server_.files["/packages/berth-agent-2.0.0.tar.sig"] = std::string(64, 'x');
  stage("m2");
  world_.run_for(5s);
  EXPECT_THAT(answers_.back(), HasSubstr("NackRequest m2 Unable to download: Signature validation failed"));
  EXPECT_THAT(cache(), IsEmpty());
  server_.files["/packages/berth-agent-2.0.0.tar.sig"] = decode_base64(kSignature).value();
  stage("m3");
  world_.run_for(5s);
  EXPECT_EQ(answers_.back(), "AckRequest m3");
}

TEST_F(UpdaterTest, TheSameAgainIsAcknowledgedAtOnce) {
  use();
  stage("m1");
  stage("m2");  // While it is under way, on a new connection: one answer, to the newest question.
  world_.run_for(5s);
  server_.down = true;
  stage("m3");
  world_.run_for(1ms);
  EXPECT_THAT(answers_, ElementsAre("AckRequest m2", "AckRequest m3"));
}

TEST_F(UpdaterTest, ANewerUpdateEndsTheOneUnderWay) {
  use();
  stage("m1", kUrl, std::string(64, '0'));
  stage("m2");
  world_.run_for(5s);
  EXPECT_THAT(answers_, ElementsAre("NackRequest m1 New update arrived: m2", "AckRequest m2"));
  EXPECT_EQ(cache().size(), 2U) << "the package and the pointer";
}

TEST(Signature, RefusesKeysThatCannotBeUsed) {
  EXPECT_FALSE(verify_signature("no key", kPackage, decode_base64(kSignature).value()).ok());
  EXPECT_TRUE(verify_signature(kPublicKey, kPackage, decode_base64(kSignature).value()).ok());
  EXPECT_FALSE(verify_signature(kPublicKey, "another agent", decode_base64(kSignature).value()).ok());
  EXPECT_FALSE(verify_signature(kPublicKey, kPackage, "").ok());
}

}  // namespace
}  // namespace berth::agent::update
