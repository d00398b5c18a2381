#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "model/ecs/types.h"
#include "services/ecs/core/errors.h"
#include "wire/api_error.h"

namespace berth::services::ecs {

/// Attributes that one container instance may carry in all; an agent of today sends some fifty.
inline constexpr std::size_t kAttributesPerInstanceMax = 250;

/// Whether ECS or its agent owns the attribute (`ecs.…`, `com.amazonaws.…`); all others are custom.
bool is_system_attribute(std::string_view name);

/// What the API allows for names and values (API reference: Attribute). `strict` is for custom attributes;
/// what agents say of themselves is only held to the lengths.
/// Errors: InvalidParameterException, naming the attribute.
enum class AttributeCheck { strict, lengths };
std::optional<wire::ApiError> check_attribute(const model::ecs::Attribute& attribute, AttributeCheck how);

/// Sets an attribute by name, keeping the order of the others: a new one goes before the first with a greater
/// name, so that a list that began empty is sorted, as placement wants it.
void set_attribute(std::vector<model::ecs::Attribute>& attributes, std::string_view name,
                   std::optional<std::string> value);
const model::ecs::Attribute* find_attribute(const std::vector<model::ecs::Attribute>& attributes,
                                            std::string_view name);

}  // namespace berth::services::ecs
