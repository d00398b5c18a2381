#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/engine/driver_types.h"
#include "base/result.h"

namespace berth::agent::drivers::docker {

/// `registry:5000/group/name:tag@sha256:…` in its parts.
struct ImageName {
  std::string repository;  ///< `registry:5000/group/name`
  std::string tag;         ///< Empty when none is given.
  std::string digest;      ///< `sha256:…`, or empty.
};
ImageName split_image_name(std::string_view image);

/// The answer to GET /images/{name}/json.
/// Errors: `invalid`.
Result<engine::ImageInfo> parse_image_info(std::string_view text);
/// The answer to GET /images/json.
/// Errors: `invalid`.
Result<std::vector<engine::ImageInfo>> parse_image_list(std::string_view text);

/// One line of the stream of a pull or an import: how far it is, or why it failed.
struct PullLine {
  engine::PullProgress progress;
  std::string error;  ///< Not empty: the pull has failed, although the answer's status was 200.
};
/// Errors: `invalid`.
Result<PullLine> parse_pull_line(std::string_view line);

}  // namespace berth::agent::drivers::docker
