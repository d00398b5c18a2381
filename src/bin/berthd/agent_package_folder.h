#pragma once
#include <optional>
#include <string>

#include "domain/agent_update.h"
#include "runtime/files.h"
#include "runtime/transport.h"

namespace berth::berthd {

/// The packages of new agents in a folder (`--agent-packages DIR`): `berth-agent-<version>.tar`, beside it
/// `….tar.sha256` as sha256sum writes it, without which the package is not offered, and perhaps `….tar.sig`.
/// The folder is looked at anew each time: what the operator puts there counts at once.
///
/// Borrows: files.
/// Runs on: any thread; blocks for as long as the disk does.
class AgentPackageFolder final : public domain::AgentPackages {
 public:
  /// `base_url` is where agents download from; empty: from this process, under kPackagesPath.
  AgentPackageFolder(runtime::Files& files, std::string folder, std::string base_url)
      : files_(files), folder_(std::move(folder)), base_url_(std::move(base_url)) {}

  static constexpr std::string_view kPackagesPath = "/_berth/agent-packages/";

  std::optional<domain::AgentPackage> newest() const override;
  std::string location(const domain::AgentPackage& package, const std::string& origin) const override;

  /// The answer to a GET below kPackagesPath: a package or its signature; packages are no secret. Nothing for
  /// other requests.
  std::optional<runtime::HttpResponse> serve(const runtime::HttpRequest& request) const;

 private:
  std::optional<domain::AgentPackage> package_of(const std::string& file) const;

  runtime::Files& files_;
  std::string folder_;
  std::string base_url_;
};

}  // namespace berth::berthd
