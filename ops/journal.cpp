#include "ops/journal.hpp"

#include "ops/data_directory.hpp"

namespace trunkline {

Result<LogSettings> journal_settings(const Settings& settings) {
  if (settings.kafka_servers.empty()) return embedded_settings(settings);
  auto kafka = kafka_settings(settings);
  if (!kafka) return kafka.error();
  return LogSettings{.kind = LogKind::kafka, .directory = {}, .kafka = std::move(*kafka)};
}

Result<KafkaSettings> kafka_settings(const Settings& settings) {
  if (settings.kafka_servers.empty())
    return must_stop("config", "the setting kafka_servers says on which Kafka the journal is; it is empty");
  KafkaSettings kafka{.servers = settings.kafka_servers,
                      .topic = settings.kafka_topic,
                      .compression = settings.journal_compression};
  if (settings.kafka_properties.empty()) return kafka;
  auto properties = read_kafka_properties(settings.kafka_properties);
  if (!properties) return properties.error();
  kafka.properties = std::move(*properties);
  return kafka;
}

Result<LogSettings> embedded_settings(const Settings& settings) {
  const auto compression = parse_compression(settings.journal_compression);
  if (!compression) return compression.error();
  return LogSettings{.kind = LogKind::embedded,
                     .directory = DataDirectory{settings.data_dir}.journal().string(),
                     .partitions = static_cast<std::uint32_t>(settings.partitions),
                     .compression = *compression};
}

}  // namespace trunkline
