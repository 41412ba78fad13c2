// The log port: one partitioned, append-only journal. A tenant's events lie in one partition, in order; there
// is no order across partitions and no compare-and-append, because Kafka could not keep that promise.
//
// Three engines keep it, judged by one contract suite (core/log/contract_test.cpp): memory (tests), RocksDB
// (one machine), Kafka (many).
#pragma once
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
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
// move. One thread at a time while it is filled; any thread afterwards.
class RecordBatch {
 public:
  RecordBatch() = default;
  RecordBatch(RecordBatch&& other) noexcept { *this = std::move(other); }
  RecordBatch& operator=(RecordBatch&& other) noexcept;
  void reserve(std::size_t records, std::size_t bytes);
  void add(Offset offset, std::string_view document);  // views taken before it are dead: take them afterwards
  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  std::size_t bytes() const { return used_ - size(); }  // of the documents
  // All documents as one JSON array, with json::padding readable bytes behind it; of none: empty.
  std::string_view as_array() const { return {arena_.get(), empty() ? 0 : used_ + 1}; }
  Record operator[](std::size_t i) const {
    const Entry& entry = entries_[i];
    return {entry.offset, {arena_.get() + entry.from, entry.size}};
  }

 private:
  struct Entry {
    Offset offset;
    std::size_t from;
    std::size_t size;
  };
  void grow(std::size_t bytes);

  std::vector<Entry> entries_;
  // "[" document "," document … "]", then at least json::padding spare bytes.
  std::unique_ptr<char[]> arena_;
  std::size_t used_ = 0;  // but for the last bracket
  std::size_t capacity_ = 0;
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
  // holds the position of each draft, in the order given: reading from there gives the draft, `next + 1` is
  // what a reader has who has seen it. Any thread; concurrent calls share one fsync. Errors: retry (disk,
  // broker; the drafts may or may not be there: append them again, folds do not mind), stop (the log cannot
  // go on), reject "draft" (a bug of the caller: over document_bytes_max, no room for the time).
  virtual Result<std::vector<Position>> append(std::vector<Draft> drafts) = 0;

  // Durable records from a position on, up to some `bytes_max` (at least one record if there is one); empty
  // at the end. A position beyond the end is an error (stop): the reader has seen what this journal has not.
  virtual Result<RecordBatch> read(Position from, std::size_t bytes_max) = 0;

  // Returns when any of these positions has a record behind it, or at the deadline, or when interrupted by
  // wake(), which is not remembered for those who begin to wait after it. No polling.
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
