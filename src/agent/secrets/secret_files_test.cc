// Goal: each way to name a secret finds its file and no other; what cannot be had is told in AWS's words,
// without values. Method: files in memory, containers as the control plane describes them.
#include "agent/secrets/secret_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/sim/sim_world.h"

namespace berth::agent::secrets {
namespace {

using engine::ContainerSpec;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

class SecretFilesTest : public testing::Test {
 protected:
  void put(const std::string& path, const std::string& text) {
    runtime::Files& files = node_.files();
    ASSERT_TRUE(files.make_directories(path.substr(0, path.rfind('/'))).ok());
    ASSERT_TRUE(files.write_atomically(path, text).ok());
  }
  static ContainerSpec container(const std::string& value_from, bool parameter = true) {
    ContainerSpec spec;
    spec.secrets.push_back({"S", value_from, parameter, false});
    return spec;
  }
  std::string value_of(const std::string& value_from) {
    const auto found = source_.fetch(container(value_from));
    return found ? found->environment.at("S") : "error: " + found.error().message;
  }
  std::string error_of(const ContainerSpec& spec) {
    const auto found = source_.fetch(spec);
    return found ? "" : found.error().message;
  }
  runtime::SimWorld world_{1};
  runtime::SimNode& node_ = world_.add_node("host");
  SecretFiles source_{node_.files(), "/s", "/e"};
};

TEST_F(SecretFilesTest, NamesAndArnsFindTheirFiles) {
  put("/s/db", "pass word\n");
  put("/s/prod/db", "deep");
  put("/s/api-AbCdEf", "exact");
  put("/s/json", R"({"password":"p","port":5432})");
  EXPECT_EQ(value_of("db"), "pass word");
  EXPECT_EQ(value_of("/prod/db"), "deep");
  EXPECT_EQ(value_of("arn:aws:ssm:us-east-1:1:parameter/prod/db"), "deep");
  EXPECT_EQ(value_of("arn:aws:secretsmanager:us-east-1:1:secret:db-AbCdEf"), "pass word");
  EXPECT_EQ(value_of("arn:aws:secretsmanager:us-east-1:1:secret:api-AbCdEf"), "exact");
  EXPECT_EQ(value_of("arn:aws:secretsmanager:us-east-1:1:secret:json-AbCdEf:password::"), "p");
  EXPECT_EQ(value_of("arn:aws:secretsmanager:us-east-1:1:secret:json-AbCdEf:port::"), "5432");
}

TEST_F(SecretFilesTest, NothingOutsideTheFolderIsRead) {
  put("/s/a", "a");
  put("/etc/shadow", "root");
  for (const char* name : {"../etc/shadow", "a/../../etc/shadow", "//etc/shadow", "..", "", "/", "./a",
                           "arn:aws:ssm:us-east-1:1:parameter/../../etc/shadow", "arn:aws:s3:::b/k",
                           "arn:aws:secretsmanager:us-east-1:1:secret:../etc/shadow"}) {
    EXPECT_THAT(value_of(name), HasSubstr("error: ")) << name;
  }
  EXPECT_FALSE(parse_environment_file_arn("arn:aws:s3:::b/../../etc/shadow").ok());
  EXPECT_FALSE(parse_environment_file_arn("arn:aws:s3:::bucket").ok());
}

TEST_F(SecretFilesTest, MissingSecretsAreToldAsAwsTellsThem) {
  EXPECT_EQ(
      error_of(container("nothing")),
      "unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve "
      "secrets from ssm: invalid parameters: nothing");
  EXPECT_EQ(
      error_of(container("arn:aws:secretsmanager:us-east-1:1:secret:no", false)),
      "unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve "
      "secret from asm: secret arn:aws:secretsmanager:us-east-1:1:secret:no: ResourceNotFoundException: "
      "Secrets Manager can't find the specified secret.");
}

TEST_F(SecretFilesTest, ErrorsDoNotShowValues) {
  put("/s/json", R"({"password":"hunter2"})");
  put("/s/text", "hunter2");
  put("/e/b/k.env", "GOOD=1\nhunter2\n");
  ContainerSpec spec;
  spec.environment_files = {"arn:aws:s3:::b/k.env"};
  EXPECT_THAT(error_of(spec), HasSubstr("failed to download env files: arn:aws:s3:::b/k.env: line 2"));
  ContainerSpec registry;
  registry.registry_credentials = "arn:aws:secretsmanager:us-east-1:1:secret:text";
  for (const std::string& message :
       {error_of(spec), error_of(registry),
        error_of(container("arn:aws:secretsmanager:r:1:secret:json:no::", false)),
        error_of(container("arn:aws:secretsmanager:r:1:secret:text:no::", false))}) {
    EXPECT_FALSE(message.empty());
    EXPECT_THAT(message, Not(HasSubstr("hunter2")));
  }
}

TEST_F(SecretFilesTest, LogOptionsAndRegistriesStandApart) {
  put("/s/token", "t");
  put("/s/registry", R"({"username":"u","password":"p"})");
  ContainerSpec spec;
  spec.secrets.push_back({"splunk-token", "token", true, true});
  spec.registry_credentials = "arn:aws:secretsmanager:us-east-1:1:secret:registry-AbCdEf";
  const auto found = source_.fetch(spec);
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_TRUE(found->environment.empty());
  EXPECT_THAT(found->log_options, ElementsAre(Pair("splunk-token", "t")));
  ASSERT_TRUE(found->registry);
  EXPECT_EQ(found->registry->username + ":" + found->registry->password, "u:p");
}

TEST_F(SecretFilesTest, TheFirstAssignmentOfEnvironmentFilesWins) {
  put("/e/b/one.env", "# comment\n\n A=1\nB=x=y z\r\nA=2\n");
  put("/e/b/two.env", "A=3\nC=");
  ContainerSpec spec;
  spec.environment_files = {"arn:aws:s3:::b/one.env", "arn:aws:s3:::b/two.env"};
  const auto found = source_.fetch(spec);
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_THAT(found->environment_file, ElementsAre(Pair("A", "1"), Pair("B", "x=y z"), Pair("C", "")));
  spec.environment_files.push_back("arn:aws:s3:::b/three.env");
  EXPECT_EQ(error_of(spec),
            "failed to download env files: arn:aws:s3:::b/three.env: NotFound: there is no such file");
}

TEST_F(SecretFilesTest, TooLargeIsRefused) {
  put("/s/big", std::string(kSecretBytesMax + 1, 'x'));
  EXPECT_THAT(error_of(container("big")), HasSubstr("unable to retrieve secrets from ssm: big: "));
}

}  // namespace
}  // namespace berth::agent::secrets
