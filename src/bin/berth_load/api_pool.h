#pragma once
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "bin/berth_load/api_connection.h"
#include "bin/berth_load/request_signer.h"

namespace berth::load {

/// Signed API calls over a few kept-alive connections, in the order they were asked for: what hollow
/// instances report through.
/// Runs on: its loop's thread.
class ApiPool {
 public:
  ApiPool(Loop& loop, const Target& target, std::size_t connections);

  void call(std::string operation, std::string body, ApiConnection::Done done);
  std::size_t waiting() const { return waiting_.size(); }
  RequestSigner& signer() { return signer_; }

 private:
  struct Call {
    std::string operation;
    std::string body;
    ApiConnection::Done done;
  };
  void start(ApiConnection& connection, Call call);
  void go_on(ApiConnection& connection);

  RequestSigner signer_;
  std::vector<std::unique_ptr<ApiConnection>> connections_;
  std::vector<ApiConnection*> free_;
  std::deque<Call> waiting_;
};

}  // namespace berth::load
