#pragma once
#include <string>

#include "base/json.h"

namespace berth::model {

/// A mistake of the caller, or our failure, as the API's client sees it. The errors of a service have a
/// function each in its model/SERVICE/errors.h.
struct ApiError {
  std::string code;     ///< The shape's bare name, without a namespace: some clients match just that.
  std::string message;  ///< Names the field or resource, and what to do.
  int status = 400;
  JsonObject members = {};      ///< Further members of the shape (JSON protocols only).
  std::string query_code = {};  ///< The code where query services spell it otherwise; empty: the same.
};

}  // namespace berth::model
