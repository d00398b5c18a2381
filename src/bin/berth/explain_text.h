#pragma once
#include <string>

#include "base/json.h"

namespace berth::cli {

/// The documents of ExplainTask, ExplainService and ExplainPlacement as people read them. A document of
/// another kind comes back as JSON. Ends in a newline.
std::string render_explanation(const JsonObject& document);

}  // namespace berth::cli
