#include <memory>
#include <vector>

#include "services/berth/operations.h"
#include "store/record_codec.h"

namespace berth::services::control {
namespace {

using model::control::ExportStateResponse;

// Kept beyond the view, which must not be held while much text is made.
struct Exported {
  store::Kind kind;
  std::shared_ptr<const void> record;
};

std::vector<Exported> collect(const store::View& view, const domain::Realm& realm) {
  const std::string prefix = store::realm_key(realm) + "/";
  std::vector<Exported> all;
  store::for_each_record_type([&]<class R>(std::type_identity<R>) {
    if (store::Schema<R>::kind == store::Kind::client_token) return;
    view.walk<R>(prefix, [&](const store::Stored<R>& stored) {
      if (!stored.key.starts_with(prefix)) return false;
      all.push_back({store::Schema<R>::kind, stored.record});
      return true;
    });
  });
  return all;
}

std::string render(const Call& call, store::Revision revision, const std::vector<Exported>& all) {
  JsonWriter writer;
  writer.begin_object();
  writer.key("format"), writer.integer(1);
  writer.key("revision"), writer.integer(static_cast<std::int64_t>(revision.value()));
  writer.key("at"), writer.integer(call.now.ms);
  writer.key("account"), writer.string(call.realm.account);
  writer.key("region"), writer.string(call.realm.region);
  writer.key("compat"),
      writer.string(call.deps.compat == domain::Compat::guide_2015 ? "guide-2015" : "current");
  writer.key("records");
  writer.begin_array();
  for (const auto& one : all) {
    writer.begin_object();
    writer.key("kind"), writer.string(store::to_string(one.kind));
    writer.key("record"), writer.raw(store::encode_record(one.kind, one.record.get()));
    writer.end_object();
  }
  writer.end_array();
  writer.end_object();
  return writer.take();
}

}  // namespace

Async<ApiResult<ExportStateResponse>> export_state(api::Exchange& exchange, const Call& call,
                                                   model::control::ExportStateRequest) {
  std::vector<Exported> all;
  store::Revision revision{};
  {
    const auto view = co_await exchange.read();
    revision = view.revision();
    all = collect(view, call.realm);
  }
  ExportStateResponse response;
  response.document = render(call, revision, all);
  co_return response;
}

}  // namespace berth::services::control
