// Which journal the settings name: the embedded one in data_dir, or the one on Kafka.
#pragma once
#include "core/config.hpp"
#include "core/log/open_log.hpp"

namespace trunkline {

// Errors: stop "kafka_property" from the file of librdkafka's properties.
Result<LogSettings> journal_settings(const Settings& settings);

// The one on Kafka, whatever else there is. Errors: also stop "config" when kafka_servers is not set.
Result<KafkaSettings> kafka_settings(const Settings& settings);

// The one in data_dir.
Result<LogSettings> embedded_settings(const Settings& settings);

}  // namespace trunkline
