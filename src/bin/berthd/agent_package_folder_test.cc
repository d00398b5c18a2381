// Goal: the highest version with a checksum is offered, and nothing but packages and signatures is served.
// Method: a folder of files in memory.
#include "bin/berthd/agent_package_folder.h"

#include <gtest/gtest.h>

#include <map>

namespace berth::berthd {
namespace {

class MemoryFiles final : public runtime::Files {
 public:
  std::map<std::string, std::string> files;

  Result<std::string> read(const std::string& path, std::size_t) override {
    if (!files.contains(path)) return not_found(path);
    return files.at(path);
  }
  Result<void> write_atomically(const std::string& path, std::string_view text, unsigned) override {
    files[path] = text;
    return {};
  }
  Result<void> make_directories(const std::string&, unsigned) override { return {}; }
  Result<void> remove(const std::string&) override { return {}; }
  Result<std::vector<std::string>> list(const std::string& directory) override {
    if (files.empty()) return not_found(directory);
    std::vector<std::string> names;
    for (const auto& [path, text] : files) names.push_back(path.substr(directory.size() + 1));
    return names;
  }
};

class PackageFolder : public ::testing::Test {
 protected:
  void add(const std::string& version, const std::string& checksum = std::string(64, 'a') + "  x.tar\n") {
    const std::string path = "/packages/berth-agent-" + version + ".tar";
    files_.files[path] = "the agent " + version;
    if (!checksum.empty()) files_.files[path + ".sha256"] = checksum;
  }
  int status_of(const std::string& target, const std::string& method = "GET") {
    runtime::HttpRequest request;
    request.method = method;
    request.target = target;
    const auto response = folder_.serve(request);
    return response ? response->status : 0;
  }

  MemoryFiles files_;
  AgentPackageFolder folder_{files_, "/packages", ""};
};

TEST_F(PackageFolder, OffersTheHighestVersionThatHasAChecksum) {
  EXPECT_FALSE(folder_.newest().has_value());
  add("0.9.0");
  add("0.10.0");
  add("0.11.0", "");
  add("0.12.0", "not a checksum");
  files_.files["/packages/berth-agent-x.tar"] = "?";
  const auto newest = folder_.newest();
  ASSERT_TRUE(newest.has_value());
  EXPECT_EQ(newest->version, "0.10.0");
  EXPECT_EQ(newest->file, "berth-agent-0.10.0.tar");
  EXPECT_EQ(newest->sha256, std::string(64, 'a'));
}

TEST_F(PackageFolder, IsServedHereOrElsewhere) {
  add("0.2.0");
  const auto package = *folder_.newest();
  EXPECT_EQ(folder_.location(package, "https://h:1"),
            "https://h:1/_berth/agent-packages/berth-agent-0.2.0.tar");
  const AgentPackageFolder mirrored(files_, "/packages", "https://mirror/berth");
  EXPECT_EQ(mirrored.location(package, "https://h:1"), "https://mirror/berth/berth-agent-0.2.0.tar");
}

TEST_F(PackageFolder, ServesPackagesAndSignaturesAndNothingElse) {
  add("0.2.0");
  files_.files["/packages/berth-agent-0.2.0.tar.sig"] = "signed";
  files_.files["/packages/secret"] = "no";
  const std::string base = "/_berth/agent-packages/";
  EXPECT_EQ(status_of(base + "berth-agent-0.2.0.tar"), 200);
  EXPECT_EQ(status_of(base + "berth-agent-0.2.0.tar.sig"), 200);
  for (const char* name : {"secret", "", "../secret", "berth-agent-0.3.0.tar", "berth-agent-0.2.0.tar.sha256",
                           "berth-agent-../../etc/passwd.tar"})
    EXPECT_EQ(status_of(base + name), 404) << name;
  EXPECT_EQ(status_of("/healthz"), 0);
  EXPECT_EQ(status_of(base + "berth-agent-0.2.0.tar", "POST"), 0);
}

}  // namespace
}  // namespace berth::berthd
