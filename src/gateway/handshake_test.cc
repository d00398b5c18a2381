// The URLs of websockets, as agents of 2015 and of today write them.
#include "gateway/handshake.h"

#include <gtest/gtest.h>

namespace berth::gateway {
namespace {

SocketRequest read(std::string_view target) {
  return std::get<SocketRequest>(parse_socket_request(target));
}
Refusal refused(std::string_view target) {
  return std::get<Refusal>(parse_socket_request(target));
}

TEST(Handshake, ReadsTheControlUrl) {
  const auto request = read(
      "/acs/ws?agentHash=%2AUNKNOWN&agentVersion=1.4.0&clusterArn=default&containerInstanceArn=arn%3Aaws%3Ax"
      "&dockerVersion=DockerVersion%3A+20.10.24%2Bdfsg1&protocolVersion=2&seqNum=17");
  EXPECT_EQ(request.kind, SocketKind::control);
  EXPECT_EQ(request.agent_hash, "*UNKNOWN");
  EXPECT_EQ(request.agent_version, "1.4.0");
  EXPECT_EQ(request.cluster, "default");
  EXPECT_EQ(request.container_instance, "arn:aws:x");
  EXPECT_EQ(request.docker_version, "DockerVersion: 20.10.24+dfsg1");
  EXPECT_EQ(request.sequence, 17);
  EXPECT_EQ(request.protocol_version, 2);
}

TEST(Handshake, TellsTheKindByTheQueryWhateverThePath) {
  EXPECT_EQ(read("/ws?containerInstanceArn=a").kind, SocketKind::control);
  EXPECT_EQ(read("/ws?containerInstance=a&cluster=c").kind, SocketKind::telemetry);
  EXPECT_EQ(read("/telemetry/ws?containerInstance=a").kind, SocketKind::telemetry);
}

TEST(Handshake, RefusesWhatItCannotRead) {
  EXPECT_EQ(refused("/").status, 404);
  EXPECT_EQ(refused("/acs/ws").exception, "InvalidInstanceException");
  EXPECT_EQ(refused("/telemetry/ws?cluster=c").exception, "InvalidInstanceException");
  EXPECT_EQ(refused("/acs/ws?containerInstanceArn=%zz").exception, "BadRequestException");
  EXPECT_EQ(refused("/acs/ws?x=" + std::string(10'000, 'a')).exception, "BadRequestException");
}

TEST(Handshake, DoesNotBelieveSequenceNumbersThatLeaveNoRoom) {
  EXPECT_EQ(read("/acs/ws?containerInstanceArn=a&seqNum=2147483647").sequence, 0);
  EXPECT_EQ(read("/acs/ws?containerInstanceArn=a&seqNum=-5").sequence, 0);
  EXPECT_EQ(read("/acs/ws?containerInstanceArn=a&seqNum=7x").sequence, 0);
}

TEST(Handshake, RefusalsHaveTheFormThatAgentsLookFor) {
  const auto response = refusal_response({400, "InactiveInstanceException", "gone"});
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body, R"({"InactiveInstanceException":"gone"})");
}

}  // namespace
}  // namespace berth::gateway
