#include "core/history/rocks_index_store.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/table.h>

#include <filesystem>

namespace trunkline {
namespace {

constexpr std::string_view format = "2 ";  // before the journal's id
constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::size_t offset_bytes = sizeof(std::uint64_t);

void append_big_endian(std::string& to, std::uint64_t number, std::size_t bytes) {
  for (std::size_t i = bytes; i-- > 0;) to.push_back(static_cast<char>(number >> (8 * i)));
}

std::uint64_t read_big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

std::string place_key(Partition partition) {
  std::string key = "p";
  append_big_endian(key, partition.value(), sizeof(std::uint32_t));
  return key;
}

void write_prefix(std::string& key, char kind, std::string_view tenant, std::string_view value) {
  key.assign(1, kind).append(tenant).append(1, '\0').append(value).append(1, '\0');
}

Error error_of(const rocksdb::Status& status) {
  const std::string why = status.ToString();
  if (status.IsIOError() && why.find("lock") != std::string::npos)
    return try_again("index_in_use", "another process has the history's index: " + why);
  if (status.IsCorruption() || status.IsInvalidArgument() || status.IsNotSupported())
    return must_stop("index_damaged", "the history's index is damaged: " + why);
  return try_again("index", "the history's index: " + why);
}

rocksdb::Options options() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kLZ4Compression;
  options.write_buffer_size = 16 * mebibyte;
  options.max_open_files = 256;
  options.max_background_jobs = 1;
  options.stats_dump_period_sec = 0;
  options.keep_log_file_num = 2;
  options.info_log_level = rocksdb::WARN_LEVEL;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(8 * mebibyte);
  table.cache_index_and_filter_blocks = true;
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace

Result<std::unique_ptr<IndexStore>> IndexStore::open(const std::string& directory, const JournalId& journal,
                                                     std::uint32_t partitions) {
  std::unique_ptr<IndexStore> store(new IndexStore);
  rocksdb::DB* database = nullptr;
  const auto opened = rocksdb::DB::Open(options(), directory, &database);
  if (!opened.ok()) return error_of(opened);
  store->database_.reset(database);
  if (auto status = store->identify(journal); !status) return status.error();
  if (auto status = store->read_places(partitions); !status) return status.error();
  return store;
}

Status IndexStore::remove(const std::string& directory) {
  std::error_code error;
  std::filesystem::remove_all(directory, error);
  if (error) return try_again("index", "the history's index cannot be removed: " + error.message());
  return done();
}

Status IndexStore::identify(const JournalId& journal) {
  const std::string ours = std::string{format} + journal.value();
  std::string text;
  const auto found = database_->Get({}, "j", &text);
  if (found.ok() && text == ours) return done();
  if (found.ok()) return must_stop("index_damaged", "the history's index is of another journal or format");
  if (!found.IsNotFound()) return error_of(found);
  const std::unique_ptr<rocksdb::Iterator> at(database_->NewIterator({}));
  at->SeekToFirst();
  if (at->Valid())
    return must_stop("index_damaged", "the history's index does not say which journal's it is");
  const auto written = database_->Put({}, "j", ours);
  return written.ok() ? done() : Status{error_of(written)};
}

Status IndexStore::read_places(std::uint32_t partitions) {
  for (std::uint32_t i = 0; i < partitions; ++i) {
    Place place{{Partition{i}, Offset{0}}, {}};
    std::string text;
    const auto found = database_->Get({}, place_key(Partition{i}), &text);
    if (!found.ok() && !found.IsNotFound()) return error_of(found);
    if (found.ok()) {
      const auto last =
          Digest::from_bytes(std::string_view{text}.substr(std::min(text.size(), offset_bytes)));
      if (!last) return must_stop("index_damaged", "the history's index says no place");
      place.position.next = Offset{read_big_endian(std::string_view{text}.substr(0, offset_bytes))};
      place.last = *last;
    }
    places_.push_back(place);
  }
  return done();
}

void IndexStore::put(char kind, std::string_view tenant, std::string_view value, Offset offset) {
  write_prefix(key_, kind, tenant, value);
  append_big_endian(key_, offset.value(), offset_bytes);
  batch_.Put(key_, rocksdb::Slice{});
}

// Not synced: what a power cut takes is indexed again, for the place goes with it.
Status IndexStore::commit(const Place& place) {
  std::string value;
  append_big_endian(value, place.position.next.value(), offset_bytes);
  batch_.Put(place_key(place.position.partition), value + place.last.bytes());
  const auto written = database_->Write({}, &batch_);
  batch_.Clear();
  return written.ok() ? done() : Status{error_of(written)};
}

Result<std::vector<Offset>> IndexStore::find(char kind, std::string_view tenant, std::string_view value,
                                             Offset from, std::size_t most) const {
  std::string prefix;
  write_prefix(prefix, kind, tenant, value);
  std::string first = prefix;
  append_big_endian(first, from.value(), offset_bytes);
  std::vector<Offset> offsets;
  const std::unique_ptr<rocksdb::Iterator> at(database_->NewIterator({}));
  for (at->Seek(first); at->Valid() && offsets.size() < most; at->Next()) {
    const std::string_view key{at->key().data(), at->key().size()};
    if (!key.starts_with(prefix)) break;
    if (key.size() == prefix.size() + offset_bytes)
      offsets.emplace_back(read_big_endian(key.substr(prefix.size())));
  }
  if (!at->status().ok()) return error_of(at->status());
  return offsets;
}

}  // namespace trunkline
