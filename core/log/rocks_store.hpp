// The RocksDB database under the embedded journal: its shape on disk, its options, opening and closing it.
//
//   default column family   "journal" -> {"format":1,"id":"9f86d081884c","partitions":16}
//   p0000, p0001, …         offset, 64 bits big-endian -> exactly the stored document
//
// Only core/log/rocks_*.cpp and what measures or breaks the journal include this.
#pragma once
#include <rocksdb/db.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "core/log/rocks_log.hpp"
#include "core/result.hpp"

namespace trunkline {

// What a journal asks of RocksDB; see rocks_options.cpp for the reasons.
rocksdb::DBOptions journal_database_options(rocksdb::Env* env);
rocksdb::ColumnFamilyOptions journal_partition_options(Compression compression);

std::string partition_name(Partition partition);  // "p0003": the column family

// The key of an offset: 64 bits big-endian.
class OffsetKey {
 public:
  explicit OffsetKey(Offset offset);
  rocksdb::Slice slice() const { return {bytes_, sizeof bytes_}; }
  static std::optional<Offset> read(const rocksdb::Slice& key);

 private:
  char bytes_[8];
};

// The open database. Any thread, as far as RocksDB allows it.
class RocksStore {
 public:
  // Makes the journal if there is none. Errors as RocksLog::open.
  static Result<std::unique_ptr<RocksStore>> open(const RocksSettings& settings);
  RocksStore(const RocksStore&) = delete;
  ~RocksStore();

  const JournalId& id() const { return id_; }
  std::uint32_t partitions() const { return static_cast<std::uint32_t>(families_.size()); }
  rocksdb::DB& database() const { return *database_; }
  rocksdb::ColumnFamilyHandle* family(Partition partition) const { return families_[partition.value()]; }

 private:
  RocksStore() = default;
  Status open_database(const RocksSettings& settings);
  Status open_families(const RocksSettings& settings, const std::vector<std::string>& names);
  Status identify(const RocksSettings& settings);
  Status make_journal(const RocksSettings& settings);
  Result<bool> holds_records() const;

  std::unique_ptr<rocksdb::DB> database_;
  rocksdb::ColumnFamilyHandle* standard_ = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;  // by partition
  JournalId id_;
};

// What RocksDB says, as our error: stop for corruption and misuse, retry for the disk's moods.
Error rocks_error(std::string_view doing, const rocksdb::Status& status);

}  // namespace trunkline
