#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "api/api_result.h"
#include "api/call.h"
#include "api/exchange.h"
#include "api/service_words.h"
#include "model/operation_info.h"
#include "model/query_support.h"

namespace berth::api {

/// What the client sent, before it is decoded.
struct RawRequest {
  std::string_view body;                    ///< JSON protocols.
  const model::QueryTree* query = nullptr;  ///< Query protocols.
};

/// Service and operation → what answers it. An operation without an entry is in the model but not
/// implemented.
///
/// Runs on: filled once before serving, then read from any thread.
class OperationTable {
 public:
  /// Decodes, decides and encodes: JSON text or, for query services, the XML of the result's members.
  using Invoke = std::function<Async<ApiResult<std::string>>(Exchange&, const Call&, RawRequest)>;
  struct Entry {
    const model::OperationInfo* info = nullptr;
    const ServiceWords* words = nullptr;
    Invoke invoke;
    bool report = false;  ///< Of an agent: let in however many others there are, and however long it is.
  };

  OperationTable() = default;
  OperationTable(const OperationTable&) = delete;
  OperationTable& operator=(const OperationTable&) = delete;

  /// Operations of the service are added after this. Once for each service.
  const ServiceWords& add_service(std::string_view service, ServiceWords words);
  /// Once for each operation.
  void add(Entry entry);

  /// Null: there is no such operation, or it is not implemented.
  const Entry* find(std::string_view service, std::string_view operation) const;
  /// Null when Berth serves no such service.
  const ServiceWords* find_words(std::string_view service) const;
  /// "service.Operation" of each, in order; for `berthd --print-operations`.
  std::vector<std::string> list() const;

 private:
  std::map<std::string, ServiceWords, std::less<>> services_;
  std::map<std::string, Entry, std::less<>> entries_;  ///< By "service.Operation".
};

}  // namespace berth::api
