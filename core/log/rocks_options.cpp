// What the journal asks of RocksDB. The load: keys that only ascend, values of some 600 bytes written once,
// read mostly in order, never deleted.
//
// - Level compaction, every level with the same compression: the files of a partition never overlap, so a
// compaction
//   only renames them downwards (a trivial move); each record is written to the write-ahead log and to one
//   file.
// - Memory, about 100 MB at most: all partitions share 48 MB of write buffers; a full share of them flushes
// the
//   partition whose buffer is oldest. Index blocks go through the block cache, so many files cost no more.
// - The write-ahead log may be 128 MB: what a start after a crash has to read again at most.
// - No bloom filters: nobody asks for an offset that is not there.
#include <rocksdb/cache.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>

#include "core/log/rocks_store.hpp"

namespace trunkline {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

rocksdb::CompressionType rocks_compression(Compression compression) {
  switch (compression) {
    case Compression::none:
      return rocksdb::kNoCompression;
    case Compression::zstd:
      return rocksdb::kZSTD;
    case Compression::lz4:
      break;
  }
  return rocksdb::kLZ4Compression;
}

}  // namespace

rocksdb::DBOptions journal_database_options(rocksdb::Env* env) {
  rocksdb::DBOptions options;
  if (env) options.env = env;
  options.write_buffer_manager = std::make_shared<rocksdb::WriteBufferManager>(48 * mebibyte);
  options.max_total_wal_size = 128 * mebibyte;
  options.max_open_files = 512;
  options.max_background_jobs = 2;
  options.bytes_per_sync = mebibyte;
  options.max_manifest_file_size = 64 * mebibyte;
  options.skip_stats_update_on_db_open = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.keep_log_file_num = 4;
  options.max_log_file_size = 4 * mebibyte;
  options.info_log_level = rocksdb::WARN_LEVEL;
  // One thread writes: what makes concurrent writers quick only costs it.
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  return options;
}

rocksdb::ColumnFamilyOptions journal_partition_options(Compression compression) {
  rocksdb::ColumnFamilyOptions options;
  options.compression = rocks_compression(compression);
  options.write_buffer_size = 32 * mebibyte;
  options.arena_block_size = mebibyte / 4;
  options.max_write_buffer_number = 3;
  options.level0_file_num_compaction_trigger = 4;
  options.level_compaction_dynamic_level_bytes = true;
  options.target_file_size_base = 64 * mebibyte;
  // Ascending keys: each insert starts where the last one ended. One byte as prefix, so one hint for a write
  // buffer.
  options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));

  rocksdb::BlockBasedTableOptions table;
  static const auto cache = rocksdb::NewLRUCache(16 * mebibyte);
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;
  table.block_size = 32 * 1024;
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace trunkline
