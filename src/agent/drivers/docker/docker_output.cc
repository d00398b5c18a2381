// What containers write, of DockerRuntime.
#include <fmt/format.h>

#include "agent/drivers/docker/docker_runtime.h"
#include "agent/drivers/docker/output_frames.h"

namespace berth::agent::drivers::docker {
namespace {

using engine::DriverResult;
using engine::OutputLine;
using Lines = std::optional<std::vector<OutputLine>>;

class DockerOutput final : public engine::OutputStream {
 public:
  DockerOutput(std::unique_ptr<http::BodyStream> body, bool tty) : body_(std::move(body)), frames_(tty) {}

  Async<Result<Lines>> next() override {
    while (!ended_) {
      auto piece = co_await body_->next();
      if (!piece) co_return std::move(piece).error();
      std::vector<OutputLine> lines;
      if (*piece) {
        auto fed = frames_.feed(**piece, lines);
        if (!fed) co_return fed.error();
      } else {
        frames_.finish(lines);
        ended_ = true;
      }
      if (!lines.empty()) co_return Lines(std::move(lines));
    }
    co_return Lines();
  }

 private:
  std::unique_ptr<http::BodyStream> body_;
  OutputFrames frames_;
  bool ended_ = false;
};

}  // namespace

Async<DriverResult<std::unique_ptr<engine::OutputStream>>> DockerRuntime::follow_output(std::string id,
                                                                                        std::int64_t since_ns,
                                                                                        bool tty) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const Operation operation{"CannotReadContainerOutputError", "read", timeouts_.system};
  DockerRequest request{"GET",
                        fmt::format("/containers/{}/logs?follow=1&stdout=1&stderr=1&timestamps=1", id)};
  if (since_ns > 0) request.path += fmt::format("&since={}.{:09}", since_ns / kSecond, since_ns % kSecond);
  auto body = co_await client_->open(operation, std::move(request));
  if (!body) co_return body.error();
  std::unique_ptr<engine::OutputStream> stream = std::make_unique<DockerOutput>(std::move(*body), tty);
  co_return std::move(stream);
}

}  // namespace berth::agent::drivers::docker
