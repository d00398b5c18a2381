#include "placement/rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"

namespace berth::placement {
namespace {

constexpr std::string_view kAttributePrefix = "attribute:";

/// Templates in the field write CPU and cpu, instanceId and instanceid; names of attributes keep their case.
std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

Result<Constraint> parse_constraint(const RawConstraint& raw, ConstraintPlace place, QueryCache& cache) {
  if (raw.type == "distinctInstance") {
    if (place == ConstraintPlace::task_definition) {
      return invalid("constraint.type 'distinctInstance' is not supported.");
    }
    if (!raw.expression.empty()) return invalid("distinctInstance constraint cannot have an expression.");
    return Constraint{Constraint::Type::distinct_instance, nullptr};
  }
  if (raw.type != "memberOf") {
    return invalid(
        fmt::format("constraint.type '{}' is not valid: use distinctInstance or memberOf.", raw.type));
  }
  if (raw.expression.empty()) return invalid("memberOf constraint requires an expression.");
  auto query = cache.get(raw.expression);
  if (!query) return invalid(query.error().message);
  return Constraint{Constraint::Type::member_of, std::move(*query)};
}

Result<Strategy> parse_spread(std::string_view field) {
  std::string name = lower(field);
  if (name == "instanceid" || name == "host") {
    return Strategy{Strategy::Type::spread, Strategy::Field::instance_id, {}};
  }
  if (name.substr(0, kAttributePrefix.size()) == kAttributePrefix && name.size() > kAttributePrefix.size()) {
    return Strategy{Strategy::Type::spread, Strategy::Field::attribute,
                    std::string(field.substr(kAttributePrefix.size()))};
  }
  return invalid(fmt::format(
      "placementStrategy field '{}' is not valid for spread: use instanceId, host or attribute:NAME.",
      field));
}

Result<Strategy> parse_strategy(const RawStrategy& raw) {
  if (raw.type == "random") {
    if (!raw.field.empty()) return invalid("placementStrategy random cannot have a field.");
    return Strategy{};
  }
  if (raw.type == "spread") return parse_spread(raw.field);
  if (raw.type == "binpack") {
    std::string name = lower(raw.field);
    if (name == "cpu") return Strategy{Strategy::Type::binpack, Strategy::Field::cpu, {}};
    if (name == "memory") return Strategy{Strategy::Type::binpack, Strategy::Field::memory, {}};
    return invalid(
        fmt::format("placementStrategy field '{}' is not valid for binpack: use cpu or memory.", raw.field));
  }
  return invalid(
      fmt::format("placementStrategy type '{}' is not valid: use random, spread or binpack.", raw.type));
}

}  // namespace

Result<std::shared_ptr<const Query>> QueryCache::get(const std::string& text) {
  if (const auto known = queries_.find(text); known != queries_.end()) return known->second;
  auto parsed = parse_query(text);
  if (!parsed) return parsed.error();
  if (queries_.size() == kQueriesMax) queries_.clear();
  auto query = std::make_shared<const Query>(std::move(*parsed));
  queries_.emplace(text, query);
  return query;
}

Result<std::vector<Constraint>> parse_constraints(const std::vector<RawConstraint>& raw,
                                                  ConstraintPlace place, QueryCache* cache) {
  QueryCache own;
  if (raw.size() > kConstraintsMax) {
    return invalid(fmt::format("placementConstraints can have at most {} items.", kConstraintsMax));
  }
  std::vector<Constraint> parsed;
  for (const RawConstraint& constraint : raw) {
    auto one = parse_constraint(constraint, place, cache ? *cache : own);
    if (!one) return one.error();
    parsed.push_back(std::move(*one));
  }
  return parsed;
}

Result<std::vector<Strategy>> parse_strategies(const std::vector<RawStrategy>& raw) {
  if (raw.size() > kStrategiesMax) {
    return invalid(fmt::format("placementStrategy can have at most {} items.", kStrategiesMax));
  }
  std::vector<Strategy> parsed;
  for (const RawStrategy& strategy : raw) {
    auto one = parse_strategy(strategy);
    if (!one) return one.error();
    parsed.push_back(std::move(*one));
  }
  return parsed;
}

std::string render_strategy(const Strategy& strategy) {
  std::string_view type = strategy.type == Strategy::Type::spread ? "spread" : "binpack";
  switch (strategy.field) {
    case Strategy::Field::none:
      return "random";
    case Strategy::Field::instance_id:
      return fmt::format("{}(instanceId)", type);
    case Strategy::Field::attribute:
      return fmt::format("{}(attribute:{})", type, strategy.attribute);
    case Strategy::Field::cpu:
      return fmt::format("{}(cpu)", type);
    case Strategy::Field::memory:
      return fmt::format("{}(memory)", type);
  }
  unreachable();
}

}  // namespace berth::placement
