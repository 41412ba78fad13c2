#include "projections/batch_reader.hpp"

#include <algorithm>

namespace trunkline {

void BatchReader::own(std::vector<Checkpoint> checkpoints) {
  next_.clear();
  rest_.clear();
  for (Checkpoint& checkpoint : checkpoints) {
    const Partition partition = checkpoint.position.partition;
    next_.emplace(partition, std::move(checkpoint));
  }
}

const Checkpoint* BatchReader::at(Partition partition) const {
  const auto found = next_.find(partition);
  return found == next_.end() ? nullptr : &found->second;
}

std::vector<Position> BatchReader::ends() const {
  std::vector<Position> ends = feed_.log().ends();
  for (const Position& bound : bounds_) {
    Position& end = ends[bound.partition.value()];
    end.next = std::min(end.next, bound.next);
  }
  return ends;
}

std::vector<std::pair<std::uint64_t, Position>> BatchReader::behind() const {
  std::vector<std::pair<std::uint64_t, Position>> behind;
  for (const Position& end : ends()) {
    const Checkpoint* checkpoint = at(end.partition);
    if (checkpoint == nullptr || end.next <= checkpoint->position.next) continue;
    behind.emplace_back(end.next.value() - checkpoint->position.next.value(), end);
  }
  std::sort(behind.begin(), behind.end());
  return behind;
}

Result<std::vector<Slice>> BatchReader::read(std::size_t bytes_max, std::size_t events_max) {
  std::vector<Slice> slices;
  for (const auto& [lag, end] : behind()) {
    if (bytes_max == 0 || events_max == 0) break;
    const Checkpoint& from = *at(end.partition);
    const auto events = events_from(from.position, bytes_max);
    if (!events) return events.error();
    if (*events == nullptr) continue;
    Slice slice{from, *events, (*events)->index_of(from.position.next)};
    const std::size_t there = (*events)->index_of(end.next) - slice.first;
    const std::size_t last = slice.first + std::min(there, events_max);
    std::size_t at = slice.first;
    for (; at < last && bytes_max > 0; ++at) bytes_max -= std::min(bytes_max, (*events)->bytes(at));
    slice.count = at - slice.first;
    events_max -= slice.count;
    if (at < (*events)->size()) rest_[end.partition] = *events;
    if (slice.count > 0) slices.push_back(std::move(slice));
  }
  return slices;
}

Result<std::shared_ptr<const EventBatch>> BatchReader::events_from(Position from, std::size_t bytes_max) {
  const auto rest = rest_.find(from.partition);
  if (rest == rest_.end()) return feed_.read(from, bytes_max);
  const std::shared_ptr<const EventBatch> events = std::move(rest->second);
  rest_.erase(rest);
  const bool ours = events->offset(0) <= from.next && from.next <= events->offset(events->size() - 1);
  return ours ? events : feed_.read(from, bytes_max);
}

std::uint64_t BatchReader::events_before() const {
  std::uint64_t events = 0;
  for (const auto& [partition, checkpoint] : next_) events += checkpoint.position.next.value();
  return events;
}

std::uint64_t BatchReader::events_behind() const {
  std::uint64_t events = 0;
  for (const auto& [lag, end] : behind()) events += lag;
  return events;
}

void BatchReader::advance(const Checkpoint& to) {
  next_[to.position.partition] = to;
}

void BatchReader::wait(Deadline deadline) {
  std::vector<Position> positions;
  for (const auto& [partition, checkpoint] : next_) positions.push_back(checkpoint.position);
  feed_.log().wait(positions, deadline);
}

}  // namespace trunkline
