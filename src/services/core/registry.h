#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "model/codec_support.h"
#include "model/operation_info.h"
#include "model/query_support.h"
#include "services/core/api_result.h"
#include "services/core/context.h"

namespace berth::services {

/// What the client sent, before it is decoded.
struct RawRequest {
  std::string_view body;                    ///< JSON protocols.
  const model::QueryTree* query = nullptr;  ///< Query protocols.
};

/// The caller's error when a request does not decode: SerializationException for wrong types, else
/// ClientException or InvalidParameterException, naming the field.
wire::ApiError decode_error(const model::DecodeContext& problems, std::string_view operation);

/// Operation → handler. An operation without an entry is in the model but not implemented.
///
/// Runs on: filled once before serving, then read from any thread.
class HandlerRegistry {
 public:
  /// Decodes, handles and encodes: JSON text or, for query services, the XML of the result's members.
  using Invoke = std::function<Async<ApiResult<std::string>>(Context&, RawRequest)>;
  struct Entry {
    const model::OperationInfo* info;
    Invoke invoke;
  };

  template <class Operation>
  using HandlerOf = Async<ApiResult<typename model::OperationTraits<Operation>::Output>> (*)(
      Context&, typename model::OperationTraits<Operation>::Input);

  template <class Operation>
  void add(HandlerOf<Operation> handler) {
    insert(model::OperationTraits<Operation>::info(), [handler](Context& context, RawRequest request) {
      return invoke_json<Operation>(handler, context, request);
    });
  }
  /// In place of an entry that is there: a handler that works with `with` too, which it borrows.
  template <class Operation, class With>
  void replace(Async<ApiResult<typename model::OperationTraits<Operation>::Output>> (*handler)(
                   Context&, typename model::OperationTraits<Operation>::Input, With*),
               With* with) {
    erase(model::OperationTraits<Operation>::info());
    insert(model::OperationTraits<Operation>::info(), [handler, with](Context& context, RawRequest request) {
      return invoke_json<Operation>(Bound<Operation, With>{handler, with}, context, request);
    });
  }
  template <class Operation>
  void add_query(HandlerOf<Operation> handler) {
    insert(model::OperationTraits<Operation>::info(), [handler](Context& context, RawRequest request) {
      return invoke_query<Operation>(handler, context, request);
    });
  }

  const Entry* find(std::string_view service, std::string_view operation) const;
  /// "service.Operation" of each, in order; for `berthd --print-operations`.
  std::vector<std::string> list() const;

 private:
  void insert(const model::OperationInfo& info, Invoke invoke);
  void erase(const model::OperationInfo& info);

  template <class Operation, class With>
  struct Bound {
    using Input = typename model::OperationTraits<Operation>::Input;
    using Output = typename model::OperationTraits<Operation>::Output;
    Async<ApiResult<Output>> (*handler)(Context&, Input, With*);
    With* with;
    Async<ApiResult<Output>> operator()(Context& context, Input input) const {
      return handler(context, std::move(input), with);
    }
  };

  template <class Operation, class Handler>
  static Async<ApiResult<std::string>> invoke_json(Handler handler, Context& context, RawRequest request) {
    typename model::OperationTraits<Operation>::Input input;
    {
      auto json = parse_json(request.body.empty() ? std::string_view("{}") : request.body);
      if (!json) co_return wire::serialization_exception(json.error().message);
      model::DecodeContext problems(model::DecodeMode::strict);
      if (!decode(*json, input, problems))
        co_return decode_error(problems, model::OperationTraits<Operation>::name);
    }
    auto answer = co_await handler(context, std::move(input));
    if (!answer) co_return answer.take_error();
    co_return model::encode_json(*answer);
  }

  template <class Operation>
  static Async<ApiResult<std::string>> invoke_query(HandlerOf<Operation> handler, Context& context,
                                                    RawRequest request) {
    typename model::OperationTraits<Operation>::Input input;
    {
      model::DecodeContext problems(model::DecodeMode::strict);
      if (request.query && !decode_query(*request.query, input, problems))
        co_return decode_error(problems, model::OperationTraits<Operation>::name);
    }
    auto answer = co_await handler(context, std::move(input));
    if (!answer) co_return answer.take_error();
    std::string xml;
    model::XmlWriter writer(xml);
    encode_xml(writer, *answer);
    co_return xml;
  }

  std::map<std::string, Entry, std::less<>> entries_;  ///< By "service.Operation".
};

}  // namespace berth::services
