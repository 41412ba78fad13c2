#include "core/log/kafka_copy.hpp"

#include <doctest/doctest.h>

#include "tests/log_drafts.hpp"
#include "tests/log_kinds.hpp"
#include "tests/skip.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

struct Interrupted {};

Draft event(const std::string& tenant, int number) {
  Draft whole = draft(tenant, std::to_string(number), static_cast<std::size_t>(number % 700));
  whole.document.insert(whole.document.size() - 1, R"(,"tenantid":")" + tenant + R"(")");
  return whole;
}

// An embedded journal with a history, and empty topics on Kafka with as many partitions.
struct Moving {
  RocksKind embedded;
  KafkaKind kafka;
  std::unique_ptr<Log> from = embedded.open();
  explicit Moving(int events) {
    std::vector<Draft> many;
    for (int i = 0; i < events; ++i) many.push_back(event("t" + std::to_string(i % 23), i));
    REQUIRE(from->append(std::move(many)).ok());
    REQUIRE(create_kafka_topics(kafka.topics.settings, {.partitions = 4}).ok());
  }
  Result<Tally> copy(const std::function<void(const CopyProgress&)>& progress = [](const CopyProgress&) {}) {
    return copy_journal_to_kafka(*from, kafka.topics.settings, progress);
  }
};

}  // namespace

TEST_CASE("a copied journal is the same journal: id, offsets, bytes, and it goes on from there") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  Moving moving(5000);
  std::uint64_t last = 0;
  const auto tally = moving.copy([&](const CopyProgress& progress) {
    CHECK(progress.records_total == 5000);
    last = progress.records;
  });
  REQUIRE_MESSAGE(tally.ok(), tally.error().message);
  CHECK(last == 5000);
  CHECK(tally->count == 5000);
  const auto copy = moving.kafka.open();
  CHECK(copy->id() == moving.from->id());
  CHECK(copy->ends() == moving.from->ends());
  for (const Position& end : copy->ends()) {
    const Position start{end.partition, Offset{0}};
    CHECK(documents_from(*copy, start) == documents_from(*moving.from, start));
    CHECK(copy->position_at(end.partition, moving.embedded.clock.now())->next == Offset{0});
  }
  const auto positions = copy->append(drafts(event("t1", 1)));
  REQUIRE(positions.ok());
  CHECK(positions->front().next == moving.from->ends()[positions->front().partition.value()].next);
}

TEST_CASE("a copy that was interrupted does not open, and goes on where it stopped") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  Moving moving(20'000);
  std::uint64_t copied = 0;
  CHECK_THROWS_AS(static_cast<void>(moving.copy([&](const CopyProgress& progress) {
                    copied = progress.records;
                    if (progress.records > 100) throw Interrupted{};
                  })),
                  Interrupted);
  const auto unfinished = KafkaLog::open(moving.kafka.topics.settings, moving.kafka.clock);
  REQUIRE_FALSE(unfinished.ok());
  CHECK(unfinished.error().code == "copying");
  std::uint64_t first = 0;
  const auto tally = moving.copy([&](const CopyProgress& progress) {
    if (first == 0) first = progress.records;
  });
  REQUIRE_MESSAGE(tally.ok(), tally.error().message);
  CHECK(first >= copied);
  CHECK(tally->count == 20'000);
  CHECK(moving.kafka.open()->ends() == moving.from->ends());
}

TEST_CASE("a journal is not copied into another journal") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  Moving moving(10);
  moving.kafka.open();
  const auto refused = moving.copy();
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == "not_empty");
}

TEST_CASE("a record in the topic that is not the journal's is found") {
  SKIP_UNLESS(!test_kafka().empty(), no_kafka);
  Moving moving(100);
  REQUIRE(moving.copy().ok());
  Moving other(100);
  const auto spoiled =
      copy_journal_to_kafka(*moving.from, other.kafka.topics.settings, [&](const CopyProgress& at) {
        if (at.stage == CopyProgress::Stage::comparing || at.records > 0) return;
        const std::string command =
            "kcat -q -P -k t1 -p 0 -b " + test_kafka() + " -t " + other.kafka.topics.settings.topic;
        REQUIRE(std::system(("echo foreign | " + command).c_str()) == 0);
      });
  REQUIRE_FALSE(spoiled.ok());
  CHECK(spoiled.error().code == "not_empty");
}
