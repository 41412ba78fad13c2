// The log port: one partitioned, append-only journal. A tenant's events lie in one partition, in order; there
// is no order across partitions and no compare-and-append, because Kafka could not keep that promise.
//
// Three engines keep it, judged by one contract suite (core/log/contract_test.cpp): memory (tests), RocksDB
// (one machine), Kafka (many).
#pragma once
#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "core/json.hpp"
#include "core/result.hpp"

namespace trunkline {

// The place of the next record to read in one partition: everything before it has been seen.
struct Position {
  Partition partition;
  Offset next;
  auto operator<=>(const Position&) const = default;
};

// An event ready to be stored: its whole JSON document with a gap of formatted_time_size characters at
// `recordedtime_at`, which the log fills when it knows the moment (it never decreases within a partition).
struct Draft {
  TenantId tenant;
  std::string document;
  std::size_t recordedtime_at = 0;
};

struct Record {
  Offset offset;
  std::string_view document;  // a view into its batch; at least json::padding readable bytes follow it
};

// Records of one partition in offset order, with the memory that they view. Move-only: the views follow the
// move.
class RecordBatch {
 public:
  RecordBatch() = default;
  RecordBatch(RecordBatch&&) = default;
  RecordBatch& operator=(RecordBatch&&) = default;
  void add(Offset offset, std::string_view document);  // invalidates nothing: views are made by records()
  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  std::size_t bytes() const { return arena_.size(); }
  Record operator[](std::size_t i) const {
    const Entry& entry = entries_[i];
    return {entry.offset, {arena_.data() + entry.from, entry.size}};
  }

 private:
  struct Entry {
    Offset offset;
    std::size_t from;
    std::size_t size;
  };
  std::vector<Entry> entries_;
  std::vector<char> arena_;  // documents back to back, json::padding spare bytes at the end
};

using Deadline = std::chrono::steady_clock::time_point;

class Log {
 public:
  virtual ~Log() = default;

  // The journal's own identity, made once with it. Positions and checkpoints carry it; a foreign one is
  // refused.
  virtual JournalId id() const = 0;
  virtual std::uint32_t partitions() const = 0;

  // Appends all drafts or none; durable when it returns. Drafts of one tenant keep their order. The answer
  // holds the offset of each draft, in the order given. Any thread; concurrent calls share one fsync. Errors:
  // retry (disk, broker), stop (the log cannot go on). A document over document_bytes_max is a bug.
  virtual Result<std::vector<Position>> append(std::vector<Draft> drafts) = 0;

  // Durable records from a position on, up to some `bytes_max` (at least one record if there is one); empty
  // at the end. A position beyond the end is an error (stop): the reader has seen what this journal has not.
  virtual Result<RecordBatch> read(Position from, std::size_t bytes_max) = 0;

  // Returns when any of these positions has a record behind it, or at the deadline, or when interrupted by
  // wake(). No polling.
  virtual void wait(std::span<const Position> any_of, Deadline deadline) = 0;
  virtual void wake() = 0;  // every waiting reader returns now: for shutting down

  // For each partition the position behind its last durable record.
  virtual std::vector<Position> ends() const = 0;

  // The position of the partition's first record with `recordedtime` >= the moment; the end if there is none.
  virtual Result<Position> position_at(Partition partition, Time recorded) = 0;
};

inline constexpr std::size_t document_bytes_max = 640 * 1024;
inline constexpr std::uint32_t default_partitions = 16;

// As Kafka's Java client would: murmur2 of the tenant id, positive, modulo the number of partitions.
Partition partition_of(const TenantId& tenant, std::uint32_t partitions);

// The opaque text of a position: "journal-partition-next". Reading refuses other journals' positions.
std::string position_text(const JournalId& journal, Position position);
Result<Position> parse_position(std::string_view text, const JournalId& journal, std::uint32_t partitions);

}  // namespace trunkline
