#include "bin/berth_load/operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace berth::load {
namespace {

constexpr std::array<std::string_view, 5> kKnown{"DescribeTasks", "ListTasks", "RunTask",
                                                 "RegisterTaskDefinition", "DescribeClusters"};
constexpr std::size_t kDescribeMax = 100;
constexpr std::size_t kRunMax = 10;
// Different requests that take turns, so that no answer comes from a warm cache line alone.
constexpr std::size_t kVariants = 64;

Result<unsigned> parse_number(std::string_view text) {
  unsigned number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size() || number == 0)
    return invalid(fmt::format("'{}' is no positive number", text));
  return number;
}

Result<Operation> parse_operation(std::string_view text) {
  Operation operation;
  if (const auto equals = text.find('='); equals != std::string_view::npos) {
    const auto weight = parse_number(text.substr(equals + 1));
    if (!weight) return weight.error();
    operation.weight = *weight;
    text = text.substr(0, equals);
  }
  operation.name = text;
  operation.api = text.substr(0, text.find(':'));
  if (operation.api.size() < text.size()) {
    const auto count = parse_number(text.substr(operation.api.size() + 1));
    if (!count) return count.error();
    operation.count = *count;
  }
  if (std::find(kKnown.begin(), kKnown.end(), operation.api) == kKnown.end())
    return invalid(fmt::format("unknown operation '{}'; known: {}", operation.api, fmt::join(kKnown, ", ")));
  const std::size_t most = operation.api == "DescribeTasks" ? kDescribeMax : kRunMax;
  if (operation.count > most) return invalid(fmt::format("{}: at most {} in a call", operation.name, most));
  return operation;
}

std::string describe_body(const Target& target, const std::vector<std::string>& tasks, std::size_t first,
                          std::size_t count) {
  std::string arns;
  for (std::size_t i = 0; i < count; ++i)
    arns += fmt::format(R"({}"{}")", i == 0 ? "" : ",", tasks[(first + i) % tasks.size()]);
  return fmt::format(R"({{"cluster":"{}","tasks":[{}]}})", target.cluster, arns);
}

}  // namespace

Result<std::vector<Operation>> parse_mix(std::string_view text) {
  std::vector<Operation> mix;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    auto operation = parse_operation(text.substr(0, comma));
    if (!operation) return std::move(operation).error();
    mix.push_back(*std::move(operation));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  if (mix.empty()) return invalid("the mix is empty");
  return mix;
}

std::string definition_body(std::string_view family) {
  return fmt::format(
      R"({{"family":"{}","containerDefinitions":[{{"name":"main","image":"busybox:latest","cpu":10,)"
      R"("memory":32,"essential":true,"command":["sleep","3600"],)"
      R"("environment":[{{"name":"STAGE","value":"load"}}]}}]}})",
      family);
}

Result<void> fill_bodies(std::vector<Operation>& mix, const Target& target,
                         const std::vector<std::string>& tasks) {
  for (auto& operation : mix) {
    if (operation.api == "DescribeTasks") {
      if (tasks.size() < operation.count)
        return invalid(fmt::format("{} needs {} tasks, and the cluster has {}: start some hollow instances",
                                   operation.name, operation.count, tasks.size()));
      for (std::size_t i = 0; i < std::min(kVariants, tasks.size()); ++i)
        operation.bodies.push_back(describe_body(target, tasks, i, operation.count));
    } else if (operation.api == "ListTasks") {
      operation.bodies.push_back(fmt::format(R"({{"cluster":"{}","maxResults":100}})", target.cluster));
    } else if (operation.api == "RunTask") {
      operation.bodies.push_back(fmt::format(R"({{"cluster":"{}","taskDefinition":"{}","count":{}}})",
                                             target.cluster, kFamily, operation.count));
    } else if (operation.api == "DescribeClusters") {
      operation.bodies.push_back(fmt::format(R"({{"clusters":["{}"]}})", target.cluster));
    } else {
      for (std::size_t i = 0; i < kVariants; ++i)
        operation.bodies.push_back(definition_body(fmt::format("{}-{}", kFamily, i)));
    }
  }
  return {};
}

RequestBook::RequestBook(const Target& target, const std::vector<Operation>& mix)
    : signer_(target), mix_(mix) {
  for (const auto& operation : mix) {
    Page page;
    page.requests.resize(operation.bodies.size());
    page.second.resize(operation.bodies.size(), -1);
    pages_.push_back(std::move(page));
  }
}

std::string_view RequestBook::next(std::size_t operation) {
  Page& page = pages_[operation];
  page.turn = (page.turn + 1) % page.requests.size();
  const auto second = wall_seconds();
  if (page.second[page.turn] != second) {
    page.requests[page.turn] = signer_.api_request(mix_[operation].api, mix_[operation].bodies[page.turn],
                                                   static_cast<int>(operation));
    page.second[page.turn] = second;
  }
  return page.requests[page.turn];
}

}  // namespace berth::load
