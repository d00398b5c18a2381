// Arbitrary bytes as a message of an agent, on either socket, and as the URL of one: nothing may crash.
#include <cstdint>

#include "gateway/acs/ack.h"
#include "gateway/acs/translate_task.h"
#include "gateway/envelope.h"
#include "gateway/handshake.h"
#include "model/tcs/tcs_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth;
  using namespace berth::gateway;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(parse_socket_request(text));
  static_cast<void>(acs::parse_vcpus(text));
  static_cast<void>(acs::parse_mebibytes(text));
  const auto envelope = parse_envelope(strip_header_block(text), 1U << 16);
  if (!envelope) return 0;
  static_cast<void>(acs::parse_acknowledgement(envelope->message));
  static_cast<void>(decode_message<model::tcs::PublishMetricsRequest>(envelope->message));
  static_cast<void>(decode_message<model::tcs::PublishHealthRequest>(envelope->message));
  return 0;
}
