// Inside the Kafka adapter only: making, looking at and deleting topics.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "core/log/kafka_client.hpp"

namespace trunkline::kafka {

using Configuration = std::vector<std::pair<std::string, std::string>>;

struct WantedTopic {
  std::string name;
  std::uint32_t partitions = 1;
  Configuration configuration;
};

// Makes it where it is missing and returns when it can be used. Errors: retry, stop "kafka_access",
// "kafka_settings".
Status make_topic(const Client& client, const WantedTopic& topic, std::int32_t replication,
                  std::int64_t timeout_ms);
Status delete_topic(const Client& client, const std::string& name, std::int64_t timeout_ms);

// How many partitions it has, when each has a leader. Errors: retry, stop "no_topic".
Result<std::uint32_t> partitions_of(const Client& client, const std::string& name, std::int64_t timeout_ms);

// Adds a sentence for each setting that is not as wanted: what is wrong, and the command that puts it right.
// The number of partitions is its caller's to judge. Errors: as partitions_of().
Status check_topic(const Client& client, const WantedTopic& topic, std::int64_t timeout_ms,
                   std::vector<std::string>& faults);

}  // namespace trunkline::kafka
