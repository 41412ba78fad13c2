// Up to where each partition is on disk, and the waiting for more of it: what readers may see of a log.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "core/log/log.hpp"

namespace trunkline {

// One thread publishes; any thread asks and waits.
class DurableEnds {
 public:
  explicit DurableEnds(std::uint32_t partitions);

  // What lies before these positions is durable: seen by end() from now on, and readers that wait for it
  // wake.
  void publish(std::span<const Position> ends);

  std::uint32_t partitions() const { return static_cast<std::uint32_t>(ends_.size()); }
  Offset end(Partition partition) const;
  std::vector<Position> all() const;

  // How many records lie behind this position. Errors: stop "beyond_end", stop "no_partition".
  Result<std::uint64_t> behind(Position from) const;

  void wait(std::span<const Position> any_of, Deadline deadline);  // as Log::wait
  void wake();

 private:
  bool any_behind(std::span<const Position> positions) const;

  std::vector<std::atomic<std::uint64_t>> ends_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t wakes_ = 0;
  std::uint32_t waiting_ = 0;
};

}  // namespace trunkline
