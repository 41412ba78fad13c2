// How far the read models have come that other processes fold, for reads that must see a position
// (projections/progress.hpp tells of this process's own).
//
// Their checkpoints are looked up every few milliseconds while somebody waits, once for everybody who does,
// and never otherwise; a session is borrowed for the look-up only.
#pragma once
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/log/log.hpp"
#include "core/postgres.hpp"

namespace trunkline {

// Any thread. The pool outlives it.
class OthersProgress {
 public:
  explicit OthersProgress(PostgresPool& pool) : pool_(pool) {}

  // True when the model's live rows reflect the position, whoever folds them; false at the deadline. Errors:
  // the pool's and the session's.
  Result<bool> wait_until(std::string_view projection, Position wanted, Deadline deadline);

 private:
  using Place = std::pair<std::string, Partition>;
  void look(std::unique_lock<std::mutex>& lock, Deadline deadline);
  bool reached(std::string_view projection, Position wanted) const;

  PostgresPool& pool_;
  std::mutex mutex_;
  std::condition_variable looked_;
  bool looking_ = false;  // one of those who wait looks for all of them
  Deadline looked_at_{};
  std::optional<Error> failure_;       // of the last look
  std::map<Place, Offset> committed_;  // as of the last look
};

}  // namespace trunkline
