#include "core/log/kafka_admin.hpp"

#include <chrono>
#include <functional>
#include <thread>

namespace trunkline::kafka {
namespace {

using Request = std::function<void(rd_kafka_t*, const rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>;

Result<Owned<rd_kafka_event_t>> administer(const Client& client, rd_kafka_admin_op_t operation,
                                           int timeout_ms, const std::string& what, const Request& request) {
  const Owned<rd_kafka_queue_t> queue{rd_kafka_queue_new(client.get())};
  const Owned<rd_kafka_AdminOptions_t> options{rd_kafka_AdminOptions_new(client.get(), operation)};
  char ignored[1];
  rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms, ignored, sizeof ignored);
  request(client.get(), options.get(), queue.get());
  Owned<rd_kafka_event_t> event{rd_kafka_queue_poll(queue.get(), timeout_ms + 1000)};
  rd_kafka_poll(client.get(), 0);
  if (!event) return error_of(RD_KAFKA_RESP_ERR__TIMED_OUT, what, client.trouble());
  if (const auto code = rd_kafka_event_error(event.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return error_of(code, what, client.trouble());
  return event;
}

Status create_topic(const Client& client, const WantedTopic& wanted, std::int32_t replication,
                    int timeout_ms) {
  const std::string& name = wanted.name;
  char why[256] = "";
  const Owned<rd_kafka_NewTopic_t> topic{
      rd_kafka_NewTopic_new(name.c_str(), static_cast<int>(wanted.partitions), replication, why, sizeof why)};
  if (!topic) return must_stop("kafka_settings", "the topic " + name + " cannot be made: " + why);
  for (const auto& [key, value] : wanted.configuration)
    rd_kafka_NewTopic_set_config(topic.get(), key.c_str(), value.c_str());
  if (replication > 2) rd_kafka_NewTopic_set_config(topic.get(), "min.insync.replicas", "2");
  const std::string what = "making the topic " + name;
  const auto event = administer(client, RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout_ms, what,
                                [&](auto* handle, const auto* options, auto* queue) {
                                  rd_kafka_NewTopic_t* topics[] = {topic.get()};
                                  rd_kafka_CreateTopics(handle, topics, 1, options, queue);
                                });
  if (!event) return event.error();
  std::size_t count = 0;
  const auto* const* results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event->get()), &count);
  const auto code = rd_kafka_topic_result_error(results[0]);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return done();
  return error_of(code, what, client.trouble());
}

Status wait_for_topic(const Client& client, const std::string& name, std::int64_t timeout_ms) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds{timeout_ms};
  for (;;) {
    const auto found = partitions_of(client, name, timeout_ms);
    if (found) return done();
    if (std::chrono::steady_clock::now() > deadline) return found.error();
    std::this_thread::sleep_for(std::chrono::milliseconds{20});  // Kafka tells nobody when a topic is ready
  }
}

Result<Configuration> configuration_of(const Client& client, const std::string& name, int timeout_ms) {
  const Owned<rd_kafka_ConfigResource_t> resource{
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str())};
  const std::string what = "asking for the settings of " + name;
  const auto event = administer(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout_ms, what,
                                [&](auto* handle, const auto* options, auto* queue) {
                                  rd_kafka_ConfigResource_t* resources[] = {resource.get()};
                                  rd_kafka_DescribeConfigs(handle, resources, 1, options, queue);
                                });
  if (!event) return event.error();
  std::size_t count = 0;
  const auto* const* results =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event->get()), &count);
  if (const auto code = rd_kafka_ConfigResource_error(results[0]); code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return error_of(code, what, client.trouble());
  const auto* const* entries = rd_kafka_ConfigResource_configs(results[0], &count);
  Configuration configuration;
  for (std::size_t i = 0; i < count; ++i)
    if (const char* value = rd_kafka_ConfigEntry_value(entries[i]))
      configuration.emplace_back(rd_kafka_ConfigEntry_name(entries[i]), value);
  return configuration;
}

}  // namespace

Status make_topic(const Client& client, const WantedTopic& topic, std::int32_t replication,
                  std::int64_t timeout_ms) {
  if (const Status made = create_topic(client, topic, replication, static_cast<int>(timeout_ms)); !made)
    return made;
  return wait_for_topic(client, topic.name, timeout_ms);
}

Status delete_topic(const Client& client, const std::string& name, std::int64_t timeout_ms) {
  const Owned<rd_kafka_DeleteTopic_t> topic{rd_kafka_DeleteTopic_new(name.c_str())};
  const auto event = administer(client, RD_KAFKA_ADMIN_OP_DELETETOPICS, static_cast<int>(timeout_ms),
                                "deleting " + name, [&](auto* handle, const auto* options, auto* queue) {
                                  rd_kafka_DeleteTopic_t* topics[] = {topic.get()};
                                  rd_kafka_DeleteTopics(handle, topics, 1, options, queue);
                                });
  return event ? done() : Status{event.error()};
}

Result<std::uint32_t> partitions_of(const Client& client, const std::string& name, std::int64_t timeout_ms) {
  const auto topic = client.topic(name);
  if (!topic) return topic.error();
  const std::string what = "looking at the topic " + name;
  const rd_kafka_metadata_t* answer = nullptr;
  const auto code = rd_kafka_metadata(client.get(), 0, topic->get(), &answer, static_cast<int>(timeout_ms));
  rd_kafka_poll(client.get(), 0);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(code, what, client.trouble());
  const Owned<const rd_kafka_metadata_t> metadata{answer};
  const rd_kafka_metadata_topic_t& found = metadata->topics[0];
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    Error error = error_of(found.err, what);
    if (error.code == "no_topic") error.message += ": trunkline topics create makes it";
    return error;
  }
  for (int i = 0; i < found.partition_cnt; ++i)
    if (found.partitions[i].leader < 0)
      return try_again(
          "kafka", "partition " + std::to_string(found.partitions[i].id) + " of " + name + " has no leader");
  return static_cast<std::uint32_t>(found.partition_cnt);
}

Status check_topic(const Client& client, const WantedTopic& topic, std::int64_t timeout_ms,
                   std::vector<std::string>& faults) {
  const auto found = configuration_of(client, topic.name, static_cast<int>(timeout_ms));
  if (!found) return found.error();
  for (const auto& [key, wanted] : topic.configuration)
    for (const auto& [found_key, value] : *found)
      if (found_key == key && value != wanted && key != "message.timestamp.before.max.ms")
        faults.push_back("the topic " + topic.name + " has " + key + "=" + value + " and must have " +
                         wanted + ": kafka-configs.sh --alter --entity-type topics --entity-name " +
                         topic.name + " --add-config " + key + "=" + wanted);
  for (const auto& [key, value] : *found)
    if (key == "max.message.bytes" && std::stoull(value) < document_bytes_max + 4096)
      faults.push_back("the topic " + topic.name + " has max.message.bytes=" + value +
                       ", too little for a document of " + std::to_string(document_bytes_max) + " bytes");
  return done();
}

}  // namespace trunkline::kafka
