#include "core/log/kafka_inbound_topics.hpp"

#include "core/log/kafka_admin.hpp"

namespace trunkline {
namespace {

using namespace kafka;

constexpr const char* families[] = {"agents",        "appointments", "calls",  "consents",
                                    "conversations", "conversions",  "costs",  "leads",
                                    "knowledge",     "messages",     "touches"};
constexpr const char* seven_days_ms = "604800000";
constexpr const char* thirty_days_ms = "2592000000";
constexpr const char* letter_bytes_max =
    "2097152";  // the largest message of a broker's default, and its reasons

// What the journal's name begins with, up to its last dot.
std::string stem(const KafkaSettings& settings) {
  const auto dot = settings.topic.rfind('.');
  return dot == std::string::npos ? settings.topic + "." : settings.topic.substr(0, dot + 1);
}

std::vector<WantedTopic> wanted_topics(const KafkaSettings& settings, std::uint32_t partitions) {
  std::vector<WantedTopic> wanted;
  for (const std::string& name : inbound_topics(settings))
    wanted.push_back({name,
                      partitions,
                      {{"cleanup.policy", "delete"},
                       {"retention.ms", seven_days_ms},
                       {"message.timestamp.type", "LogAppendTime"}}});
  wanted.push_back({deadletter_topic(settings),
                    1,
                    {{"cleanup.policy", "delete"},
                     {"retention.ms", thirty_days_ms},
                     {"max.message.bytes", letter_bytes_max},
                     {"message.timestamp.type", "LogAppendTime"}}});
  return wanted;
}

}  // namespace

std::vector<std::string> inbound_topics(const KafkaSettings& settings) {
  std::vector<std::string> names;
  for (const char* family : families) names.push_back(stem(settings) + "in." + family);
  return names;
}

std::string deadletter_topic(const KafkaSettings& settings) {
  return stem(settings) + "deadletters";
}

Status create_inbound_topics(const KafkaSettings& settings, const KafkaTopicShape& shape) {
  const auto client = Client::consumer(settings);
  if (!client) return client.error();
  for (const WantedTopic& topic : wanted_topics(settings, shape.partitions))
    if (const Status made = make_topic(*client, topic, shape.replication, settings.read_timeout_ms); !made)
      return made;
  return done();
}

Result<std::vector<std::string>> check_inbound_topics(const KafkaSettings& settings) {
  const auto client = Client::consumer(settings);
  if (!client) return client.error();
  std::vector<std::string> faults;
  for (const WantedTopic& topic : wanted_topics(settings, 1)) {
    const auto partitions = partitions_of(*client, topic.name, settings.read_timeout_ms);
    if (!partitions) return partitions.error();
    if (const Status checked = check_topic(*client, topic, settings.read_timeout_ms, faults); !checked)
      return checked.error();
  }
  return faults;
}

Status delete_inbound_topics(const KafkaSettings& settings) {
  const auto client = Client::consumer(settings);
  if (!client) return client.error();
  for (const WantedTopic& topic : wanted_topics(settings, 1))
    if (const Status deleted = delete_topic(*client, topic.name, settings.read_timeout_ms); !deleted)
      return deleted;
  return done();
}

}  // namespace trunkline
