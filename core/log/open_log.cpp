#include "core/log/open_log.hpp"

#include <filesystem>

#include "core/log/kafka_log.hpp"
#include "core/log/memory_log.hpp"

namespace trunkline {

Result<LogKind> parse_log_kind(std::string_view text) {
  if (text == "memory") return LogKind::memory;
  if (text == "embedded") return LogKind::embedded;
  if (text == "kafka") return LogKind::kafka;
  return rejected("configuration", "a log is memory, embedded or kafka");
}

Result<Compression> parse_compression(std::string_view text) {
  if (text == "none") return Compression::none;
  if (text == "lz4") return Compression::lz4;
  if (text == "zstd") return Compression::zstd;
  return rejected("configuration", "a journal's compression is none, lz4 or zstd");
}

Result<std::unique_ptr<Log>> open_log(const LogSettings& settings, const Clock& clock) {
  if (settings.kind == LogKind::memory)
    return std::unique_ptr<Log>(std::make_unique<MemoryLog>(clock, settings.partitions));
  if (settings.kind == LogKind::kafka) {
    auto log = KafkaLog::open(settings.kafka, clock);
    if (!log) return log.error();
    return std::unique_ptr<Log>(std::move(*log));
  }
  auto log = RocksLog::open({settings.directory, settings.partitions, settings.compression}, clock);
  if (!log) return log.error();
  return std::unique_ptr<Log>(std::move(*log));
}

std::uint64_t records_in(const Log& log) {
  std::uint64_t records = 0;
  for (const Position& end : log.ends()) records += end.next.value();
  return records;
}

// Files come and go while RocksDB works: whatever cannot be looked at counts nothing.
std::uint64_t journal_disk_bytes(const std::string& directory) {
  std::uint64_t bytes = 0;
  std::error_code ended, vanished;
  for (std::filesystem::directory_iterator at(directory, ended), end; at != end; at.increment(ended)) {
    const auto size = at->file_size(vanished);
    if (!vanished) bytes += size;
  }
  return bytes;
}

}  // namespace trunkline
