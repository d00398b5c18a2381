#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "domain/arns.h"
#include "model/ecs/codec.h"
#include "runtime/real/io_threads.h"
#include "runtime/real/real_runtime.h"
#include "services/ecs/operations.h"
#include "store/committer.h"
#include "store/memory/memory_engine.h"

namespace berth::services::ecs::testing {

/// A store that lets something else happen just before the next commit, so that it loses a race it would win.
class RacingStore final : public store::Store {
 public:
  explicit RacingStore(store::Store& inner) : inner_(inner) {}
  /// Runs once, on the coroutine that commits; commits of its own go straight through.
  void before_next_commit(std::function<Async<void>()> action) { action_ = std::move(action); }

  Async<store::View> read() override { co_return co_await inner_.read(); }
  Async<Result<store::Revision>> commit(store::Transaction transaction) override {
    if (auto action = std::exchange(action_, nullptr)) co_await action();
    co_return co_await inner_.commit(std::move(transaction));
  }
  Async<Result<bool>> outcome_of(std::string id) override {
    co_return co_await inner_.outcome_of(std::move(id));
  }
  store::Revision durable() const override { return inner_.durable(); }
  Async<Result<void>> until_durable(store::Revision revision) override {
    co_return co_await inner_.until_durable(revision);
  }
  std::unique_ptr<store::Watch> watch(Executor executor) override {
    return inner_.watch(std::move(executor));
  }

 protected:
  std::unique_ptr<store::Subscription> subscribe_group(store::Kind, std::uint8_t, std::string,
                                                       runtime::Notifier::Handle) override {
    return nullptr;
  }
  std::unique_ptr<store::Subscription> subscribe_key(store::Kind, std::string,
                                                     runtime::Notifier::Handle) override {
    return nullptr;
  }

 private:
  store::Store& inner_;
  std::function<Async<void>()> action_;
};

/// Handlers over an empty store in memory, without the wire: call(handler, request) is one request of a
/// client.
class HandlersTest : public ::testing::Test {
 protected:
  HandlersTest() {
    threads_.start();
    const auto started = runtime::block_on(executor(), committer_.start());
    check(started.ok(), "the store of a test must start");
  }
  ~HandlersTest() override {
    runtime::block_on(executor(), committer_.stop());
    threads_.stop();
  }

  Executor executor() { return threads_.executor(0); }
  api::CallParts new_parts() const {
    api::CallParts parts{.principal = {},
                         .realm = realm_,
                         .request_id = "request",
                         .endpoint = "http://127.0.0.1:5167",
                         .now = now_};
    parts.principal.account_id = realm_.account;
    parts.principal.arn = principal_arn_;
    return parts;
  }
  /// One request, to its end. The type of the request follows from the operation: call(list_clusters,
  /// {.max_results = 1}).
  template <class Response, class Request>
  ApiResult<Response> call(Decision<Response> (*decide)(const Call&, const store::View&, const Request&),
                           std::type_identity_t<Request> request) {
    return runtime::block_on(executor(), run_decided(this, decide, std::move(request)));
  }
  template <class Response, class Request>
  ApiResult<Response> call(Async<ApiResult<Response>> (*run)(Exchange&, const Call&, Request),
                           std::type_identity_t<Request> request) {
    return runtime::block_on(executor(), run_coroutine(this, run, std::move(request)));
  }
  /// As above, for what must succeed.
  template <class Response, class Operation, class Request>
  Response must_answer(Operation operation, Request request) {
    auto answer = call(operation, std::move(request));
    if (!answer) ADD_FAILURE() << answer.error().code << ": " << answer.error().message;
    return answer ? std::move(*answer) : Response();
  }
  template <class Response, class Request>
  Response must(Decision<Response> (*decide)(const Call&, const store::View&, const Request&),
                std::type_identity_t<Request> request) {
    return must_answer<Response>(decide, std::move(request));
  }
  template <class Response, class Request>
  Response must(Async<ApiResult<Response>> (*run)(Exchange&, const Call&, Request),
                std::type_identity_t<Request> request) {
    return must_answer<Response>(run, std::move(request));
  }
  /// Asserts that the call fails with this exception and a message that holds `fragment`.
  template <class Response>
  void refused(const ApiResult<Response>& answer, std::string_view code, std::string_view fragment = "") {
    ASSERT_FALSE(answer.ok()) << "expected " << code;
    EXPECT_EQ(answer.error().code, code) << answer.error().message;
    EXPECT_THAT(answer.error().message, ::testing::HasSubstr(std::string(fragment)));
    EXPECT_FALSE(answer.error().message.empty());
  }
  /// Makes the next commit lose against `request`, which must succeed.
  template <class Response, class Request>
  void lose_against(Decision<Response> (*decide)(const Call&, const store::View&, const Request&),
                    std::type_identity_t<Request> request) {
    store_.before_next_commit(
        [this, decide, request] { return race(run_decided<Response, Request>(this, decide, request)); });
  }
  template <class Response, class Request>
  void lose_against(Async<ApiResult<Response>> (*run)(Exchange&, const Call&, Request),
                    std::type_identity_t<Request> request) {
    store_.before_next_commit(
        [this, run, request] { return race(run_coroutine<Response, Request>(this, run, request)); });
  }

  template <class R>
  store::Ptr<R> stored(const std::string& key) {
    return runtime::block_on(executor(), find<R>(&committer_, key));
  }
  /// Stores a record as it is, as another part of Berth would.
  template <class R>
  void put(R record, domain::Writer writer = domain::Writer::restore) {
    store::Transaction transaction(runtime_.ids().uuid(), writer);
    transaction.put(std::move(record));
    const auto committed = runtime::block_on(executor(), committer_.commit(std::move(transaction)));
    ASSERT_TRUE(committed.ok());
  }
  store::Revision head() { return committer_.durable(); }

  // What most tests need.
  std::string create(const std::string& name) {
    return *must(create_cluster, {.cluster_name = name}).cluster->cluster_arn;
  }
  static std::vector<model::ecs::Resource> resources(std::int32_t cpu, std::int32_t memory) {
    return {
        {.name = "CPU", .type = "INTEGER", .integer_value = cpu},
        {.name = "MEMORY", .type = "INTEGER", .integer_value = memory},
        {.name = "PORTS", .type = "STRINGSET", .string_set_value = std::vector<std::string>{"22", "51678"}},
        {.name = "PORTS_UDP", .type = "STRINGSET", .string_set_value = std::vector<std::string>{}}};
  }
  static model::ecs::RegisterContainerInstanceRequest registration(const std::string& cluster,
                                                                   const std::string& host = "") {
    model::ecs::RegisterContainerInstanceRequest request;
    request.cluster = cluster;
    request.instance_identity_document = host.empty() ? "" : "{\"BERTH_INSTANCE_ID\":\"" + host + "\"}";
    request.instance_identity_document_signature = "";
    request.total_resources = resources(2048, 4096);
    return request;
  }
  model::ecs::ContainerInstance enrol(const std::string& cluster, const std::string& host = "") {
    return must(register_container_instance, registration(cluster, host)).container_instance.value();
  }
  /// As enrol(); its agent is connected, so that tasks are placed on it.
  void enrol_connected(const std::string& cluster) {
    const std::string arn = *enrol(cluster).container_instance_arn;
    auto record = *stored<domain::ContainerInstanceRecord>(
        store::instance_key(realm_, cluster, arn.substr(arn.rfind('/') + 1)));
    record.agent_connected = true;
    put(std::move(record));
  }
  /// A family of one busybox container, 10 CPU units and 8 MiB.
  void define(const std::string& family) {
    model::ecs::RegisterTaskDefinitionRequest request;
    request.family = family;
    model::ecs::ContainerDefinition container;
    container.name = "main";
    container.image = "busybox";
    container.cpu = 10;
    container.memory = 8;
    container.essential = true;
    request.container_definitions.push_back(container);
    must(register_task_definition, request);
  }
  model::ecs::Task run(const std::string& cluster, const std::string& family) {
    auto answer = must(run_task, {.cluster = cluster, .task_definition = family});
    return answer.tasks && !answer.tasks->empty() ? answer.tasks->front() : model::ecs::Task();
  }

  runtime::IoThreads threads_{1};
  runtime::RealRuntime runtime_{threads_.executor(0)};
  store::memory::MemoryEngine engine_{runtime_, store::memory::MemoryEngine::Mode::private_};
  store::Committer committer_{engine_, runtime_, threads_.executor(0)};
  RacingStore store_{committer_};
  Deps deps_{.endpoint = "http://127.0.0.1:5167"};
  std::shared_ptr<api::Turns> turns_ = std::make_shared<api::Turns>();
  domain::Realm realm_{"123456789012", "us-east-1"};
  std::string principal_arn_ = "arn:aws:iam::123456789012:user/alice";
  WallTime now_{1'800'000'000'000};

  // The rules of the operations that have a client token.
  template <class Request>
  static constexpr bool kHasToken = std::is_same_v<Request, model::ecs::RunTaskRequest> ||
                                    std::is_same_v<Request, model::ecs::CreateServiceRequest> ||
                                    std::is_same_v<Request, model::ecs::CreateTaskSetRequest> ||
                                    std::is_same_v<Request, model::ecs::RegisterContainerInstanceRequest>;
  template <class Request>
  static const auto& token_rule() {
    if constexpr (std::is_same_v<Request, model::ecs::RunTaskRequest>)
      return kRunTaskToken;
    else if constexpr (std::is_same_v<Request, model::ecs::CreateServiceRequest>)
      return kCreateServiceToken;
    else if constexpr (std::is_same_v<Request, model::ecs::CreateTaskSetRequest>)
      return kCreateTaskSetToken;
    else
      return kRegisterContainerInstanceToken;
  }
  template <class Response, class Request>
  static Async<ApiResult<Response>> run_decided(HandlersTest* self,
                                                Decision<Response> (*decide)(const Call&, const store::View&,
                                                                             const Request&),
                                                Request request) {
    api::CallParts parts = self->new_parts();
    const Call one(api::Call(self->runtime_, parts), self->deps_);
    Exchange exchange{self->store_, self->turns_};
    const auto decide_on = [&](const store::View& view) -> Decision<Response> {
      if constexpr (kHasToken<Request>)
        return api::decide_once(words(), one, view, request, "Operation", token_rule<Request>(), decide);
      else
        return decide(one, view, request);
    };
    co_return co_await api::decide_and_commit<Response>(exchange, words(), decide_on);
  }

 private:
  template <class Response, class Request>
  static Async<ApiResult<Response>> run_coroutine(HandlersTest* self,
                                                  Async<ApiResult<Response>> (*run)(Exchange&, const Call&,
                                                                                    Request),
                                                  Request request) {
    api::CallParts parts = self->new_parts();
    const Call one(api::Call(self->runtime_, parts), self->deps_);
    Exchange exchange{self->store_, self->turns_};
    co_return co_await run(exchange, one, std::move(request));
  }
  template <class Response>
  static Async<void> race(Async<ApiResult<Response>> request) {
    auto answer = co_await std::move(request);
    if (!answer) ADD_FAILURE() << "the racing call failed: " << answer.error().message;
  }
  template <class R>
  static Async<store::Ptr<R>> find(store::Store* store, std::string key) {
    const auto view = co_await store->read();
    const auto* found = view.template find<R>(key);
    co_return found ? found->record : nullptr;
  }
};

/// Goes through all pages of a list and gives everything in order. `more(token)` calls for one page and
/// answers its next token.
inline int count_pages(const std::function<std::optional<std::string>(std::optional<std::string>)>& more,
                       int pages_max = 1000) {
  std::optional<std::string> token;
  int pages = 0;
  do {
    token = more(token);
    ++pages;
  } while (token && pages < pages_max);
  return pages;
}

}  // namespace berth::services::ecs::testing
