// The broker that the Kafka tests share, named by TRUNKLINE_TEST_KAFKA ("127.0.0.1:9092"; `ops/dev test`
// starts one). Each journal is a pair of topics of its own, deleted afterwards.
#pragma once
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <random>
#include <string>

#include "core/log/kafka_topics.hpp"

namespace trunkline::testing {

inline std::string test_kafka() {
  const char* servers = std::getenv("TRUNKLINE_TEST_KAFKA");
  return servers == nullptr ? "" : servers;
}

inline constexpr std::string_view no_kafka = "no broker: set TRUNKLINE_TEST_KAFKA";

class KafkaTopics {
 public:
  explicit KafkaTopics(std::string servers = test_kafka()) {
    settings.servers = std::move(servers);
    settings.topic = "test." + std::to_string(std::random_device{}()) + ".journal";
  }
  ~KafkaTopics() { (void)delete_kafka_topics(settings); }
  KafkaTopics(const KafkaTopics&) = delete;

  KafkaSettings settings;
};

}  // namespace trunkline::testing
