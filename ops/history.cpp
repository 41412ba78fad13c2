#include "ops/history.hpp"

namespace trunkline {

Result<std::unique_ptr<History>> History::open(std::string directory, Log& log, const Clock& clock,
                                               KeyStore& keys) {
  auto index = HistoryIndex::open(std::move(directory), log);
  if (!index) return index.error();
  return std::unique_ptr<History>{new History(std::move(*index), log, clock, keys)};
}

History::~History() {
  thread_.request_stop();
  context_.log.wake();
}

void History::keep_up() {
  thread_ = std::jthread([this](const std::stop_token& stop) { index_->run(stop); });
}

Status History::catch_up() {
  for (;;) {
    const auto stepped = index_->step();
    if (!stepped) return stepped.error();
    if (*stepped == 0) return done();
  }
}

}  // namespace trunkline
