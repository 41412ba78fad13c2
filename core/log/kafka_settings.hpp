// What the journal on Kafka needs to know: settings of ours, and librdkafka's own properties passed through.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "core/log/log.hpp"
#include "core/result.hpp"

namespace trunkline {

struct KafkaSettings {
  std::string servers;  // "host:9092,host2:9092"
  std::string topic =
      "trunkline.journal";          // its identity is kept in the topic of this name with ".meta" behind
  std::string compression = "lz4";  // or "zstd", "none"

  // librdkafka's properties, for TLS and SASL and the network ("security.protocol", "sasl.mechanisms",
  // "sasl.username", "sasl.password", "ssl.ca.location" …). Those that carry the log's promises (acks,
  // idempotence …) are refused.
  std::map<std::string, std::string> properties = {};

  std::int64_t append_timeout_ms = 10'000;  // a broker that is gone longer fails the append with retry
  std::int64_t read_timeout_ms = 10'000;    // the same for reads and questions
  std::size_t recent_bytes = 32 << 20;  // newest records kept in memory for the readers that follow the end
};

// How topics are made; a topic that exists is left as it is.
struct KafkaTopicShape {
  std::uint32_t partitions = default_partitions;
  std::int32_t replication = 1;  // three on a cluster: then two must have a record before it is acknowledged
};

// The properties in a file: name=value lines; empty ones and those that begin with # are nothing. Errors:
// stop "kafka_property" with the file and the line, never what stands there.
Result<std::map<std::string, std::string>> read_kafka_properties(const std::string& path);

}  // namespace trunkline
