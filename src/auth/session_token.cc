#include "auth/session_token.h"

#include "base/encoding.h"
#include "base/json.h"

namespace berth::auth {
namespace {

// Names in the document are short, as the token goes along with every request.
struct TextMember {
  const char* name;
  std::string SessionClaims::*member;
};
constexpr TextMember kTexts[] = {{"k", &SessionClaims::access_key_id},   {"s", &SessionClaims::secret},
                                 {"a", &SessionClaims::account},         {"n", &SessionClaims::arn},
                                 {"u", &SessionClaims::user_id},         {"i", &SessionClaims::issuer_arn},
                                 {"d", &SessionClaims::issuer_id},       {"o", &SessionClaims::source_key_id},
                                 {"y", &SessionClaims::source_identity}, {"m", &SessionClaims::machine_id}};

void write_list(JsonWriter& writer, std::string_view name, const std::vector<std::string>& list) {
  if (list.empty()) return;
  writer.key(name);
  writer.begin_array();
  for (const auto& text : list) writer.string(text);
  writer.end_array();
}

std::string render_claims(const SessionClaims& claims) {
  JsonWriter writer;
  writer.begin_object();
  for (const TextMember& text : kTexts) {
    if ((claims.*text.member).empty()) continue;
    writer.key(text.name);
    writer.string(claims.*text.member);
  }
  writer.key("b");
  writer.integer(claims.issued_at.ms);
  writer.key("e");
  writer.integer(claims.expires_at.ms);
  if (claims.chained) {
    writer.key("c");
    writer.boolean(true);
  }
  write_list(writer, "p", claims.session_policies);
  write_list(writer, "v", claims.transitive_tag_keys);
  if (!claims.tags.empty()) {
    writer.key("t");
    writer.begin_object();
    for (const auto& [key, value] : claims.tags) {
      writer.any_key(key);
      writer.string(value);
    }
    writer.end_object();
  }
  writer.end_object();
  return writer.take();
}

std::string text_at(const JsonObject& object, std::string_view name) {
  const JsonValue* value = object.if_contains(name);
  if (!value || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

std::vector<std::string> list_at(const JsonObject& object, std::string_view name) {
  std::vector<std::string> out;
  const JsonValue* value = object.if_contains(name);
  if (!value || !value->is_array()) return out;
  for (const JsonValue& one : value->get_array())
    if (one.is_string()) out.emplace_back(one.get_string().data(), one.get_string().size());
  return out;
}

WallTime time_at(const JsonObject& object, std::string_view name) {
  const JsonValue* value = object.if_contains(name);
  return {.ms = value && value->is_int64() ? value->get_int64() : 0};
}

SessionClaims claims_of(const JsonObject& object) {
  SessionClaims claims;
  for (const TextMember& text : kTexts) claims.*text.member = text_at(object, text.name);
  claims.issued_at = time_at(object, "b");
  claims.expires_at = time_at(object, "e");
  claims.chained = object.if_contains("c") != nullptr;
  claims.session_policies = list_at(object, "p");
  claims.transitive_tag_keys = list_at(object, "v");
  if (const JsonValue* tags = object.if_contains("t"); tags && tags->is_object())
    for (const auto& tag : tags->get_object())
      claims.tags.emplace(tag.key(), text_at(tags->get_object(), tag.key()));
  return claims;
}

}  // namespace

std::string make_session_token(const SessionClaims& claims, const SealingKey& key, const Nonce& nonce) {
  return encode_base64(seal(render_claims(claims), key, nonce, claims.access_key_id));
}

Result<SessionClaims> read_session_token(std::string_view token, std::string_view access_key_id,
                                         std::span<const SealingKey> keys) {
  const auto not_ours = [] { return invalid("The security token included in the request is invalid."); };
  if (token.size() > kSessionTokenBytesMax) return not_ours();
  const auto sealed = decode_base64(token);
  if (!sealed) return not_ours();
  const auto plain = unseal(*sealed, keys, access_key_id);
  if (!plain) return not_ours();
  const auto json = parse_json(*plain);
  if (!json || !json->is_object()) return not_ours();
  return claims_of(json->get_object());
}

}  // namespace berth::auth
