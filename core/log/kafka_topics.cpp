#include "core/log/kafka_topics.hpp"

#include <chrono>

#include "core/json.hpp"
#include "core/log/kafka_admin.hpp"
#include "core/log/kafka_consumer.hpp"
#include "core/log/kafka_producer.hpp"

namespace trunkline {
namespace {

using namespace kafka;

constexpr std::string_view longest = "9223372036854775807";

std::string meta_topic(const KafkaSettings& settings) {
  return settings.topic + ".meta";
}

// Kept for ever; the time in a message is the one that we gave it (position_at searches by it), whatever the
// brokers' clocks say; no leader that has not seen every acknowledged record.
Configuration required_configuration() {
  return {{"cleanup.policy", "delete"},
          {"retention.ms", "-1"},
          {"retention.bytes", "-1"},
          {"message.timestamp.type", "CreateTime"},
          {"message.timestamp.before.max.ms", std::string(longest)},
          {"message.timestamp.after.max.ms", std::string(longest)},
          {"unclean.leader.election.enable", "false"}};
}

std::string text_of(const json::Object& object, std::string_view name) {
  return std::string(object.string(name).value_or(""));
}

Status merge(Identity& identity, std::string_view record) {
  json::Parser parser;
  const auto parsed = parser.parse(record);
  const auto object = parsed ? parsed->as_object() : json::Found<json::Object>{};
  if (!object)
    return must_stop("foreign_topic", "the journal's .meta topic holds what Trunkline has not written");
  if (identity.journal.value().empty()) {
    identity.journal = JournalId{text_of(*object, "journal")};
    identity.partitions = static_cast<std::uint32_t>(object->integer("partitions").value_or(0));
  }
  if (const std::string copy = text_of(*object, "copy"); !copy.empty()) identity.copying = copy == "begun";
  return done();
}

// Nullopt: nobody has named the journal yet.
Result<std::optional<Identity>> known_identity(const KafkaSettings& settings) {
  const auto records = read_whole(settings, meta_topic(settings));
  if (!records) return records.error();
  Identity identity;
  for (const std::string& record : *records)
    if (const Status merged = merge(identity, record); !merged) return merged.error();
  return identity.journal.value().empty() ? std::optional<Identity>{} : identity;
}

}  // namespace

Status create_kafka_topics(const KafkaSettings& settings, const KafkaTopicShape& shape) {
  const auto client = Client::consumer(settings);
  if (!client) return client.error();
  for (const auto& [name, partitions] :
       {std::pair{settings.topic, shape.partitions}, std::pair{meta_topic(settings), 1u}})
    if (const Status made = make_topic(*client, {name, partitions, required_configuration()},
                                       shape.replication, settings.read_timeout_ms);
        !made)
      return made;
  return done();
}

Status delete_kafka_topics(const KafkaSettings& settings) {
  const auto client = Client::consumer(settings);
  if (!client) return client.error();
  for (const std::string& name : {settings.topic, meta_topic(settings)})
    if (const Status deleted = delete_topic(*client, name, settings.read_timeout_ms); !deleted)
      return deleted;
  return done();
}

Result<KafkaTopicState> check_kafka_topics(const KafkaSettings& settings) {
  const auto client = Client::consumer(settings);
  if (!client) return client.error();
  KafkaTopicState state;
  for (const std::string& name : {meta_topic(settings), settings.topic}) {
    const auto partitions = partitions_of(*client, name, settings.read_timeout_ms);
    if (!partitions) return partitions.error();
    const auto checked = check_topic(*client, {name, *partitions, required_configuration()},
                                     settings.read_timeout_ms, state.faults);
    if (!checked) return checked.error();
    state.partitions = *partitions;
  }
  const auto identity = known_identity(settings);
  if (!identity) return identity.error();
  if (*identity && (*identity)->partitions != state.partitions)
    state.faults.push_back("the topic " + settings.topic + " has " + std::to_string(state.partitions) +
                           " partitions; its journal was made with " +
                           std::to_string((*identity)->partitions) +
                           ", and tenants would change their partition: nothing puts that right but a copy");
  return state;
}

namespace kafka {

Result<Identity> identify(const KafkaSettings& settings, std::uint32_t partitions, const JournalId& fresh,
                          Beginning beginning) {
  for (;;) {
    const auto known = known_identity(settings);
    if (!known) return known.error();
    if (*known) return **known;
    const std::string copy = beginning == Beginning::as_a_copy ? R"(,"copy":"begun")" : "";
    const Status named = note(settings, R"({"journal":")" + fresh.value() + R"(","partitions":)" +
                                            std::to_string(partitions) + copy + "}");
    if (!named) return named.error();
  }
}

Status note(const KafkaSettings& settings, const std::string& json) {
  const auto producer = Producer::open(settings, meta_topic(settings));
  if (!producer) return producer.error();
  Delivery delivery(1);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  (*producer)->send(
      delivery, 0,
      {Partition{0}, "journal", json, std::chrono::duration_cast<std::chrono::milliseconds>(now).count()});
  const auto written = delivery.wait(**producer);
  return written ? done() : Status{written.error()};
}

}  // namespace kafka
}  // namespace trunkline
