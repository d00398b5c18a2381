#include "store/record_codec.h"

#include <fmt/format.h>

#include "domain/records_codec.h"
#include "domain/sharing.h"
#include "store/table.h"

namespace berth::store {
std::string encode_record(Kind kind, const void* record) {
  JsonWriter writer;
  const bool known = visit_record_type(
      kind, [&]<class R>(std::type_identity<R>) { encode(writer, *static_cast<const R*>(record)); });
  check(known, "a record of a kind without records");
  return writer.take();
}

Result<std::shared_ptr<const void>> decode_record(Kind kind, std::string_view key, std::string_view value) {
  Result<std::shared_ptr<const void>> answer = invalid("this version has no such kind of record");
  visit_record_type(kind, [&]<class R>(std::type_identity<R>) {
    Result<R> record = model::decode_json<R>(value);
    if (!record.ok()) {
      answer = invalid(fmt::format("stored {} {}: {}", to_string(kind), key, record.error().message));
    } else if (Schema<R>::key(*record) != key) {
      answer =
          invalid(fmt::format("stored {} {} says it is {}", to_string(kind), key, Schema<R>::key(*record)));
    } else {
      if constexpr (requires { domain::share_parts(*record); }) domain::share_parts(*record);
      answer = std::shared_ptr<const void>(std::make_shared<const R>(std::move(*record)));
    }
  });
  return answer;
}

IndexEntries index_entries(Kind kind, const void* record, IndexEntries::Slots wanted) {
  IndexEntries entries(wanted);
  visit_record_type(kind, [&]<class R>(std::type_identity<R>) {
    Schema<R>::index(*static_cast<const R*>(record), entries);
  });
  return entries;
}

}  // namespace berth::store
