#include "bin/berth_load/session.h"

#include <fmt/format.h>

namespace berth::load {
namespace {

constexpr Nanos kPatience = 30'000'000'000;

}  // namespace

Session::Session(Loop& loop, const Target& target)
    : loop_(loop), target_(target), signer_(target), connection_(loop, target.address) {}

Result<JsonObject> Session::call(const std::string& operation, const std::string& body) {
  bool answered = false;
  int status = 0;
  std::string text;
  connection_.send(signer_.api_request(operation, body), [&](const Reply& reply) {
    answered = true;
    status = reply.status;
    text = reply.body;
    loop_.stop();
  });
  const Nanos deadline = now_ns() + kPatience;
  while (!answered && now_ns() < deadline) loop_.run_until(deadline);
  check(answered, "the server has not answered within 30 s");
  if (status == 0)
    return unavailable(fmt::format("{}: no answer from {}", operation, target_.address.authority()));
  if (status != 200)
    return Error{ErrorCode::denied, fmt::format("{}: {} {}", operation, status, text), Retry::no};
  auto json = parse_json(text);
  if (!json || !json->is_object()) return invalid(fmt::format("{}: no JSON object", operation));
  return std::move(json->get_object());
}

Result<std::vector<std::string>> Session::list_tasks() {
  auto answer = call("ListTasks", fmt::format(R"({{"cluster":"{}","maxResults":100}})", target_.cluster));
  if (!answer) return std::move(answer).error();
  std::vector<std::string> arns;
  if (const auto* list = answer->if_contains("taskArns"); list != nullptr && list->is_array())
    for (const auto& arn : list->get_array()) arns.emplace_back(arn.get_string());
  return arns;
}

Result<std::vector<std::string>> Session::prepare(std::size_t tasks) {
  auto made = call("CreateCluster", fmt::format(R"({{"clusterName":"{}"}})", target_.cluster));
  if (!made) return std::move(made).error();
  made = call("RegisterTaskDefinition", definition_body(kFamily));
  if (!made) return std::move(made).error();
  if (tasks == 0) return std::vector<std::string>();
  auto arns = list_tasks();
  if (!arns) return arns;
  for (std::size_t have = arns->size(); have < tasks; have += 10) {
    made = call("RunTask", fmt::format(R"({{"cluster":"{}","taskDefinition":"{}","count":10}})",
                                       target_.cluster, kFamily));
    if (!made) return std::move(made).error();
  }
  return list_tasks();
}

}  // namespace berth::load
