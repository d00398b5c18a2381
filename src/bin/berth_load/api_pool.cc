#include "bin/berth_load/api_pool.h"

namespace berth::load {

ApiPool::ApiPool(Loop& loop, const Target& target, std::size_t connections) : signer_(target) {
  for (std::size_t i = 0; i < connections; ++i) {
    connections_.push_back(std::make_unique<ApiConnection>(loop, target.address));
    free_.push_back(connections_.back().get());
  }
}

void ApiPool::call(std::string operation, std::string body, ApiConnection::Done done) {
  Call call{std::move(operation), std::move(body), std::move(done)};
  if (free_.empty()) {
    waiting_.push_back(std::move(call));
    return;
  }
  ApiConnection& connection = *free_.back();
  free_.pop_back();
  start(connection, std::move(call));
}

void ApiPool::start(ApiConnection& connection, Call call) {
  connection.send(signer_.api_request(call.operation, call.body),
                  [this, &connection, done = std::move(call.done)](const Reply& reply) {
                    done(reply);
                    go_on(connection);
                  });
}

void ApiPool::go_on(ApiConnection& connection) {
  if (waiting_.empty()) {
    free_.push_back(&connection);
    return;
  }
  Call next = std::move(waiting_.front());
  waiting_.pop_front();
  start(connection, std::move(next));
}

}  // namespace berth::load
