#include "services/ecs/instances/attribute_rules.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::services::ecs {
namespace {

using model::ecs::Attribute;

constexpr std::size_t kNameCharactersMax = 128;
constexpr std::size_t kValueCharactersMax = 128;
// Capabilities of agents may be longer than what users may put.
constexpr std::size_t kSystemCharactersMax = 1024;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool only(std::string_view text, std::string_view more) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_letter_or_digit(c) || more.find(c) != std::string_view::npos; });
}

}  // namespace

bool is_system_attribute(std::string_view name) {
  return name.starts_with("ecs.") || name.starts_with("com.amazonaws.");
}

std::optional<wire::ApiError> check_attribute(const Attribute& attribute, AttributeCheck how) {
  const std::string_view name = attribute.name;
  const std::string value = attribute.value.value_or("");
  const std::size_t name_max = how == AttributeCheck::strict ? kNameCharactersMax : kSystemCharactersMax;
  const std::size_t value_max = how == AttributeCheck::strict ? kValueCharactersMax : kSystemCharactersMax;
  if (name.empty() || name.size() > name_max)
    return model::ecs::invalid_parameter_exception(
        fmt::format("attributes: a name must have 1 to {} characters.", name_max));
  if (value.size() > value_max)
    return model::ecs::invalid_parameter_exception(
        fmt::format("attributes: the value of '{}' must not be longer than {} characters.", name, value_max));
  if (how == AttributeCheck::lengths) return std::nullopt;
  if (!only(name, "-_./\\"))
    return model::ecs::invalid_parameter_exception(
        fmt::format("attributes: the name '{}' may hold letters, numbers, hyphens, underscores, slashes, "
                    "backslashes and periods only.",
                    name));
  if (!only(value, "-_.@/\\: "))
    return model::ecs::invalid_parameter_exception(fmt::format(
        "attributes: the value of '{}' may hold letters, numbers, spaces and any of - _ . @ / \\ : only.",
        name));
  if (!value.empty() && (value.front() == ' ' || value.back() == ' '))
    return model::ecs::invalid_parameter_exception(
        fmt::format("attributes: the value of '{}' must not begin or end with a space.", name));
  return std::nullopt;
}

void set_attribute(std::vector<Attribute>& attributes, std::string_view name,
                   std::optional<std::string> value) {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(), [&](const auto& have) { return have.name == name; });
  if (found != attributes.end()) {
    found->value = std::move(value);
    return;
  }
  Attribute attribute;
  attribute.name = name;
  attribute.value = std::move(value);
  const auto place = std::find_if(attributes.begin(), attributes.end(),
                                  [&](const auto& have) { return have.name > attribute.name; });
  attributes.insert(place, std::move(attribute));
}

const Attribute* find_attribute(const std::vector<Attribute>& attributes, std::string_view name) {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(), [&](const auto& have) { return have.name == name; });
  return found == attributes.end() ? nullptr : &*found;
}

}  // namespace berth::services::ecs
