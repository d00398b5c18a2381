#include "simulate/saved_state.h"

#include <fmt/format.h>

#include "base/json.h"
#include "domain/records_codec.h"
#include "store/table.h"

namespace berth::simulate {
namespace {

Result<void> take_record(SavedState& state, const JsonValue& entry) {
  const auto* object = entry.if_object();
  const auto* kind = object ? object->if_contains("kind") : nullptr;
  const auto* value = object ? object->if_contains("record") : nullptr;
  if (!kind || !kind->is_string() || !value) return invalid("the state has an entry without kind or record");
  const std::string name(kind->get_string());
  Result<void> answer =
      invalid(fmt::format("the state has records of kind {}, which this version does not know", name));
  store::for_each_record_type([&]<class R>(std::type_identity<R>) {
    if (store::to_string(store::Schema<R>::kind) != name) return;
    Result<R> record = model::decode_json<R>(render_json(*value));
    if (!record) {
      answer = invalid(fmt::format("a {} of the state: {}", name, record.error().message));
      return;
    }
    std::string key = store::Schema<R>::key(*record);
    state.records.push_back(
        {store::Schema<R>::kind, std::move(key), std::make_shared<const R>(*std::move(record))});
    answer = Result<void>();
  });
  return answer;
}

}  // namespace

Result<SavedState> parse_state(std::string_view document) {
  auto json = parse_json(document);
  if (!json) return std::move(json).error();
  const auto* object = json->if_object();
  const auto number = [&](std::string_view name) -> std::int64_t {
    const auto* found = object ? object->if_contains(name) : nullptr;
    return found && found->is_int64() ? found->get_int64() : -1;
  };
  const auto text = [&](std::string_view name) {
    const auto* found = object ? object->if_contains(name) : nullptr;
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
  };
  if (number("format") != 1) return invalid("this is no state of a cluster in format 1");
  const auto* records = object->if_contains("records");
  if (!records || !records->is_array() || number("revision") < 0 || number("at") < 0)
    return invalid("the state of the cluster is incomplete");
  SavedState state;
  state.revision = static_cast<std::uint64_t>(number("revision"));
  state.at = WallTime{number("at")};
  state.realm = {text("account"), text("region")};
  state.compat = text("compat") == "guide-2015" ? domain::Compat::guide_2015 : domain::Compat::current;
  for (const auto& entry : records->get_array())
    if (auto taken = take_record(state, entry); !taken) return std::move(taken).error();
  return state;
}

}  // namespace berth::simulate
