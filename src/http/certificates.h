#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "http/server.h"

namespace berth::http {

/// How long certificates made here are good for. The server's is short enough for every client platform:
/// owners ask still_serves() at each start and issue anew.
inline constexpr Duration kAuthorityValidity = std::chrono::hours(24 * 3650);
inline constexpr Duration kServerValidity = std::chrono::hours(24 * 800);
/// A certificate that ends sooner than this is due for renewal.
inline constexpr Duration kRenewBefore = std::chrono::hours(24 * 30);

/// Under what names clients may reach a server.
struct ServerNames {
  std::string listen_address;  ///< A wildcard (0.0.0.0, ::) adds nothing.
  std::uint16_t port = 0;
  std::string host_name;           ///< Of the machine; may be empty.
  std::string region;              ///< Adds `*.amazonaws.com` and `*.REGION.amazonaws.com`; may be empty.
  std::vector<std::string> extra;  ///< More names or addresses.
};

/// The subject alternative names for those: DNS names, then addresses, without doubles. `localhost`,
/// 127.0.0.1 and ::1 are always among them. Every name also comes as `NAME:PORT`, which some agents use as
/// TLS server name.
struct AlternativeNames {
  std::vector<std::string> dns;
  std::vector<std::string> addresses;
};
AlternativeNames alternative_names(const ServerNames& names);

/// A self-signed certificate authority: ECDSA P-256. Keys and serial numbers come from OpenSSL's generator.
/// Errors: `internal` when OpenSSL fails.
Result<TlsIdentity> make_authority(WallTime now);

/// A server certificate signed by `authority`, with its own new key.
/// Errors: `invalid` when the authority's PEM text is malformed, `internal`.
Result<TlsIdentity> issue_server_certificate(const TlsIdentity& authority, const ServerNames& names,
                                             WallTime now);

/// True when the certificate has all the names, is signed by the authority, and is not about to end.
bool still_serves(std::string_view certificate_pem, std::string_view authority_pem, const ServerNames& names,
                  WallTime now);

}  // namespace berth::http
