#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/session/acs_messages.h"
#include "base/result.h"
#include "runtime/files.h"
#include "runtime/runtime.h"
#include "runtime/task_group.h"
#include "runtime/transport.h"

namespace berth::agent::update {

struct UpdateSettings {
  bool enabled = false;  ///< ECS_UPDATES_ENABLED
  std::string folder;    ///< ECS_UPDATE_DOWNLOAD_DIR; empty counts as not enabled.
  std::string key_pem;   ///< When not empty, packages must be signed with its private half.
};

/// For everything that a download takes (agent-protocol 12).
inline constexpr Duration kDownloadTimeout = std::chrono::minutes(15);

/// Answers StageUpdateMessage and PerformUpdateMessage: downloads the package to
/// `FOLDER/<20 hex>.ecs-update.tar`, checks its SHA-256 (the message's `signature`) and, with a key, the
/// Ed25519 signature at `<location>.sig`, points `FOLDER/desired-image` at it, and acknowledges; when it is
/// told to perform the update, acknowledges and asks for the end of the process.
///
/// Borrows: files, runtime, self.
/// Runs on: the agent's executor; disk and checks block it for the moment that they take.
/// Errors:  answered by NackRequest: `Updates are disabled`, `Invalid update: …`, `Unable to download: …`,
///          `Cannot perform update; update not downloaded`, `New update arrived: <message id>`.
/// Limits:  one download at a time; a further package ends the one before.
class Updater {
 public:
  struct Deps {
    runtime::Files& files;
    runtime::Runtime& runtime;
    /// Connects to the server of a URL.
    std::function<Result<std::unique_ptr<runtime::HttpCaller>>(const std::string& url)> connect;
    /// Sends an answer on the connection that there is; without one it is lost, and the control plane asks
    /// again.
    std::function<Async<void>(std::string message)> say;
    std::function<session::Self()> self;
    /// The update is to take place: the process shall end with exit code 42.
    std::function<void()> exit_for_update;
  };
  Updater(Deps deps, UpdateSettings settings);

  /// Takes an envelope of type StageUpdateMessage or PerformUpdateMessage; returns at once.
  void handle(const session::Envelope& envelope);
  /// Ends a download that is under way.
  Async<void> stop();

 private:
  struct Order {
    std::string message_id, location, sha256;
  };
  void stage(Order order);
  Async<void> download(Order order, std::uint64_t generation);
  Async<Result<void>> fetch_and_keep(Order order);
  Async<Result<std::string>> fetch(std::string url);
  Result<void> keep(const std::string& package);
  Async<void> perform(std::string message_id);
  void answer(const std::string& message_id, const std::string& refusal);
  Async<void> send(std::string message);

  Deps deps_;
  UpdateSettings settings_;
  runtime::TaskGroup group_;
  std::optional<Order> under_way_;
  std::uint64_t generation_ = 0;  ///< Of the download that counts.
  std::string staged_sha256_;     ///< Empty: nothing is staged.
};

}  // namespace berth::agent::update
