#include "agent/drivers/docker/image_json.h"

#include "agent/drivers/docker/docker_time.h"
#include "agent/drivers/docker/json_fields.h"

namespace berth::agent::drivers::docker {
namespace {

/// Docker lists images without a name as `<none>:<none>`.
std::vector<std::string> names_of(const JsonArray& names) {
  std::vector<std::string> out;
  for (const auto& value : names) {
    std::string name = text_of(value);
    if (!name.empty() && name.find("<none>") == std::string::npos) out.push_back(std::move(name));
  }
  return out;
}

/// Inspect has a text, list has seconds.
std::optional<WallTime> created_of(const JsonObject& image) {
  const auto* value = find_member(image, "Created");
  if (value == nullptr) return {};
  if (value->is_string()) return parse_docker_time(text_of(*value));
  const auto seconds = integer_of(*value);
  if (seconds <= 0 || seconds >= (1LL << 40)) return {};
  return WallTime{seconds * 1000};
}

engine::ImageInfo read_image(const JsonObject& image) {
  return {text_member(image, "Id"), names_of(array_member(image, "RepoTags")),
          names_of(array_member(image, "RepoDigests")), integer_member(image, "Size"), created_of(image)};
}

}  // namespace

ImageName split_image_name(std::string_view image) {
  ImageName out;
  if (const auto at = image.find('@'); at != std::string_view::npos) {
    out.digest = image.substr(at + 1);
    image = image.substr(0, at);
  }
  const auto slash = image.rfind('/');
  const auto colon = image.rfind(':');
  // A colon before the last slash is that of the registry's port.
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    out.tag = image.substr(colon + 1);
    image = image.substr(0, colon);
  }
  out.repository = image;
  return out;
}

Result<engine::ImageInfo> parse_image_info(std::string_view text) {
  auto json = parse_json(text);
  if (!json) return json.error();
  if (!json->is_object()) return invalid("an image is not a JSON object");
  auto image = read_image(json->get_object());
  if (image.id.empty()) return invalid("an image without Id");
  return image;
}

Result<std::vector<engine::ImageInfo>> parse_image_list(std::string_view text) {
  auto json = parse_json(text);
  if (!json) return json.error();
  if (!json->is_array()) return invalid("the list of images is not a JSON array");
  std::vector<engine::ImageInfo> list;
  for (const auto& value : json->get_array()) {
    if (!value.is_object()) return invalid("an image of the list is not a JSON object");
    list.push_back(read_image(value.get_object()));
  }
  return list;
}

Result<PullLine> parse_pull_line(std::string_view line) {
  auto json = parse_json(line);
  if (!json) return json.error();
  const auto* object = json->if_object();
  if (object == nullptr) return invalid("a line of progress is not a JSON object");
  PullLine out;
  out.error = text_member(object_member(*object, "errorDetail"), "message");
  if (out.error.empty()) out.error = text_member(*object, "error");
  if (out.error.empty() && (object->contains("errorDetail") || object->contains("error")))
    out.error = "unknown error";
  out.progress.layer = text_member(*object, "id");
  out.progress.message = text_member(*object, "status");
  const JsonObject& detail = object_member(*object, "progressDetail");
  out.progress.current_bytes = integer_member(detail, "current");
  out.progress.total_bytes = integer_member(detail, "total");
  return out;
}

}  // namespace berth::agent::drivers::docker
