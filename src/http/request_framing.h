#pragma once
#include <span>
#include <string_view>

#include "runtime/transport.h"

namespace berth::http {

/// What is wrong with the header of a request, in words; empty when nothing is. Two servers that read such a
/// header differently can be made to see different requests in the same bytes (RFC 9112, 11), so that it is
/// refused rather than guessed at, and its connection closed:
///   - any Transfer-Encoding but one that is `chunked`, or one in HTTP/1.0, or one beside a Content-Length;
///   - a Content-Length that is not digits alone, or more than one;
///   - no Host in HTTP/1.1, more than one, or one that is no host;
///   - lines that end in less than CR LF, are folded, or have white space before the colon.
/// `text` is the header as it came, from the request line to the empty line; `version` 11 for HTTP/1.1. Pure.
std::string_view find_framing_fault(std::string_view text, std::span<const runtime::Header> fields,
                                    int version);

}  // namespace berth::http
