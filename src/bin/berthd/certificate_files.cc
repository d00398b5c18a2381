#include "bin/berthd/certificate_files.h"

#include <unistd.h>

#include "http/certificates.h"

namespace berth::berthd {
namespace {

Result<http::TlsIdentity> read_pair(runtime::Files& files, const std::string& certificate,
                                    const std::string& key) {
  auto certificate_pem = files.read(certificate);
  if (!certificate_pem) return std::move(certificate_pem).error();
  auto key_pem = files.read(key);
  if (!key_pem) return std::move(key_pem).error();
  return http::TlsIdentity{*std::move(certificate_pem), *std::move(key_pem)};
}

Result<void> write_pair(runtime::Files& files, const http::TlsIdentity& identity,
                        const std::string& certificate, const std::string& key) {
  if (auto written = files.write_atomically(key, identity.key_pem, 0600); !written) return written;
  return files.write_atomically(certificate, identity.certificate_pem, 0644);
}

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? std::string(name) : std::string();
}

}  // namespace

Result<http::TlsIdentity> load_or_make_certificate(runtime::Files& files, const std::string& data_dir,
                                                   const std::string& listen_address, std::uint16_t port,
                                                   const std::string& region,
                                                   const std::vector<std::string>& extra, WallTime now) {
  const std::string base = data_dir + "/";
  auto authority = read_pair(files, base + "ca.pem", base + "ca-key.pem");
  if (!authority) {
    if (authority.error().code != ErrorCode::not_found) return std::move(authority).error();
    authority = http::make_authority(now);
    if (!authority) return std::move(authority).error();
    if (auto written = write_pair(files, *authority, base + "ca.pem", base + "ca-key.pem"); !written)
      return written.error();
  }
  const http::ServerNames names{listen_address, port, host_name(), region, extra};
  auto server = read_pair(files, base + "server.pem", base + "server-key.pem");
  if (server && http::still_serves(server->certificate_pem, authority->certificate_pem, names, now))
    return *std::move(server);
  server = http::issue_server_certificate(*authority, names, now);
  if (!server) return std::move(server).error();
  if (auto written = write_pair(files, *server, base + "server.pem", base + "server-key.pem"); !written)
    return written.error();
  return *std::move(server);
}

}  // namespace berth::berthd
