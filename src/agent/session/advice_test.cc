// Goal: each first mistake of an operator names the setting that is wrong. Method: the failures as transports
// and services word them.
#include "agent/session/advice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::agent::session {
namespace {
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

config::AgentConfig usual() {
  config::AgentConfig config;
  config.backend_host = "https://plane.example:5167";
  config.region = "eu-west-1";
  config.cluster = "web";
  config.access_key_id = "AKTEST";
  config.secret_access_key = "s3cr3t";
  return config;
}

std::string on_transport(const std::string& message, const config::AgentConfig& config = usual()) {
  return advice_on({{}, message, 0}, config);
}

TEST(Advice, AnUntrustedCertificateNamesSslCertFile) {
  const std::string refused = "TLS with plane.example:5167: certificate verify failed (SSL routines)";
  EXPECT_THAT(on_transport(refused), AllOf(HasSubstr("SSL_CERT_FILE"), HasSubstr("it is not set"),
                                           HasSubstr("https://plane.example:5167")));
  auto config = usual();
  config.ca_file = "/etc/ecs/old.pem";
  EXPECT_THAT(on_transport(refused, config), HasSubstr("it is /etc/ecs/old.pem"));
}

TEST(Advice, AWayThatDoesNotLeadThereNamesEcsBackendHost) {
  for (const char* message : {"connect to plane.example:5167: Connection refused",
                              "connect to plane.example:5167: No route to host",
                              "resolve plane.example: Host not found (authoritative)", "timed out after 10 s",
                              "TLS with plane.example:5167: wrong version number (SSL routines)"})
    EXPECT_THAT(on_transport(message), HasSubstr("ECS_BACKEND_HOST (https://plane.example:5167)")) << message;
  EXPECT_THAT(on_transport("proxy: it answered 407 to CONNECT"), HasSubstr("HTTP_PROXY"));
}

TEST(Advice, TheWrongSchemeIsSaid) {
  EXPECT_THAT(on_transport("TLS with plane:1: wrong version number (SSL routines)"), HasSubstr("http://"));
  EXPECT_THAT(advice_on({{}, "HTTP 400: this port speaks TLS only\n", 400}, usual()), HasSubstr("https://"));
}

TEST(Advice, AMissingClusterNamesClusterAndRegion) {
  const auto advice = advice_on({"ClusterNotFoundException", "Cluster not found.", 400}, usual());
  EXPECT_THAT(advice, AllOf(HasSubstr("ECS_CLUSTER (web)"), HasSubstr("AWS_DEFAULT_REGION (eu-west-1)")));
}

TEST(Advice, NoKeyNamesWhatGivesOne) {
  auto config = usual();
  config.access_key_id = config.secret_access_key = "";
  const auto advice = advice_on(
      {"IncompleteSignatureException", "Credential must have exactly 5 slash-delimited elements", 400},
      config);
  EXPECT_EQ(advice, advice_on_missing_key());
  EXPECT_THAT(advice, AllOf(HasSubstr("AWS_ACCESS_KEY_ID"), HasSubstr("AWS_SECRET_ACCESS_KEY"),
                            HasSubstr("/etc/ecs/ecs.config"), HasSubstr("AWS_SHARED_CREDENTIALS_FILE"),
                            HasSubstr("AWS_PROFILE")));
}

TEST(Advice, AWrongKeyIsToldFromAWrongSecretAndAWrongClock) {
  const auto key = advice_on(
      {"UnrecognizedClientException", "The security token included in the request is invalid.", 400},
      usual());
  EXPECT_THAT(key, AllOf(HasSubstr("AWS_ACCESS_KEY_ID (AKTEST)"), Not(HasSubstr("SECRET"))));
  const auto secret = advice_on(
      {"InvalidSignatureException", "The request signature we calculated does not match …", 400}, usual());
  EXPECT_THAT(secret, HasSubstr("AWS_SECRET_ACCESS_KEY is not the secret of AWS_ACCESS_KEY_ID (AKTEST)"));
  const auto clock =
      advice_on({"InvalidSignatureException", "Signature expired: 20261120T120000Z is now …", 400}, usual());
  EXPECT_THAT(clock, HasSubstr("clocks"));
  const auto region = advice_on(
      {"InvalidSignatureException", "Credential should be scoped to a valid region.", 400}, usual());
  EXPECT_THAT(region, HasSubstr("AWS_DEFAULT_REGION (eu-west-1)"));
}

TEST(Advice, NeverShowsTheSecret) {
  for (const char* code : {"UnrecognizedClientException", "InvalidSignatureException", "", "ClientException"})
    EXPECT_THAT(advice_on({code, "words", 400}, usual()), Not(HasSubstr("s3cr3t")));
}

TEST(Advice, ADockerSocketThatIsMissingIsToldFromOneThatIsForbidden) {
  EXPECT_THAT(advice_on_docker("connect to /var/run/docker.sock: No such file or directory"),
              HasSubstr("DOCKER_HOST"));
  EXPECT_THAT(advice_on_docker("connect to /var/run/docker.sock: Permission denied"), HasSubstr("root"));
  EXPECT_THAT(advice_on_docker("timed out"), HasSubstr("systemctl status docker"));
}

TEST(Advice, AnAnswerOfSomebodyElseNamesTheAddress) {
  EXPECT_THAT(advice_on({{}, "HTTP 404: nginx", 404}, usual()), HasSubstr("ECS_BACKEND_HOST"));
  EXPECT_THAT(advice_on({"ClientException", "The cluster is full.", 400}, usual()), IsEmpty());
}

}  // namespace
}  // namespace berth::agent::session
