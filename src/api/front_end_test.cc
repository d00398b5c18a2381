// Goal: an answer is made of what lasts; a request that only reads is not failed by somebody else's change
// that was lost; nobody sends requests of any size. Method: the front end with operations of the test over a
// store in memory whose engine is slow and then full.
#include "api/front_end.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/operations.h"
#include "auth/testing_request.h"
#include "model/ecs/codec.h"
#include "model/ecs/operations.h"
#include "store/testing/world.h"

namespace berth::api {
namespace {

using namespace std::chrono_literals;
using Fate = store::memory::MemoryFaults::Fate;
struct Deps {};
using Call = CallWith<Deps>;
using ::testing::HasSubstr;

int looks = 0;

bool shows(const store::View& view) {
  return view.find<domain::ClusterRecord>(store::testing::cluster("b")) != nullptr;
}

// Answers whether cluster "b" is there. The first look waits until it is.
Async<ApiResult<model::ecs::ListClustersResponse>> list(Exchange& exchange, const Call& call,
                                                        model::ecs::ListClustersRequest) {
  const bool waits = ++looks == 1;
  model::ecs::ListClustersResponse response;
  response.cluster_arns.emplace();
  for (int tries = 0; tries < 10'000; ++tries) {
    {
      const auto view = co_await exchange.read();
      if (shows(view)) response.cluster_arns->push_back("b");
    }
    if (!waits || !response.cluster_arns->empty()) break;
    co_await call.runtime.sleep(1ms);
  }
  co_return response;
}

// Writes cluster "b".
Decision<model::ecs::CreateClusterResponse> create(const Call& call, const store::View&,
                                                   const model::ecs::CreateClusterRequest&) {
  auto transaction = new_transaction(call);
  transaction.put(store::testing::make_cluster("b"));
  return {model::ecs::CreateClusterResponse(), std::move(transaction)};
}

class FrontEndTest : public ::testing::Test {
 protected:
  FrontEndTest() {
    looks = 0;
    Operations<Deps> operations(table_, "ecs", json_words(), deps_);
    operations.add<model::ecs::ListClustersOperation>(list);
    operations.add<model::ecs::CreateClusterOperation>(create);
  }
  runtime::HttpRequest request(const std::string& operation, std::string body = "{}") {
    auth::TestRequest unsigned_request;
    unsigned_request.set("Host", "berth:5167");
    unsigned_request.set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113." + operation);
    unsigned_request.set("Content-Type", "application/x-amz-json-1.1");
    unsigned_request.body = std::move(body);
    const auth::SigningCredentials credentials{
        std::string(auth::kTestKeyId), std::string(auth::kTestSecret), {}};
    const auto signature = auth::sign_request(
        unsigned_request.view(), {credentials, "us-east-1", "ecs", world_.runtime().clock().wall()}, keys_);
    unsigned_request.set("Authorization", signature.authorization);
    unsigned_request.set("X-Amz-Date", signature.date);
    runtime::HttpRequest out;
    out.method = "POST";
    out.target = "/";
    for (const auto& [name, value] : unsigned_request.headers) out.headers.push_back({name, value});
    out.body = unsigned_request.body;
    return out;
  }
  static Async<void> send(FrontEndTest* self, runtime::HttpRequest request,
                          runtime::Promise<runtime::HttpResponse> to) {
    const runtime::Peer peer{};
    runtime::HttpResponse response = co_await self->front_end_.handle(request, peer);
    to.set(std::move(response));
  }
  static Async<void> drain(runtime::TaskGroup* group) { co_await group->drain(); }

  store::testing::World world_{store::testing::WorldKind::memory};
  auth::SigningKeyCache keys_;
  std::string warning_;
  Deps deps_;
  OperationTable table_;
  FrontEnd front_end_{FrontEndDeps{.store = world_.store(),
                                   .runtime = world_.runtime(),
                                   .operations = table_,
                                   .find_key = auth::lookup_of(auth::test_key()),
                                   .warning = [this] { return warning_; }}};
};

// The first look is within the second that the engine takes to refuse the change.
TEST_F(FrontEndTest, ReadsAreMadeAnewWhenWhatTheySawIsLost) {
  store::memory::MemoryFaults faults;
  faults.append = [](const store::EngineBatch&) { return Fate::refused; };
  faults.append_delay = [] { return 1s; };
  faults.probe_fails = [] { return true; };
  world_.memory().set_faults(faults);
  runtime::TaskGroup group(world_.executor());
  runtime::Promise<runtime::HttpResponse> written;
  group.spawn(send(this, request("CreateCluster"), written));
  runtime::Promise<runtime::HttpResponse> answered;
  group.spawn(send(this, request("ListClusters"), answered));
  runtime::block_on(world_.executor(), drain(&group));
  const auto answer = world_.run(answered.wait());
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr("\"clusterArns\":[]"));
  EXPECT_EQ(looks, 2);
  const auto refused = world_.run(written.wait());
  EXPECT_EQ(refused.status, 500);
  EXPECT_THAT(refused.body, HasSubstr("InternalFailure"));
  EXPECT_THAT(refused.body, HasSubstr("The change was not stored: the disk is full"));
}

TEST_F(FrontEndTest, HealthSaysWhatIsTheMatter) {
  runtime::HttpRequest health;
  health.method = "GET";
  health.target = "/healthz";
  const auto body = [&] {
    runtime::Promise<runtime::HttpResponse> answer;
    runtime::TaskGroup group(world_.executor());
    group.spawn(send(this, health, answer));
    runtime::block_on(world_.executor(), drain(&group));
    const auto response = world_.run(answer.wait());
    EXPECT_EQ(response.status, 200);
    return response.body;
  };
  EXPECT_EQ(body(), "ok\n");
  warning_ = "nothing can be stored: the disk is full";
  EXPECT_EQ(body(), "ok\nwarning: nothing can be stored: the disk is full\n");
}

TEST_F(FrontEndTest, RequestsAreBounded) {
  runtime::Promise<runtime::HttpResponse> answer;
  runtime::TaskGroup group(world_.executor());
  group.spawn(send(this,
                   request("ListClusters", "{\"nextToken\":\"" + std::string(kRequestBytesMax, 'x') + "\"}"),
                   answer));
  runtime::block_on(world_.executor(), drain(&group));
  const auto response = world_.run(answer.wait());
  EXPECT_EQ(response.status, 413) << response.body;
  EXPECT_THAT(response.body, HasSubstr("1048576 bytes"));
}

}  // namespace
}  // namespace berth::api
