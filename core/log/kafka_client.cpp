#include "core/log/kafka_client.hpp"

#include <algorithm>
#include <array>

namespace trunkline::kafka {
namespace {

// What the log's promises rest on; a configuration that changes them breaks the journal without a sound.
constexpr std::array promises = {"acks",
                                 "request.required.acks",
                                 "enable.idempotence",
                                 "max.in.flight",
                                 "transactional.id",
                                 "partitioner",
                                 "auto.offset.reset",
                                 "max.in.flight.requests.per.connection",
                                 "enable.auto.commit",
                                 "auto.commit.enable",
                                 "isolation.level",
                                 "enable.gapless.guarantee",
                                 "message.timeout.ms",
                                 "delivery.timeout.ms",
                                 "bootstrap.servers",
                                 "metadata.broker.list",
                                 "queuing.strategy",
                                 "enable.partition.eof",
                                 "dr_cb",
                                 "enable.auto.offset.store"};

// Ours, which a configuration may change: quick recovery, bounded queues.
const Properties& defaults() {
  static const Properties all = {
      {"client.id", "trunkline"},           {"reconnect.backoff.ms", "50"},
      {"reconnect.backoff.max.ms", "1000"}, {"socket.keepalive.enable", "true"},
      {"log.connection.close", "false"},
  };
  return all;
}

Properties defaults_of(rd_kafka_type_t type) {
  if (type == RD_KAFKA_PRODUCER)
    return {{"linger.ms", "0"}, {"queue.buffering.max.kbytes", "65536"}, {"retry.backoff.ms", "50"}};
  return {{"fetch.error.backoff.ms", "100"},
          {"queued.max.messages.kbytes", "4096"},
          {"queued.min.messages", "1000000"}};
}

Status set(rd_kafka_conf_t* configuration, const Properties& properties) {
  char ignored[1];  // librdkafka's sentence quotes the value, which may be a secret
  for (const auto& [name, value] : properties)
    if (rd_kafka_conf_set(configuration, name.c_str(), value.c_str(), ignored, sizeof ignored) !=
        RD_KAFKA_CONF_OK)
      return must_stop("kafka_property",
                       "librdkafka does not take the property " + name + ", or not with this value");
  return done();
}

Status refuse_promises(const KafkaSettings& settings) {
  for (const auto& [name, value] : settings.properties)
    if (std::ranges::find(promises, name) != promises.end())
      return must_stop("kafka_property", "the property " + name + " is not for a configuration to set");
  return done();
}

void drop_log_line(const rd_kafka_t*, int, const char*, const char*) {}

Owned<rd_kafka_topic_partition_list_t> list_of(const std::string& topic, std::uint32_t from, std::uint32_t to,
                                               std::int64_t offset) {
  Owned<rd_kafka_topic_partition_list_t> list{rd_kafka_topic_partition_list_new(static_cast<int>(to - from))};
  for (std::uint32_t i = from; i < to; ++i)
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), static_cast<std::int32_t>(i))->offset =
        offset;
  return list;
}

// librdkafka sends a list's offsets as timestamps; RD_KAFKA_OFFSET_END is the protocol's own "latest".
Status query(const Client& client, rd_kafka_topic_partition_list_t* list, const std::string& topic,
             std::int64_t timeout_ms) {
  const std::string what = "asking for the ends of " + topic;
  rd_kafka_poll(client.get(), 0);
  auto code = rd_kafka_offsets_for_times(client.get(), list, static_cast<int>(timeout_ms));
  rd_kafka_poll(client.get(), 0);
  for (int i = 0; i < list->cnt && code == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) code = list->elems[i].err;
  return code == RD_KAFKA_RESP_ERR_NO_ERROR ? done() : error_of(code, what, client.trouble());
}

}  // namespace

Result<Client> Client::producer(const KafkaSettings& settings, const Properties& promised,
                                Delivered delivered) {
  return make(RD_KAFKA_PRODUCER, settings, promised, delivered);
}

Result<Client> Client::consumer(const KafkaSettings& settings, const Properties& promised) {
  Properties all{{"enable.auto.commit", "false"}, {"auto.offset.reset", "error"}, {"check.crcs", "true"}};
  all.insert(all.end(), promised.begin(), promised.end());
  return make(RD_KAFKA_CONSUMER, settings, all, nullptr);
}

Result<Client> Client::make(rd_kafka_type_t type, const KafkaSettings& settings, const Properties& promised,
                            Delivered delivered) {
  if (const Status allowed = refuse_promises(settings); !allowed) return allowed.error();
  rd_kafka_conf_t* configuration = rd_kafka_conf_new();
  const Properties own{settings.properties.begin(), settings.properties.end()};
  const Properties servers{{"bootstrap.servers", settings.servers}};
  for (const Properties& part : {defaults(), defaults_of(type), own, servers, promised})
    if (const Status taken = set(configuration, part); !taken) {
      rd_kafka_conf_destroy(configuration);
      return taken.error();
    }
  Client client;
  client.servers_ = settings.servers;
  client.troubles_ = std::make_unique<Troubles>();
  rd_kafka_conf_set_opaque(configuration, client.troubles_.get());
  rd_kafka_conf_set_error_cb(configuration, note_trouble);
  rd_kafka_conf_set_log_cb(configuration, drop_log_line);
  if (delivered != nullptr) rd_kafka_conf_set_dr_msg_cb(configuration, delivered);
  char why[256] = "";
  client.handle_.reset(rd_kafka_new(type, configuration, why, sizeof why));
  if (client.handle_) return client;
  rd_kafka_conf_destroy(configuration);
  return must_stop("kafka", std::string("librdkafka does not start: ") + why);
}

void Client::note_trouble(rd_kafka_t*, int, const char* reason, void* opaque) {
  const auto* troubles = static_cast<Troubles*>(opaque);
  const std::scoped_lock lock(troubles->mutex);
  const_cast<Troubles*>(troubles)->last = reason;
}

std::string Client::trouble() const {
  const std::scoped_lock lock(troubles_->mutex);
  return servers_ + (troubles_->last.empty() ? "" : " (" + troubles_->last + ")");
}

// Without a configuration of its own: one that is given here would replace what is set for the client.
Result<Owned<rd_kafka_topic_t>> Client::topic(const std::string& name) const {
  Owned<rd_kafka_topic_t> topic{rd_kafka_topic_new(handle_.get(), name.c_str(), nullptr)};
  if (!topic) return must_stop("kafka", "librdkafka does not take the topic " + name);
  return topic;
}

Error error_of(rd_kafka_resp_err_t code, const std::string& what, const std::string& trouble) {
  const std::string message =
      what + ": " + rd_kafka_err2str(code) + (trouble.empty() ? "" : "; last heard of " + trouble);
  switch (code) {
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      return must_stop("no_topic", message);
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      return must_stop("kafka_access", message);
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      return must_stop("lost_records", message + ": the topic no longer holds what it held");
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      return must_stop("kafka_settings", message + ": the topic's max.message.bytes is too small");
    default:
      return try_again("kafka", message);
  }
}

Result<std::vector<Position>> query_ends(const Client& client, const std::string& topic,
                                         std::uint32_t partitions, std::int64_t timeout_ms) {
  const auto list = list_of(topic, 0, partitions, RD_KAFKA_OFFSET_END);
  if (const Status asked = query(client, list.get(), topic, timeout_ms); !asked) return asked.error();
  std::vector<Position> ends;
  for (std::uint32_t i = 0; i < partitions; ++i)
    ends.push_back({Partition{i}, Offset{static_cast<std::uint64_t>(list->elems[i].offset)}});
  return ends;
}

Result<Offset> query_time(const Client& client, const std::string& topic, Partition partition,
                          std::int64_t moment_ms, std::int64_t timeout_ms) {
  for (const std::int64_t moment : {moment_ms, std::int64_t{RD_KAFKA_OFFSET_END}}) {
    const auto list = list_of(topic, partition.value(), partition.value() + 1, moment);
    if (const Status asked = query(client, list.get(), topic, timeout_ms); !asked) return asked.error();
    // Negative: nothing that late; the second round asks for the end.
    if (list->elems[0].offset >= 0) return Offset{static_cast<std::uint64_t>(list->elems[0].offset)};
  }
  return try_again("kafka", "the broker does not tell where " + topic + " ends");
}

}  // namespace trunkline::kafka
