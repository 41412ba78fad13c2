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
  std::vector<Position> ends = log_.ends();
  for (const Position& bound : bounds_) {
    Position& end = ends[bound.partition.value()];
    end.next = std::min(end.next, bound.next);
  }
  return ends;
}

std::vector<std::pair<std::uint64_t, Partition>> BatchReader::behind(
    const std::vector<Position>& ends) const {
  std::vector<std::pair<std::uint64_t, Partition>> behind;
  for (const Position& end : ends) {
    const Checkpoint* checkpoint = at(end.partition);
    if (checkpoint == nullptr || end.next <= checkpoint->position.next) continue;
    behind.emplace_back(end.next.value() - checkpoint->position.next.value(), end.partition);
  }
  std::sort(behind.begin(), behind.end());
  return behind;
}

Result<std::vector<Slice>> BatchReader::read(std::size_t bytes_max, std::size_t events_max) {
  std::vector<Slice> slices;
  const std::vector<Position> until = ends();
  for (const auto& [lag, partition] : behind(until)) {
    if (bytes_max == 0 || events_max == 0) break;
    const Checkpoint& from = *at(partition);
    auto records = records_from(from.position, bytes_max);
    if (!records) return records.error();
    if (records->empty()) continue;
    Slice slice{from, std::move(*records), 0};
    slice.count = std::min({slice.records.size(), events_max, static_cast<std::size_t>(lag)});
    keep_rest(partition, slice.records, slice.count);
    events_max -= slice.count;
    bytes_max -= std::min(bytes_max, slice.records.bytes());
    slices.push_back(std::move(slice));
  }
  return slices;
}

Result<RecordBatch> BatchReader::records_from(Position from, std::size_t bytes_max) {
  const auto rest = rest_.find(from.partition);
  if (rest == rest_.end()) return log_.read(from, bytes_max);
  RecordBatch records = std::move(rest->second);
  rest_.erase(rest);
  if (records[0].offset != from.next) return log_.read(from, bytes_max);
  if (records.bytes() >= bytes_max) return records;
  const Offset behind = records[records.size() - 1].offset + 1;
  const auto more = log_.read({from.partition, behind}, bytes_max - records.bytes());
  if (!more) return more.error();
  for (std::size_t i = 0; i < more->size(); ++i) records.add((*more)[i].offset, (*more)[i].document);
  return records;
}

void BatchReader::keep_rest(Partition partition, const RecordBatch& records, std::size_t count) {
  if (count == records.size()) return;
  RecordBatch& rest = rest_[partition];
  rest.reserve(records.size() - count, records.bytes());
  for (std::size_t i = count; i < records.size(); ++i) rest.add(records[i].offset, records[i].document);
}

void BatchReader::advance(const Checkpoint& to) {
  next_[to.position.partition] = to;
}

void BatchReader::wait(Deadline deadline) {
  std::vector<Position> positions;
  for (const auto& [partition, checkpoint] : next_) positions.push_back(checkpoint.position);
  log_.wait(positions, deadline);
}

}  // namespace trunkline
