#include "core/log/memory_log.hpp"

#include "core/log/journal_id.hpp"

namespace trunkline {

MemoryLog::MemoryLog(const Clock& clock, std::uint32_t partitions)
    : id_(new_journal_id()), ends_(partitions), times_(clock, partitions), documents_(partitions) {}

Result<std::vector<Position>> MemoryLog::append(std::vector<Draft> drafts) {
  if (const Status checked = check_drafts(drafts); !checked) return checked.error();
  std::unique_lock lock(mutex_);
  std::vector<Position> positions;
  times_.look_at_the_clock();
  for (Draft& draft : drafts) {
    const Partition partition = partition_of(draft.tenant, partitions());
    auto& documents = documents_[partition.value()];
    times_.fill(draft, partition);
    positions.push_back({partition, Offset{documents.size()}});
    documents.push_back(std::move(draft.document));
  }
  changed_.notify_all();
  if (holding_) {
    const std::uint64_t losses_before = losses_;
    changed_.wait(lock, [&] {
      return losses_ != losses_before || std::ranges::all_of(positions, [&](const Position& written) {
               return written.next < ends_.end(written.partition);
             });
    });
    if (losses_ != losses_before) return try_again("journal", "the disk lost what was being written");
  } else {
    publish();
  }
  return positions;
}

Result<RecordBatch> MemoryLog::read(Position from, std::size_t bytes_max) {
  const auto behind = ends_.behind(from);
  if (!behind) return behind.error();
  RecordBatch batch;
  const std::scoped_lock lock(mutex_);
  const auto& documents = documents_[from.partition.value()];
  for (Offset offset = from.next; offset < from.next + *behind; offset = offset + 1) {
    const std::string& document = documents[offset.value()];
    if (!batch.empty() && batch.bytes() + document.size() > bytes_max) break;
    batch.add(offset, document);
  }
  return batch;
}

Result<Position> MemoryLog::position_at(Partition partition, Time recorded) {
  const auto behind = ends_.behind({partition, Offset{0}});
  if (!behind) return behind.error();
  const std::scoped_lock lock(mutex_);
  json::Parser parser;
  const auto first = first_recorded_at(Offset{*behind}, recorded, [&](Offset offset) {
    return recorded_time(parser, documents_[partition.value()][offset.value()]);
  });
  if (!first) return first.error();
  return Position{partition, *first};
}

void MemoryLog::hold_syncs() {
  const std::scoped_lock lock(mutex_);
  holding_ = true;
}

void MemoryLog::sync() {
  const std::scoped_lock lock(mutex_);
  holding_ = false;
  publish();
  changed_.notify_all();
}

void MemoryLog::lose_unsynced() {
  const std::scoped_lock lock(mutex_);
  for (std::uint32_t i = 0; i < partitions(); ++i) documents_[i].resize(ends_.end(Partition{i}).value());
  holding_ = false;
  ++losses_;
  changed_.notify_all();
}

void MemoryLog::wait_for_unsynced(std::size_t records) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return unsynced() >= records; });
}

std::size_t MemoryLog::unsynced() const {
  std::size_t count = 0;
  for (std::uint32_t i = 0; i < partitions(); ++i)
    count += documents_[i].size() - ends_.end(Partition{i}).value();
  return count;
}

void MemoryLog::publish() {
  std::vector<Position> ends;
  for (std::uint32_t i = 0; i < partitions(); ++i)
    ends.push_back({Partition{i}, Offset{documents_[i].size()}});
  ends_.publish(ends);
}

}  // namespace trunkline
