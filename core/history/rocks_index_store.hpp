// The RocksDB database under core/history/index.hpp. Only core/history/*.cpp include this.
#pragma once
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <memory>
#include <string>
#include <vector>

#include "core/digest.hpp"
#include "core/log/log.hpp"

namespace trunkline {

class IndexStore {
 public:
  struct Place {
    Position position;
    Digest last;  // of the record before it
  };

  // Errors: retry "index_in_use"; stop "index_damaged" (throw it away); retry "index".
  static Result<std::unique_ptr<IndexStore>> open(const std::string& directory, const JournalId& journal,
                                                  std::uint32_t partitions);
  static Status remove(const std::string& directory);

  // By partition; those never indexed at 0.
  const std::vector<Place>& places() const { return places_; }

  void put(char kind, std::string_view tenant, std::string_view value, Offset offset);
  // Everything put since the last time, and the place, at once. Errors as open.
  Status commit(const Place& place);

  Result<std::vector<Offset>> find(char kind, std::string_view tenant, std::string_view value, Offset from,
                                   std::size_t most) const;

 private:
  IndexStore() = default;
  Status identify(const JournalId& journal);
  Status read_places(std::uint32_t partitions);

  std::unique_ptr<rocksdb::DB> database_;
  rocksdb::WriteBatch batch_;
  std::string key_;
  std::vector<Place> places_;
};

}  // namespace trunkline
