// Goal: UpdateContainerAgent begins an update only when there is a newer package that the agent can run, and
// says why not otherwise. Method: the handler over a store in memory with packages that the test offers.
#include "domain/agent_update.h"
#include "services/ecs/testing.h"

namespace berth::services::ecs {
namespace {

using domain::AgentUpdateStatus;

struct Offer final : domain::AgentPackages {
  std::optional<domain::AgentPackage> newest() const override {
    if (version.empty()) return std::nullopt;
    return domain::AgentPackage{version, "berth-agent-" + version + ".tar", std::string(64, 'a')};
  }
  std::string location(const domain::AgentPackage&, const std::string&) const override { return {}; }
  std::string version;
};

class UpdateContainerAgent : public testing::HandlersTest {
 protected:
  UpdateContainerAgent() {
    deps_.agent_packages = &offer_;
    create("web");
    arn_ = *enrol("web").container_instance_arn;
    change([](auto& record) {
      record.agent_connected = true;
      record.version_info = model::ecs::VersionInfo{};
      record.version_info->agent_version = "0.1.0";
      record.version_info->agent_hash = "berth";
    });
    offer_.version = "0.2.0";
  }
  domain::ContainerInstanceRecord record() {
    return *stored<domain::ContainerInstanceRecord>(
        store::instance_key(realm_, "web", std::string(domain::last_part(arn_))));
  }
  void change(const std::function<void(domain::ContainerInstanceRecord&)>& edit) {
    auto changed = record();
    edit(changed);
    put(std::move(changed));
  }
  ApiResult<model::ecs::UpdateContainerAgentResponse> request() {
    return call(update_container_agent, {.cluster = "web", .container_instance = arn_});
  }

  Offer offer_;
  std::string arn_;
};

TEST_F(UpdateContainerAgent, BeginsAnUpdate) {
  const auto before = record().version;
  const auto answer = request();
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->container_instance->agent_update_status, AgentUpdateStatus::pending);
  EXPECT_EQ(record().agent_update_status, AgentUpdateStatus::pending);
  EXPECT_GT(record().version, before);
}

TEST_F(UpdateContainerAgent, OneAtATime) {
  ASSERT_TRUE(request().ok());
  for (const auto status : {AgentUpdateStatus::pending, AgentUpdateStatus::staging, AgentUpdateStatus::staged,
                            AgentUpdateStatus::updating}) {
    change([&](auto& record) { record.agent_update_status = status; });
    refused(request(), "UpdateInProgressException");
  }
  for (const auto status : {AgentUpdateStatus::failed, AgentUpdateStatus::updated}) {
    change([&](auto& record) { record.agent_update_status = status; });
    EXPECT_TRUE(request().ok());
  }
}

TEST_F(UpdateContainerAgent, NothingNewer) {
  for (const char* version : {"", "0.1.0", "0.0.9"}) {
    offer_.version = version;
    refused(request(), "NoUpdateAvailableException", "0.1.0");
  }
  deps_.agent_packages = nullptr;
  refused(request(), "NoUpdateAvailableException");
  EXPECT_FALSE(record().agent_update_status.has_value()) << "never requested";
}

TEST_F(UpdateContainerAgent, OurPackagesAreNotForOtherAgents) {
  change([](auto& record) {
    record.version_info->agent_version = "0.0.1";
    record.version_info->agent_hash = "c763e4dc";
  });
  refused(request(), "NoUpdateAvailableException");
}

TEST_F(UpdateContainerAgent, AnAgentOfUnknownVersion) {
  for (const char* version : {"", "custom build"}) {
    change([&](auto& record) { record.version_info->agent_version = version; });
    refused(request(), "MissingVersionException");
  }
}

TEST_F(UpdateContainerAgent, AnAgentThatIsAwayCannotBeTold) {
  change([](auto& record) { record.agent_connected = false; });
  refused(request(), "ClientException", "not connected");
  EXPECT_FALSE(record().agent_update_status.has_value());
}

}  // namespace
}  // namespace berth::services::ecs
