#include "core/log/durable_ends.hpp"

#include <algorithm>

namespace trunkline {

DurableEnds::DurableEnds(std::uint32_t partitions) : ends_(partitions) {}

void DurableEnds::publish(std::span<const Position> ends) {
  for (const Position& end : ends)
    ends_[end.partition.value()].store(end.next.value(), std::memory_order_release);
  // The lock orders this with a reader between its look at the ends and its sleep.
  const std::scoped_lock lock(mutex_);
  if (waiting_ > 0) changed_.notify_all();
}

Offset DurableEnds::end(Partition partition) const {
  return Offset{ends_[partition.value()].load(std::memory_order_acquire)};
}

std::vector<Position> DurableEnds::all() const {
  std::vector<Position> all;
  for (std::uint32_t i = 0; i < partitions(); ++i) all.push_back({Partition{i}, end(Partition{i})});
  return all;
}

Result<std::uint64_t> DurableEnds::behind(Position from) const {
  if (from.partition.value() >= partitions())
    return must_stop("no_partition", "the journal has " + std::to_string(partitions()) +
                                         " partitions and none with number " +
                                         std::to_string(from.partition.value()));
  const Offset last = end(from.partition);
  if (from.next > last)
    return must_stop("beyond_end",
                     "position " + std::to_string(from.next.value()) + " of partition " +
                         std::to_string(from.partition.value()) + " lies beyond the journal's end at " +
                         std::to_string(last.value()) +
                         ": this journal is not the one that was read before, or has lost records");
  return last.value() - from.next.value();
}

bool DurableEnds::any_behind(std::span<const Position> positions) const {
  return std::ranges::any_of(positions, [&](const Position& position) {
    return position.partition.value() < partitions() && end(position.partition) > position.next;
  });
}

void DurableEnds::wait(std::span<const Position> any_of, Deadline deadline) {
  std::unique_lock lock(mutex_);
  const std::uint64_t wakes_before = wakes_;
  ++waiting_;
  changed_.wait_until(lock, deadline, [&] { return wakes_ != wakes_before || any_behind(any_of); });
  --waiting_;
}

void DurableEnds::wake() {
  const std::scoped_lock lock(mutex_);
  ++wakes_;
  changed_.notify_all();
}

}  // namespace trunkline
