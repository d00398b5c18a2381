#include "model/shapes.h"

#include "base/time.h"

namespace berth::model {
namespace {

void check_text(const Constraint& constraint, const std::string& text, std::size_t length,
                DecodeContext& context) {
  if (constraint.has_length) context.check_length(length, constraint.length_min, constraint.length_max);
  if (constraint.pattern) context.check_pattern(text, *constraint.pattern);
}

void check_count(const Constraint& constraint, std::size_t count, DecodeContext& context) {
  if (constraint.has_length) context.check_length(count, constraint.length_min, constraint.length_max);
}

// Bounds of integers lie within the 53 bits that a double holds, or are those of the type.
std::int64_t whole(double bound) {
  using Limits = std::numeric_limits<std::int64_t>;
  if (bound <= static_cast<double>(Limits::lowest())) return Limits::lowest();
  if (bound >= static_cast<double>(Limits::max())) return Limits::max();
  return static_cast<std::int64_t>(bound);
}

void check_whole(const Constraint& constraint, std::int64_t value, DecodeContext& context) {
  if (constraint.has_range)
    context.check_range(value, whole(constraint.range_min), whole(constraint.range_max));
}

}  // namespace

void check_key(const Constraint& constraint, const std::string& key, DecodeContext& context) {
  check_text(constraint, key, character_count(key), context);
}

void check_constraint(const Shape& shape, const void* value, DecodeContext& context) {
  if (shape.constraint == nullptr) return;
  const Constraint& constraint = *shape.constraint;
  switch (shape.kind) {
    case ShapeKind::string: {
      const auto& text = *static_cast<const std::string*>(value);
      return check_text(constraint, text, character_count(text), context);
    }
    case ShapeKind::blob: {
      const auto& bytes = *static_cast<const std::string*>(value);
      return check_text(constraint, bytes, bytes.size(), context);
    }
    case ShapeKind::integer:
      return check_whole(constraint, *static_cast<const std::int32_t*>(value), context);
    case ShapeKind::long_:
      return check_whole(constraint, *static_cast<const std::int64_t*>(value), context);
    case ShapeKind::double_:
      if (constraint.has_range)
        context.check_range(*static_cast<const double*>(value), constraint.range_min, constraint.range_max);
      return;
    case ShapeKind::list:
      return check_count(constraint, shape.list->access->size(value), context);
    case ShapeKind::map:
      return check_count(constraint, shape.map->access->size(value), context);
    case ShapeKind::boolean:
    case ShapeKind::timestamp:
    case ShapeKind::document:
    case ShapeKind::enumeration:
    case ShapeKind::structure:
      return;
  }
}

}  // namespace berth::model
