// How far each read model's committed rows have come, told within the process the moment a commit has
// happened: for reads that must see a position, and for the status page. (Other processes see
// projections.checkpoints.)
#pragma once
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/log/log.hpp"

namespace trunkline {

// Any thread.
class Progress {
 public:
  void publish(std::string_view projection, Position committed);
  void left(std::string_view projection, Partition partition);  // another process folds it from here
  void stopped(std::string_view projection, Error why);         // it folds no more until somebody has looked

  // True when the rows are folded up to the position; false at the deadline, and at once when the projection
  // stopped or the partition is left to another process.
  bool wait_until(std::string_view projection, Position wanted, Deadline deadline) const;

  // What this process has committed; nullopt for a partition that it does not fold.
  std::optional<Position> committed(std::string_view projection, Partition partition) const;
  std::optional<Error> why_stopped(std::string_view projection) const;

 private:
  struct State {
    std::map<Partition, Offset> committed;
    std::optional<Error> why_stopped;
  };
  const State* find(std::string_view projection) const;

  mutable std::mutex mutex_;
  mutable std::condition_variable moved_;
  std::map<std::string, State, std::less<>> states_;
  std::uint64_t departures_ = 0;
};

}  // namespace trunkline
