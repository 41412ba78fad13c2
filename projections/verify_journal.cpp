#include "projections/verify_journal.hpp"

namespace trunkline {
namespace {

constexpr std::size_t read_bytes = 4 << 20;

Difference at(const Checkpoint& checkpoint, std::string column, std::string stored, std::string counted) {
  return {"checkpoints", "partition " + std::to_string(checkpoint.position.partition.value()),
          std::move(column), std::move(stored), std::move(counted)};
}

}  // namespace

Status JournalRecount::count() {
  for (auto& [partition, wanted] : wanted_)
    if (auto status = count_partition(partition, wanted); !status) return status;
  return done();
}

Status JournalRecount::count_partition(Partition partition, std::map<Offset, Tally>& wanted) {
  Tally tally;
  Offset next{0};
  const std::uint64_t last = wanted.rbegin()->first.value();
  for (auto& [offset, counted] : wanted) {
    while (next < offset) {
      const auto records = log_.read({partition, next}, read_bytes);
      if (!records) return records.error();
      for (std::size_t i = 0; i < records->size() && next < offset; ++i) {
        tally.add((*records)[i].document);
        next = (*records)[i].offset + 1;
        ++records_;
      }
      if (options_.progress)
        options_.progress("recounting partition " + std::to_string(partition.value()), next.value(), last);
    }
    counted = tally;
  }
  return done();
}

std::vector<Difference> differences_in_place(const Log& log, const Checkpoint& checkpoint) {
  if (checkpoint.journal != log.id())
    return {at(checkpoint, "journal", checkpoint.journal.value(), log.id().value())};
  const auto partition = checkpoint.position.partition.value();
  const Offset end = partition < log.partitions() ? log.ends()[partition].next : Offset{0};
  if (checkpoint.position.next > end)
    return {at(checkpoint, "next_offset", std::to_string(checkpoint.position.next.value()),
               "an end of " + std::to_string(end.value()))};
  return {};
}

std::vector<Difference> differences_in_tally(const Checkpoint& checkpoint, const Tally& counted) {
  const Tally& stored = checkpoint.tally;
  std::vector<Difference> differences;
  if (stored.count != counted.count)
    differences.push_back(
        at(checkpoint, "count", std::to_string(stored.count), std::to_string(counted.count)));
  if (stored.sum != counted.sum)
    differences.push_back(at(checkpoint, "digest", stored.sum.text(), counted.sum.text()));
  if (stored.last != counted.last)
    differences.push_back(at(checkpoint, "last_hash", stored.last.text(), counted.last.text()));
  return differences;
}

}  // namespace trunkline
