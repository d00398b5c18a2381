#include "agent/endpoints/task_protection.h"

#include "base/time.h"

namespace berth::agent::endpoints {
namespace {

constexpr int kNoAnswer = 500;

/// The first element of a list, if it is an object.
const JsonObject* first_of(const JsonObject& document, std::string_view list) {
  const JsonValue* found = document.if_contains(list);
  if (found == nullptr || !found->is_array() || found->get_array().empty()) return nullptr;
  return found->get_array().front().if_object();
}

void copy(const JsonObject& from, std::string_view name, JsonObject& to, std::string_view as) {
  if (const JsonValue* value = from.if_contains(name); value != nullptr && !value->is_null()) to[as] = *value;
}

EndpointAnswer refuse(int status, const std::string& task_arn, const std::string& code,
                      const std::string& message) {
  JsonObject error{{"Arn", task_arn}, {"Code", code}, {"Message", message}};
  return {status, render_json(JsonObject{{"error", std::move(error)}})};
}

}  // namespace

Result<ProtectionWish> parse_protection_wish(std::string_view body) {
  const auto json = parse_json(body);
  if (!json || !json->is_object()) return invalid("the body must be a JSON object");
  ProtectionWish wish;
  const JsonValue* enabled = json->get_object().if_contains("ProtectionEnabled");
  if (enabled == nullptr || !enabled->is_bool())
    return invalid("ProtectionEnabled must be there, and true or false");
  wish.enabled = enabled->get_bool();
  const JsonValue* minutes = json->get_object().if_contains("ExpiresInMinutes");
  if (minutes == nullptr || minutes->is_null()) return wish;
  if (!minutes->is_int64()) return invalid("ExpiresInMinutes must be a whole number");
  wish.minutes = minutes->get_int64();
  return wish;
}

EndpointAnswer answer_protection(const std::string& task_arn, const ProtectionAnswer& answer) {
  if (!answer.error_code.empty() || answer.status == 0) {
    return refuse(answer.status == 0 ? kNoAnswer : answer.status, task_arn,
                  answer.error_code.empty() ? "ServerException" : answer.error_code, answer.error_message);
  }
  if (const JsonObject* failure = first_of(answer.document, "failures")) {
    JsonObject shown;
    copy(*failure, "arn", shown, "Arn");
    copy(*failure, "reason", shown, "Reason");
    copy(*failure, "detail", shown, "Detail");
    return {200, render_json(JsonObject{{"failure", std::move(shown)}})};
  }
  const JsonObject* found = first_of(answer.document, "protectedTasks");
  if (found == nullptr) return refuse(kNoAnswer, task_arn, "ServerException", "an answer without the task");
  JsonObject shown{{"TaskArn", task_arn}};
  copy(*found, "protectionEnabled", shown, "ProtectionEnabled");
  if (const JsonValue* until = found->if_contains("expirationDate"); until != nullptr && until->is_number()) {
    const double seconds = until->to_number<double>();
    shown["ExpirationDate"] = render_iso8601(WallTime{static_cast<std::int64_t>(seconds * 1000)});
  }
  return {200, render_json(JsonObject{{"protection", std::move(shown)}})};
}

EndpointAnswer refuse_protection(const std::string& task_arn, const std::string& why) {
  return refuse(400, task_arn, "InvalidParameterException", why);
}

}  // namespace berth::agent::endpoints
