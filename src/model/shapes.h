#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "model/decode_context.h"

/// Shapes of the model as tables: what the codecs of all services but the hottest are driven by, instead of
/// statements generated for each member. A table costs no code, so a service of hundreds of operations
/// compiles in seconds, and one table serves every protocol.
///
/// The generator makes a `StructureShape` for each structure (`shape_of(const X*)` finds it) and a `Shape`
/// for each list, map, enum and constrained type. All are constants that live as long as the program.
///
/// Values are reached through `void` pointers to members: `offset` says where, the accessors below how.
namespace berth::model {

enum class ShapeKind : std::uint8_t {
  string,
  boolean,
  integer,
  long_,
  double_,
  timestamp,
  blob,
  document,
  enumeration,
  list,
  map,
  structure,
};

/// What strict decoding demands of a value. The defaults demand nothing.
struct Constraint {
  std::int64_t length_min = 0;
  std::int64_t length_max = kNoLengthMax;
  bool has_length = false;
  bool has_range = false;
  double range_min = std::numeric_limits<double>::lowest();
  double range_max = std::numeric_limits<double>::max();
  const CharPattern* pattern = nullptr;
};

/// `std::optional<T>` without its T.
struct OptionalAccess {
  const void* (*find)(const void* member);  ///< Null when it is empty.
  void* (*emplace)(void* member);
  void (*reset)(void* member);
};

/// `std::vector<T>` without its T.
struct ListAccess {
  std::size_t (*size)(const void* list);
  const void* (*at)(const void* list, std::size_t index);
  void* (*append)(void* list);
  void (*drop_last)(void* list);
};

/// `std::map<std::string, T>` without its T.
struct MapAccess {
  using Visit = void (*)(void* context, const std::string& key, const void* value);
  std::size_t (*size)(const void* map);
  void (*each)(const void* map, void* context, Visit visit);
  void* (*emplace)(void* map, std::string key);  ///< A fresh value, in place of one that was there.
  void (*erase)(void* map, const std::string& key);
};

/// An enum without its type.
struct EnumAccess {
  std::span<const std::string_view> (*texts)();
  int (*get)(const void* value);
  void (*set)(void* value, int index);
};

struct StructureShape;
struct Shape;

struct ListShape {
  const ListAccess* access;
  const Shape* item;
  std::string_view
      item_name;  ///< Of an element in XML and awsQuery: "member" unless the model says otherwise.
};

struct MapShape {
  const MapAccess* access;
  const Shape* value;
  const Constraint* key_constraint;
  std::string_view key_name;  ///< In XML and awsQuery.
  std::string_view value_name;
};

struct Shape {
  ShapeKind kind;
  const Constraint* constraint = nullptr;  ///< Null: none.
  // The one that belongs to the kind is set.
  const ListShape* list = nullptr;
  const MapShape* map = nullptr;
  const EnumAccess* enumeration = nullptr;
  const StructureShape* structure = nullptr;
};

/// Where a member travels in the REST protocols; everywhere else it is in the body.
enum class MemberPlace : std::uint8_t {
  body,
  header,
  prefix_headers,
  label,
  query,
  query_params,
  payload,
  status
};

enum class TimestampFormat : std::uint8_t {
  usual,  ///< The protocol's own: seconds in JSON, ISO 8601 in XML and forms, RFC 7231 in headers.
  epoch_seconds,
  date_time,
  http_date,
};

struct MemberShape {
  std::string_view name;       ///< In JSON, in paths and messages.
  std::string_view form_name;  ///< In awsQuery and EC2 forms.
  std::string_view xml_name;
  std::string_view place_name;  ///< Of the header, prefix, label or query parameter.
  std::uint32_t offset;
  const Shape* shape;
  const OptionalAccess* optional;  ///< Null: the member is plain, so it is required or has a default.
  bool required = false;           ///< Must be there; a member with a default need not.
  bool flattened = false;          ///< A list or map without an element around it.
  bool attribute = false;          ///< An XML attribute of the structure's element.
  MemberPlace place = MemberPlace::body;
  TimestampFormat timestamp = TimestampFormat::usual;

  const void* in(const void* structure) const { return static_cast<const char*>(structure) + offset; }
  void* in(void* structure) const { return static_cast<char*>(structure) + offset; }
  /// The member's value, or null when it is absent.
  const void* find_in(const void* structure) const {
    return optional ? optional->find(in(structure)) : in(structure);
  }
};

/// Members of one structure at the most; the generator refuses more.
inline constexpr std::size_t kMembersMax = 256;

struct StructureShape {
  std::string_view name;
  std::span<const MemberShape> members;
  std::string_view xml_namespace = {};  ///< Of its element in restXml documents.

  const MemberShape* find(std::string_view member) const {
    for (const MemberShape& each : members)
      if (each.name == member) return &each;
    return nullptr;
  }
};

/// A structure that has a table: `shape_of(static_cast<const T*>(nullptr))` is declared in its codec header.
template <class T>
concept Tabled = std::is_class_v<T> && requires(const T* value) {
  { shape_of(value) } -> std::same_as<const StructureShape&>;
};

// Accessors, one of each for a type
// ---------------------------------------------------------------------------

// Plain functions: a lambda would be a type of its own for each use, which takes the compiler twice the time.
template <class T>
struct OptionalFunctions {
  static const void* find(const void* member) {
    const auto& value = *static_cast<const std::optional<T>*>(member);
    return value ? &*value : nullptr;
  }
  static void* emplace(void* member) { return &static_cast<std::optional<T>*>(member)->emplace(); }
  static void reset(void* member) { static_cast<std::optional<T>*>(member)->reset(); }
};
template <class T>
inline constexpr OptionalAccess kOptionalAccess{OptionalFunctions<T>::find, OptionalFunctions<T>::emplace,
                                                OptionalFunctions<T>::reset};

template <class T>
struct ListFunctions {
  static std::size_t size(const void* list) { return static_cast<const std::vector<T>*>(list)->size(); }
  static const void* at(const void* list, std::size_t index) {
    return &(*static_cast<const std::vector<T>*>(list))[index];
  }
  static void* append(void* list) { return &static_cast<std::vector<T>*>(list)->emplace_back(); }
  static void drop_last(void* list) { static_cast<std::vector<T>*>(list)->pop_back(); }
};
template <class T>
inline constexpr ListAccess kListAccess{ListFunctions<T>::size, ListFunctions<T>::at,
                                        ListFunctions<T>::append, ListFunctions<T>::drop_last};

template <class T>
struct MapFunctions {
  using Map = std::map<std::string, T>;
  static std::size_t size(const void* map) { return static_cast<const Map*>(map)->size(); }
  static void each(const void* map, void* context, MapAccess::Visit visit) {
    for (const auto& [key, value] : *static_cast<const Map*>(map)) visit(context, key, &value);
  }
  static void* emplace(void* map, std::string key) {
    T& value = (*static_cast<Map*>(map))[std::move(key)];
    value = T{};
    return &value;
  }
  static void erase(void* map, const std::string& key) { static_cast<Map*>(map)->erase(key); }
};
template <class T>
inline constexpr MapAccess kMapAccess{MapFunctions<T>::size, MapFunctions<T>::each, MapFunctions<T>::emplace,
                                      MapFunctions<T>::erase};

template <class T>
struct EnumFunctions {
  static std::span<const std::string_view> texts() { return enum_values(T{}); }
  static int get(const void* value) { return static_cast<int>(*static_cast<const T*>(value)); }
  static void set(void* value, int index) { *static_cast<T*>(value) = static_cast<T>(index); }
};
template <class T>
inline constexpr EnumAccess kEnumAccess{EnumFunctions<T>::texts, EnumFunctions<T>::get,
                                        EnumFunctions<T>::set};

/// A value behind a pointer of a table.
template <class T>
const T& value_as(const void* value) {
  return *static_cast<const T*>(value);
}
template <class T>
T& value_as(void* value) {
  return *static_cast<T*>(value);
}

// Shapes without constraints that every service uses
// ----------------------------------------------------------

inline constexpr Shape kStringShape{ShapeKind::string};
inline constexpr Shape kBooleanShape{ShapeKind::boolean};
inline constexpr Shape kIntegerShape{ShapeKind::integer};
inline constexpr Shape kLongShape{ShapeKind::long_};
inline constexpr Shape kDoubleShape{ShapeKind::double_};
inline constexpr Shape kTimestampShape{ShapeKind::timestamp};
inline constexpr Shape kBlobShape{ShapeKind::blob};
inline constexpr Shape kDocumentShape{ShapeKind::document};

/// Notes what a value that was decoded breaks of its constraint; for lists the length, not the items.
void check_constraint(const Shape& shape, const void* value, DecodeContext& context);
/// The same for the key of a map.
void check_key(const Constraint& constraint, const std::string& key, DecodeContext& context);

}  // namespace berth::model
