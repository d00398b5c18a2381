// Goal: an image gets the credentials of its registry, of the longest fitting prefix, under all names of
// Docker Hub.
#include "agent/drivers/docker/registry_auth.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace berth::agent::drivers::docker {
namespace {

std::string user_for(const RegistryAuths& auths, std::string_view image) {
  const auto auth = auths.find(image);
  return auth ? auth->username : "none";
}

RegistryAuths parsed(std::string_view type, std::string_view data) {
  auto auths = RegistryAuths::parse(type, data);
  EXPECT_TRUE(auths.ok()) << auths.error().message;
  return auths.ok() ? *auths : RegistryAuths();
}

TEST(RegistryAuths, ReadsBothFormats) {
  const auto plain = parsed("docker", R"({"r.example":{"username":"u","password":"p","email":"e"}})");
  EXPECT_EQ(plain.find("r.example/x")->password, "p");
  const auto config = parsed("dockercfg", R"({"r.example":{"auth":"dTpwOnE=","email":"e"}})");  // u:p:q
  EXPECT_EQ(config.find("r.example/x")->username, "u");
  EXPECT_EQ(config.find("r.example/x")->password, "p:q");
  EXPECT_EQ(user_for(parsed("dockercfg", R"({"auths":{"r.example":{"auth":"dTpw"}}})"), "r.example/x"), "u");
  EXPECT_TRUE(parsed("", "anything").empty());
}

TEST(RegistryAuths, RefusesWhatItCannotReadAndKeepsItSecret) {
  for (const auto& [type, data] : {std::pair{"docker", "[\"secret\"]"},
                                   {"docker", "{\"secret\":1}"},
                                   {"other", "secret"},
                                   {"dockercfg", R"({"r":{"auth":"!secret"}})"},
                                   {"docker", "secret"}}) {
    const auto auths = RegistryAuths::parse(type, data);
    ASSERT_FALSE(auths.ok()) << data;
    EXPECT_EQ(auths.error().message.find("secret"), std::string::npos);
  }
}

TEST(RegistryAuths, TheLongestPrefixWins) {
  const auto auths =
      parsed("docker", R"({"r.example":{"username":"host"},"https://r.example/team/":{"username":"team"},
    "r.example:5000":{"username":"port"}})");
  EXPECT_EQ(user_for(auths, "r.example/team/app:1"), "team");
  EXPECT_EQ(user_for(auths, "r.example/teammate/app"), "host");
  EXPECT_EQ(user_for(auths, "r.example/app@sha256:00"), "host");
  EXPECT_EQ(user_for(auths, "r.example:5000/app:1"), "port");
  EXPECT_EQ(user_for(auths, "other.example/app"), "none");
  EXPECT_EQ(user_for(auths, "busybox"), "none");
}

TEST(RegistryAuths, DockerHubHasManyNames) {
  for (const char* key :
       {"https://index.docker.io/v1/", "index.docker.io", "docker.io", "https://registry-1.docker.io/v2/"}) {
    const auto auths = parsed("docker", std::string("{\"") + key + "\":{\"username\":\"hub\"}}");
    for (const char* image :
         {"busybox", "busybox:1", "amazon/agent", "docker.io/amazon/agent", "index.docker.io/a/b"})
      EXPECT_EQ(user_for(auths, image), "hub") << key << " " << image;
    EXPECT_EQ(user_for(auths, "localhost/x"), "none");
    EXPECT_EQ(auths.find("busybox")->server_address, key);
  }
}

TEST(RegistryAuths, TheHeaderIsPaddedBase64Url) {
  const auto header = render_registry_auth({"u", "p?>~", "", "", "r.example"});
  EXPECT_EQ(header.size() % 4, 0U);
  EXPECT_EQ(header.find_first_of("+/"), std::string::npos);
  EXPECT_EQ(decode_base64url(header).value(),
            R"({"username":"u","password":"p?>~","serveraddress":"r.example"})");
  EXPECT_EQ(decode_base64url(render_registry_auth({"", "", "", "t", "r"})).value(),
            R"({"identitytoken":"t","serveraddress":"r"})");
}

}  // namespace
}  // namespace berth::agent::drivers::docker
