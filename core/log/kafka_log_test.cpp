// What is particular to the journal on Kafka; what it shares with the other logs is in contract_test.cpp.
#include "core/log/kafka_log.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "core/log/kafka_client.hpp"
#include "tests/log_drafts.hpp"
#include "tests/log_kinds.hpp"
#include "tests/skip.hpp"

using namespace trunkline;
using namespace trunkline::testing;
using namespace std::chrono_literals;

namespace {

Position start_of(std::string_view tenant) {
  return {partition_of(TenantId{std::string(tenant)}, 4), Offset{0}};
}

std::string refusal(const KafkaSettings& settings) {
  const SystemClock clock;
  const auto log = KafkaLog::open(settings, clock);
  return log ? "(opened)" : log.error().code + ": " + log.error().message;
}

bool mentions(const std::string& text, std::string_view what) {
  return text.find(what) != std::string::npos;
}

using namespace trunkline::kafka;

// Asks the broker for something that Trunkline itself never asks, and waits until it is done.
void administer(auto&& ask) {
  const auto client = Client::consumer({.servers = test_kafka()});
  REQUIRE(client.ok());
  const Owned<rd_kafka_queue_t> queue{rd_kafka_queue_new(client->get())};
  ask(client->get(), queue.get());
  const Owned<rd_kafka_event_t> event{rd_kafka_queue_poll(queue.get(), 30'000)};
  REQUIRE(event);
  REQUIRE(rd_kafka_event_error(event.get()) == RD_KAFKA_RESP_ERR_NO_ERROR);
}

void delete_records_before(const KafkaSettings& settings, Position first) {
  const Owned<rd_kafka_topic_partition_list_t> list{rd_kafka_topic_partition_list_new(1)};
  rd_kafka_topic_partition_list_add(list.get(), settings.topic.c_str(),
                                    static_cast<std::int32_t>(first.partition.value()))
      ->offset = static_cast<std::int64_t>(first.next.value());
  rd_kafka_DeleteRecords_t* deletion = rd_kafka_DeleteRecords_new(list.get());
  administer(
      [&](auto* client, auto* queue) { rd_kafka_DeleteRecords(client, &deletion, 1, nullptr, queue); });
  rd_kafka_DeleteRecords_destroy(deletion);
}

void create_topic(const std::string& name, const char* property, const char* value) {
  char why[200];
  rd_kafka_NewTopic_t* topic = rd_kafka_NewTopic_new(name.c_str(), 4, 1, why, sizeof why);
  REQUIRE(rd_kafka_NewTopic_set_config(topic, property, value) == RD_KAFKA_RESP_ERR_NO_ERROR);
  administer([&](auto* client, auto* queue) { rd_kafka_CreateTopics(client, &topic, 1, nullptr, queue); });
  rd_kafka_NewTopic_destroy(topic);
}

void add_partitions(const std::string& name, std::size_t total) {
  char why[200];
  rd_kafka_NewPartitions_t* partitions = rd_kafka_NewPartitions_new(name.c_str(), total, why, sizeof why);
  administer(
      [&](auto* client, auto* queue) { rd_kafka_CreatePartitions(client, &partitions, 1, nullptr, queue); });
  rd_kafka_NewPartitions_destroy(partitions);
}

}  // namespace

TEST_CASE(
    "a configuration cannot change what the journal's promises rest on, and no error tells a property's "
    "value") {
  KafkaSettings settings{.servers = "127.0.0.1:1"};
  settings.properties = {{"acks", "1-secret"}};
  CHECK(mentions(refusal(settings), "kafka_property: the property acks"));
  settings.properties = {{"no.such.property", "secret"}};
  CHECK(mentions(refusal(settings), "no.such.property"));
  settings.properties = {{"security.protocol", "secret"}};
  CHECK(mentions(refusal(settings), "security.protocol"));
  CHECK_FALSE(mentions(refusal(settings), "secret"));
}

TEST_CASE("where no broker answers the journal says so and may be tried again") {
  const KafkaSettings settings{.servers = "127.0.0.1:1", .read_timeout_ms = 300};
  const SystemClock clock;
  const auto log = KafkaLog::open(settings, clock);
  REQUIRE_FALSE(log.ok());
  CHECK(log.error().fault == Fault::retry);
  CHECK(mentions(log.error().message, "127.0.0.1:1"));
}

TEST_CASE("a journal whose topics are missing names the command that makes them") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  KafkaKind kind;
  CHECK(mentions(refusal(kind.topics.settings), "no_topic"));
  CHECK(mentions(refusal(kind.topics.settings), "trunkline topics create"));
}

TEST_CASE("making the topics again leaves them as they are, and the check finds nothing") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  KafkaKind kind;
  kind.open();
  REQUIRE(create_kafka_topics(kind.topics.settings, {.partitions = 9}).ok());
  const auto state = check_kafka_topics(kind.topics.settings);
  REQUIRE(state.ok());
  CHECK(state->partitions == 4);
  CHECK(state->faults.empty());
}

TEST_CASE("several processes on one journal see the same id, and each other's records as they come") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  KafkaKind kind;
  const auto here = kind.open();
  const auto there = kind.open();
  CHECK(here->id() == there->id());
  const std::vector<Position> before = here->ends();
  const auto positions = there->append(drafts(draft("ann", "1"), draft("ann", "2")));
  REQUIRE(positions.ok());
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  here->wait(before, deadline);
  CHECK(std::chrono::steady_clock::now() < deadline);
  CHECK(ids_from(*here, start_of("ann")).front() == "1");
  // A third one that has not followed yet is asked for what another has read already.
  const auto third = kind.open();
  REQUIRE(there->append(drafts(draft("ann", "3"))).ok());
  Position behind = start_of("ann");
  behind.next = Offset{3};
  const auto nothing = third->read(behind, 1000);
  REQUIRE(nothing.ok());
  CHECK(nothing->empty());
}

TEST_CASE("a process goes on from the times that another one gave") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  KafkaKind kind;
  const auto early = kind.open();
  const Time before = kind.clock.now();
  REQUIRE(early->append(drafts(draft("ann", "1"))).ok());
  kind.clock.move(-1h);
  const auto late = kind.open();
  REQUIRE(late->append(drafts(draft("ann", "2"))).ok());
  CHECK(time_in(documents_from(*late, start_of("ann")).back()) == before);
}

TEST_CASE("readers at different places catch up together on what is no longer in memory") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  KafkaKind kind;
  kind.topics.settings.recent_bytes = 20'000;
  const auto log = kind.open();
  constexpr std::size_t records = 2000;
  std::vector<Draft> many;
  for (std::size_t i = 0; i < records; ++i) many.push_back(draft("ann", std::to_string(i), 500));
  REQUIRE(log->append(std::move(many)).ok());
  std::vector<std::vector<std::string>> seen(5);
  {
    std::vector<std::jthread> readers;
    for (std::size_t i = 0; i < seen.size(); ++i)
      readers.emplace_back([&, i] { seen[i] = ids_from(*log, start_of("ann"), 1000 + 7000 * i); });
  }
  for (const auto& ids : seen) {
    REQUIRE(ids.size() == records);
    for (std::size_t i = 0; i < records; ++i) REQUIRE(ids[i] == std::to_string(i));
  }
}

TEST_CASE("an append of more than librdkafka queues waits for room and is whole") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  KafkaKind kind;
  kind.topics.settings.properties = {{"queue.buffering.max.messages", "100"}};
  const auto log = kind.open();
  std::vector<Draft> many;
  for (int i = 0; i < 1000; ++i) many.push_back(draft("ann", std::to_string(i)));
  const auto positions = log->append(std::move(many));
  REQUIRE(positions.ok());
  for (std::size_t i = 0; i < 1000; ++i) REQUIRE((*positions)[i].next == Offset{i});
}

TEST_CASE("a journal whose oldest records are gone is a reason to stop, not to begin later") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  KafkaKind kind;
  REQUIRE(kind.open()->append(drafts(draft("ann", "1"), draft("ann", "2"), draft("ann", "3"))).ok());
  delete_records_before(kind.topics.settings, {start_of("ann").partition, Offset{2}});
  const auto log = kind.open();
  const auto lost = log->read(start_of("ann"), 1000);
  REQUIRE_FALSE(lost.ok());
  CHECK(lost.error().fault == Fault::stop);
  CHECK(lost.error().code == "lost_records");
  CHECK(log->read({start_of("ann").partition, Offset{2}}, 1000).ok());
}

TEST_CASE("a topic that would lose records is refused, and the refusal says what puts it right") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  KafkaKind kind;
  create_topic(kind.topics.settings.topic, "cleanup.policy", "compact");
  const Status made = create_kafka_topics(kind.topics.settings, {.partitions = 4});
  REQUIRE_MESSAGE(made.ok(), made.error().message);
  const std::string why = refusal(kind.topics.settings);
  CHECK(mentions(why, "kafka_settings"));
  CHECK(mentions(why, "cleanup.policy=compact"));
  CHECK(mentions(why, "retention.ms=604800000"));
  CHECK(mentions(why, "--add-config retention.ms=-1"));
}

TEST_CASE("a journal whose topic has another number of partitions than it was made with is refused") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  KafkaKind kind;
  kind.open();
  add_partitions(kind.topics.settings.topic, 5);
  CHECK(mentions(refusal(kind.topics.settings), "has 5 partitions; its journal was made with 4"));
}
