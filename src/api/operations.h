#pragma once
#include <utility>

#include "api/client_token.h"
#include "api/decision.h"
#include "api/operation_table.h"
#include "api/throttles.h"
#include "model/codec_support.h"

/// How a service puts its operations into the table: Operations<Deps>::add() for each. What is here is
/// instantiated once for each operation, with the codecs of its request and response.
namespace berth::api {

template <class Operation>
using InputOf = typename model::OperationTraits<Operation>::Input;
template <class Operation>
using OutputOf = typename model::OperationTraits<Operation>::Output;

/// The function that an operation is, for declarations: a plain one of what it sees.
template <class Call, class Operation>
using Decide = Decision<OutputOf<Operation>>(const Call& call, const store::View& view,
                                             const InputOf<Operation>& request);
/// What the few are that do more than decide once: they wait, or write in several transactions.
template <class Call, class Operation>
using Run = Async<ApiResult<OutputOf<Operation>>>(Exchange& exchange, const Call& call,
                                                  InputOf<Operation> request);

/// What an operation has besides its decision.
template <class Call, class Operation>
struct OperationRules {
  /// What a call costs while calls are throttled; nothing: it costs nothing.
  std::optional<Toll> (*toll)(const Call& call, const store::View& view,
                              const InputOf<Operation>& request) = nullptr;
  const Idempotency<Call, InputOf<Operation>, OutputOf<Operation>>* token = nullptr;
  bool report = false;  ///< OperationTable::Entry::report
};

/// The caller's error when a request does not decode: SerializationException for wrong types, else what the
/// service calls an invalid request. Names the member.
wire::ApiError decode_error(const ServiceWords& words, const model::DecodeContext& problems,
                            std::string_view operation);

/// Pays, waits. False: the call is refused.
Async<bool> pay(Exchange& exchange, const Call& call, const Toll& toll);

template <class T>
concept QueryDecodable = requires(const model::QueryTree& tree, T& value, model::DecodeContext& problems) {
  decode_query(tree, value, problems);
};
template <class T>
concept JsonDecodable = requires(const JsonValue& json, T& value, model::DecodeContext& problems) {
  decode(json, value, problems);
};

/// Decodes by the protocol of the request.
/// Errors: SerializationException and the service's own; UnknownOperationException when the service does not
///   speak that protocol.
template <class Operation>
ApiResult<InputOf<Operation>> decode_request(const ServiceWords& words, RawRequest request) {
  using Input = InputOf<Operation>;
  Input input;
  model::DecodeContext problems(model::DecodeMode::strict);
  bool decoded = false;
  if (request.query) {
    if constexpr (QueryDecodable<Input>)
      decoded = decode_query(*request.query, input, problems);
    else
      return wire::unknown_operation();
  } else if constexpr (JsonDecodable<Input>) {
    auto json = parse_json(request.body.empty() ? std::string_view("{}") : request.body);
    if (!json) return wire::serialization_exception(json.error().message);
    decoded = decode(*json, input, problems);
  } else {
    return wire::unknown_operation();
  }
  if (!decoded) return decode_error(words, problems, model::OperationTraits<Operation>::name);
  return input;
}

/// JSON text or, for a query request, the XML of the members.
template <class Operation>
std::string encode_answer(const OutputOf<Operation>& answer, bool query) {
  if constexpr (requires(model::XmlWriter & writer) { encode_xml(writer, answer); }) {
    if (query) {
      std::string xml;
      model::XmlWriter writer(xml);
      encode_xml(writer, answer);
      return xml;
    }
  }
  if constexpr (requires(JsonWriter & writer) { encode(writer, answer); })
    return model::encode_json(answer);
  else
    return {};  // Its requests cannot be decoded from JSON either.
}

/// The request without its token, encoded: what a repetition must have in common with the first call.
template <class Request>
std::string fingerprint_of(Request request, std::optional<std::string> Request::*token) {
  (request.*token).reset();
  return model::encode_json(request);
}

/// Decides with the call's client token, if it has one that counts.
template <class C, class Request, class Response, class Decide>
Decision<Response> decide_once(const ServiceWords& words, const C& call, const store::View& view,
                               const Request& request, std::string_view operation,
                               const Idempotency<C, Request, Response>& rule, const Decide& decide) {
  const std::optional<std::string>& token = request.*rule.token;
  if (!token || token->empty()) return decide(call, view, request);
  auto scope = rule.scope(call, view, request);
  if (!scope) return decide(call, view, request);
  auto use = look_up_token(words, call, view, *token, std::string(operation) + "." + *std::move(scope),
                           fingerprint_of(request, rule.token));
  if (!use) return use.take_error();
  const bool repeated = use->earlier.has_value();
  if (repeated)
    if (auto answer = rule.again(call, view, request, *use->earlier)) return *std::move(answer);
  Decision<Response> decision = decide(call, view, request);
  if (decision.transaction && !repeated)
    record_token(*decision.transaction, *std::move(use), std::move(decision.made));
  return decision;
}

/// One typed call of an operation that decides: throttle, client token, decide loop.
template <class C, class Operation>
Async<ApiResult<OutputOf<Operation>>> run_decided(
    Exchange& exchange, const ServiceWords& words, const C& call,
    Decision<OutputOf<Operation>> (*decide)(const C&, const store::View&, const InputOf<Operation>&),
    OperationRules<C, Operation> rules, InputOf<Operation> request) {
  if (rules.toll && exchange.throttles) {
    std::optional<Toll> toll;
    {
      const auto view = co_await exchange.read();
      toll = rules.toll(call, view, request);
    }
    if (toll) {
      const bool paid = co_await pay(exchange, call, *toll);
      if (!paid) co_return wire::throttling();
    }
  }
  const auto decide_on = [&](const store::View& view) -> Decision<OutputOf<Operation>> {
    if (!rules.token) return decide(call, view, request);
    return decide_once(words, call, view, request, model::OperationTraits<Operation>::name, *rules.token,
                       decide);
  };
  co_return co_await decide_and_commit<OutputOf<Operation>>(exchange, words, decide_on);
}

/// Adds the operations of one service to the table.
///
/// Borrows: the table for its own life; `deps`, which outlives the table.
template <class Deps>
class Operations {
 public:
  using C = CallWith<Deps>;
  template <class Operation>
  using Decide = api::Decide<C, Operation>*;
  template <class Operation>
  using Run = api::Run<C, Operation>*;

  Operations(OperationTable& table, std::string_view service, ServiceWords words, const Deps& deps)
      : table_(table), words_(table.add_service(service, words)), deps_(deps) {}

  template <class Operation>
  void add(Decide<Operation> decide, OperationRules<C, Operation> rules = {}) {
    insert<Operation>(
        [decide, rules](Exchange& exchange, const ServiceWords& words, const C& call,
                        InputOf<Operation> request) -> Async<ApiResult<OutputOf<Operation>>> {
          return run_decided<C, Operation>(exchange, words, call, decide, rules, std::move(request));
        },
        rules.report);
  }
  template <class Operation>
  void add(Run<Operation> run, OperationRules<C, Operation> rules = {}) {
    insert<Operation>([run](Exchange& exchange, const ServiceWords&, const C& call,
                            InputOf<Operation> request) { return run(exchange, call, std::move(request)); },
                      rules.report);
  }

 private:
  template <class Operation, class Answer>
  void insert(Answer answer, bool report) {
    table_.add(
        {&model::OperationTraits<Operation>::info(), &words_,
         [answer, words = &words_, deps = &deps_](Exchange& exchange, const Call& call, RawRequest request) {
           return invoke<Operation, Answer>(answer, words, deps, exchange, call, request);
         },
         report});
  }

  template <class Operation, class Answer>
  static Async<ApiResult<std::string>> invoke(Answer answer, const ServiceWords* words, const Deps* deps,
                                              Exchange& exchange, const Call& call, RawRequest request) {
    auto input = decode_request<Operation>(*words, request);
    if (!input) co_return input.take_error();
    const C own(call, *deps);
    auto made = co_await answer(exchange, *words, own, std::move(*input));
    if (!made) co_return made.take_error();
    co_return encode_answer<Operation>(*made, request.query != nullptr);
  }

  OperationTable& table_;
  const ServiceWords& words_;
  const Deps& deps_;
};

}  // namespace berth::api
