#include "gateway/testing/world.h"

#include <utility>

#include "domain/arns.h"
#include "scheduling/task_writes.h"

namespace berth::gateway::testing {
namespace {

class Handler final : public runtime::RequestHandler {
 public:
  explicit Handler(Gateway& gateway) : gateway_(gateway) {}
  Async<runtime::HttpResponse> handle(const runtime::HttpRequest&, const runtime::Peer&) override {
    co_return runtime::HttpResponse{404, {}, {}};
  }
  Async<runtime::UpgradeDecision> upgrade(const runtime::HttpRequest& request,
                                          const runtime::Peer& peer) override {
    return gateway_.upgrade(request, peer);
  }
  Async<void> run_socket(std::shared_ptr<void> context, runtime::MessageSocket& socket) override {
    return gateway_.run_socket(std::move(context), socket);
  }

 private:
  Gateway& gateway_;
};

domain::TaskDefinitionRecord definition() {
  domain::TaskDefinitionRecord record;
  record.account = kRealm.account;
  record.region = kRealm.region;
  record.family = "web";
  record.revision = 1;
  model::ecs::ContainerDefinition container;
  container.name = "app";
  container.image = "busybox";
  container.essential = true;
  record.definition.container_definitions = {{container}};
  record.definition.task_role_arn = "arn:aws:iam::123456789012:role/web";
  return record;
}

domain::ContainerInstanceRecord new_instance() {
  domain::ContainerInstanceRecord record;
  record.account = kRealm.account;
  record.region = kRealm.region;
  record.cluster = "default";
  record.cluster_generation = "g1";
  record.id = "i1";
  record.arn = domain::container_instance_arn(kRealm, "default", "i1", domain::ArnForm::long_);
  record.ec2_instance_id = "host";
  record.status = domain::InstanceStatus::active;
  record.cpu = record.memory = 100'000;
  record.agent_connected = true;
  return record;
}

}  // namespace

struct World::Process final : runtime::SimProcess {
  Process(runtime::SimNode& node, runtime::SimWorld& sim, store::Engine& engine, const Offer& offer,
          const Roles& roles)
      : committer(engine, node.runtime(), node.executor()),
        gateway({committer,
                 node.runtime(),
                 auth::lookup_of(auth::test_key()),
                 "berthd",
                 true,
                 {},
                 &offer,
                 &roles}),
        handler(gateway),
        starter(node.executor()) {
    starter.spawn(start(*this, node, sim));
  }
  static Async<void> start(Process& self, runtime::SimNode& node, runtime::SimWorld& sim) {
    const auto started = co_await self.committer.start();
    co_await self.gateway.await_agents();
    sim.network().listen(node, std::string(kAddress), self.handler);
    self.started = started.ok();
    self.gateway.start();
  }
  Async<void> stop() override {
    starter.cancel();
    co_await starter.drain();
    co_await gateway.stop();
    co_await committer.stop();
  }

  store::Committer committer;
  Gateway gateway;
  Handler handler;
  runtime::TaskGroup starter;
  bool started = false;
};

World::World(std::uint64_t seed)
    : sim_(seed),
      disk_(sim_.add_node("disk")),
      server_(sim_.add_node("server")),
      agents_(sim_.add_node("agents")),
      engine_(disk_.runtime(), store::memory::MemoryEngine::Mode::private_) {
  server_.boot([this](runtime::SimNode& node) {
    return std::make_unique<Process>(node, sim_, engine_, offer, roles);
  });
  check(sim_.run_until([this] { return process().started; }), "the store of a test must start");
  seed_records();
}

World::~World() {
  // While the engine is still there.
  server_.kill();
  sim_.run_until([this] { return server_.down(); });
}

World::Process& World::process() {
  return static_cast<Process&>(*server_.process());
}
Gateway& World::gateway() {
  return process().gateway;
}

store::Store& World::store() {
  return process().committer;
}

void World::commit(store::Transaction transaction) {
  const auto done = sim_.run(server_, process().committer.commit(std::move(transaction)));
  check(done.ok() || answer_lost_, "a transaction of a test must succeed");
  answer_lost_ = false;
}

void World::lose_next_answer() {
  using Faults = store::memory::MemoryFaults;
  Faults faults;
  faults.append = [first = true](const store::EngineBatch&) mutable {
    return std::exchange(first, false) ? Faults::Fate::unavailable_after : Faults::Fate::applied;
  };
  engine_.set_faults(std::move(faults));
  answer_lost_ = true;
}

void World::seed_records() {
  store::Transaction transaction("seed", domain::Writer::api);
  domain::ClusterRecord cluster;
  cluster.account = kRealm.account;
  cluster.region = kRealm.region;
  cluster.name = "default";
  cluster.generation = "g1";
  cluster.status = domain::ClusterStatus::active;
  transaction.put(cluster);
  transaction.put(new_instance());
  domain::InstanceAllocation allocation;
  allocation.account = kRealm.account;
  allocation.region = kRealm.region;
  allocation.cluster = "default";
  allocation.instance_id = "i1";
  transaction.put(allocation);
  transaction.put(definition());
  commit(std::move(transaction));
}

std::string World::acs_target(const std::string& more) {
  return "/acs/ws?agentHash=c763e4dc&agentVersion=1.83.0&clusterArn=default&containerInstanceArn="
         "arn%3Aaws%3Aecs%3Aus-east-1%3A123456789012%3Acontainer-instance%2Fdefault%2Fi1"
         "&dockerVersion=DockerVersion%3A+20.10.24" +
         more;
}

std::string World::tcs_target() {
  return "/telemetry/ws?cluster=default&containerInstance="
         "arn%3Aaws%3Aecs%3Aus-east-1%3A123456789012%3Acontainer-instance%2Fdefault%2Fi1";
}

Result<std::unique_ptr<runtime::MessageSocket>> World::dial(const std::string& target, bool sign) {
  runtime::HttpRequest request;
  request.method = "GET";
  request.target = target;
  request.headers.push_back({"Host", std::string(kAddress)});
  if (sign) {
    const HeaderView headers[] = {{"Host", kAddress}};
    const std::string_view view = target;
    const auto mark = view.find('?');
    const auth::SignedRequest to_sign{"GET", view.substr(0, mark), view.substr(mark + 1), headers, {}, {}};
    const auth::SigningCredentials credentials{
        std::string(auth::kTestKeyId), std::string(auth::kTestSecret), {}};
    const auto now = agents_.runtime().clock().wall();
    const auto signature = auth::sign_request(to_sign, {credentials, kRealm.region, "ecs", now}, keys_);
    request.headers.push_back({"Authorization", signature.authorization});
    request.headers.push_back({"X-Amz-Date", signature.date});
  }
  auto dialer = sim_.network().dialer(agents_, std::string(kAddress));
  return sim_.run(agents_, dialer->dial(std::move(request), std::chrono::seconds(30)));
}

std::unique_ptr<runtime::MessageSocket> World::connect(const std::string& target) {
  auto socket = dial(target);
  check(socket.ok(), socket.ok() ? "" : socket.error().message.c_str());
  return std::move(*socket);
}

JsonObject World::receive(runtime::MessageSocket& socket, Duration limit) {
  auto text =
      sim_.run(agents_, runtime::with_deadline(agents_.runtime(), limit, socket.receive()), 2 * limit);
  if (!text) return JsonObject{{"type", "{" + text.error().message + "}"}};
  return parse_json(*text).value().as_object();
}

JsonObject World::receive_payload(runtime::MessageSocket& socket, Duration limit) {
  const auto until = sim_.now() + limit;
  while (sim_.now() < until) {
    auto message = receive(socket, until - sim_.now());
    if (type_of(message) != "HeartbeatMessage") return message;
  }
  return JsonObject{{"type", "{nothing came}"}};
}

std::optional<Error> World::wait_closed(runtime::MessageSocket& socket, Duration limit) {
  const auto until = sim_.now() + limit;
  while (sim_.now() < until) {
    auto text = sim_.run(
        agents_, runtime::with_deadline(agents_.runtime(), until - sim_.now(), socket.receive()), 2 * limit);
    if (text) continue;
    if (text.error().code == ErrorCode::timeout) return std::nullopt;
    return text.error();
  }
  return std::nullopt;
}

void World::send(runtime::MessageSocket& socket, const std::string& text) {
  const auto sent = sim_.run(agents_, socket.send(text));
  check(sent.ok(), "a message of a test must go out");
}

void World::acknowledge(runtime::MessageSocket& socket, const JsonObject& payload) {
  send(socket,
       R"({"type":"AckRequest","message":{"cluster":"default","containerInstance":"x","messageId":")" +
           text_at(payload, "messageId") + R"("}})");
}

void World::put_task(const std::string& id, domain::TaskStatus desired) {
  domain::TaskRecord task;
  task.account = kRealm.account;
  task.region = kRealm.region;
  task.cluster = "default";
  task.cluster_generation = "g1";
  task.id = id;
  task.arn = domain::task_arn(kRealm, "default", id, domain::ArnForm::long_);
  task.instance_id = "i1";
  task.instance_arn = new_instance().arn;
  task.family = "web";
  task.revision = 1;
  task.group = "family:web";
  task.last_status = domain::TaskStatus::pending;
  task.desired_status = domain::TaskStatus::running;
  domain::ContainerState container;
  container.name = "app";
  container.id = "c" + id;
  container.has_health_check = true;
  task.containers = {container};
  task.cpu = task.memory = 1;
  store::Transaction transaction("test-" + std::to_string(++transactions_), domain::Writer::api);
  scheduling::add_task(transaction, task);
  commit(std::move(transaction));
  if (desired == domain::TaskStatus::stopped)
    change_task(id, domain::StopRequested{model::ecs::TaskStopCode::user_initiated, "test"},
                domain::Writer::api);
}

void World::change_task(const std::string& id, const domain::TaskEvent& event, domain::Writer writer) {
  store::Transaction transaction("test-" + std::to_string(++transactions_), writer);
  {
    auto view = sim_.run(server_, process().committer.read());
    const auto* before = view.find<domain::TaskRecord>(store::task_key(kRealm, "default", id));
    auto after =
        domain::apply_task_transition(*before->record, event, writer, server_.runtime().clock().wall());
    check(after.ok() && after->has_value(), "a test's event must change the task");
    scheduling::move_task(transaction, *before, **std::move(after));
  }
  commit(std::move(transaction));
}

void World::change_instance(const std::function<void(domain::ContainerInstanceRecord&)>& change) {
  auto record = instance();
  change(record);
  store::Transaction transaction("test-" + std::to_string(++transactions_), domain::Writer::api);
  transaction.put(record);
  commit(std::move(transaction));
}

domain::TaskRecord World::task(const std::string& id) {
  auto view = sim_.run(server_, process().committer.read());
  return *view.find<domain::TaskRecord>(store::task_key(kRealm, "default", id))->record;
}

domain::ContainerInstanceRecord World::instance() {
  auto view = sim_.run(server_, process().committer.read());
  return *view.find<domain::ContainerInstanceRecord>(store::instance_key(kRealm, "default", "i1"))->record;
}

const JsonValue& at(const JsonObject& envelope, std::string_view member) {
  static const JsonValue nothing;
  const auto* message = envelope.if_contains("message");
  if (!message || !message->is_object()) return nothing;
  const auto* value = message->get_object().if_contains(member);
  return value ? *value : nothing;
}

std::string text_at(const JsonObject& envelope, std::string_view member) {
  const auto& value = at(envelope, member);
  return value.is_string() ? std::string(value.get_string()) : "{" + render_json(value) + "}";
}

std::string type_of(const JsonObject& envelope) {
  const auto* type = envelope.if_contains("type");
  return type && type->is_string() ? std::string(type->get_string()) : std::string();
}

}  // namespace berth::gateway::testing
