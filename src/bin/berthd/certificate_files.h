#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "http/server.h"
#include "runtime/files.h"

namespace berth::berthd {

/// The server's certificate: `DIR/ca.pem`, `ca-key.pem`, `server.pem`, `server-key.pem`, made at the first
/// start and made anew when names change or the end is near. `extra` are names and addresses beside the
/// listening address and the host's name.
/// Errors: `invalid` for files that are no PEM, `internal`.
Result<http::TlsIdentity> load_or_make_certificate(runtime::Files& files, const std::string& data_dir,
                                                   const std::string& listen_address, std::uint16_t port,
                                                   const std::string& region,
                                                   const std::vector<std::string>& extra, WallTime now);

}  // namespace berth::berthd
