#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/files.h"

namespace berth::cli {

/// One Berth on this machine, run by `berth up` or otherwise: where its state lives and how it is reached.
struct Installation {
  std::string data_dir = "/var/lib/berth";
  std::uint16_t port = 5167;
  bool port_chosen = false;  ///< Somebody said it: it is neither the default nor where berthd runs already.
  std::string url;           ///< Where its berthd says that it serves; empty: plain on 127.0.0.1, `port`.
  std::string ca_pem;        ///< Who vouches for it there, with https.
  std::string region = "us-east-1";
  bool region_chosen = false;
  std::string served_region;  ///< That its berthd was started with, as far as is known.
  std::string cluster = "default";
  bool cluster_chosen = false;
  int instances = 0;   ///< Of `up --instances`; 0: one agent on the host itself.
  std::string zones;   ///< Of `up --zones`, as given.
  std::string images;  ///< Of `up --images`, as given.
  std::string endpoint() const;
  std::string ca_file() const;
  std::string pid_file(const std::string& program) const;
  std::string log_file(const std::string& program) const;
};

/// Finds where the control plane of the data directory serves, as its berthd wrote it there
/// (bin/command_line/served_at.h): address, TLS and region. What was chosen wins.
void find_served_at(runtime::Files& files, Installation& installation);

/// The root key, from DATA_DIR/credentials.
/// Errors: `not_found` before the first start.
struct Credentials {
  std::string access_key_id;
  std::string secret;
};
Result<Credentials> read_credentials(runtime::Files& files, const Installation& installation);

/// Process id from a pid file; 0 when there is none.
int read_pid(runtime::Files& files, const std::string& path);

/// The one name of a folder: absolute, without links and a slash at its end.
std::string canonical_folder(const std::string& path);

/// The folder of this program, where berthd and berth-agent are too.
std::string program_folder();

}  // namespace berth::cli
