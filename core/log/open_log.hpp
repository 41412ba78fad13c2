// The log that a configuration names.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/log/kafka_settings.hpp"
#include "core/log/log.hpp"
#include "core/log/rocks_log.hpp"

namespace trunkline {

// memory: nothing survives the process, for trying things out; embedded: one process; kafka: as many as you
// like.
enum class LogKind { memory, embedded, kafka };

struct LogSettings {
  LogKind kind = LogKind::embedded;
  std::string directory;                          // of the embedded journal
  std::uint32_t partitions = default_partitions;  // of a new journal; on Kafka its topics say
  Compression compression = Compression::lz4;
  KafkaSettings kafka = {};
};

// As a configuration spells them: "memory", "embedded", "kafka"; "none", "lz4", "zstd". Errors: reject
// "configuration".
Result<LogKind> parse_log_kind(std::string_view text);
Result<Compression> parse_compression(std::string_view text);

// Errors as RocksLog::open and KafkaLog::open. The clock outlives the log.
Result<std::unique_ptr<Log>> open_log(const LogSettings& settings, const Clock& clock);

// For status: how many records the log holds, and how many bytes an embedded journal's files have.
std::uint64_t records_in(const Log& log);
std::uint64_t journal_disk_bytes(const std::string& directory);

}  // namespace trunkline
