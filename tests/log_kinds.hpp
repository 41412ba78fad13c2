// The logs that the contract suite judges. A kind opens the same journal again and again within one test, and
// says what it cannot do, and what it misses on this machine (then its cases count as skipped).
#pragma once
#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "core/log/kafka_log.hpp"
#include "core/log/memory_log.hpp"
#include "core/log/rocks_log.hpp"
#include "tests/manual_clock.hpp"
#include "tests/temporary_directory.hpp"
#include "tests/test_kafka.hpp"

namespace trunkline {

struct MemoryKind {
  static constexpr bool survives = false;  // a journal outlives its log object
  static std::string_view missing() { return ""; }
  ManualClock clock;
  std::unique_ptr<Log> open(std::uint32_t partitions = 4) {
    return std::make_unique<MemoryLog>(clock, partitions);
  }
};

struct RocksKind {
  static constexpr bool survives = true;
  static std::string_view missing() { return ""; }
  ManualClock clock;
  TemporaryDirectory directory;
  std::unique_ptr<Log> open(std::uint32_t partitions = 4) {
    auto log = RocksLog::open({.directory = directory.path() + "/journal", .partitions = partitions}, clock);
    REQUIRE_MESSAGE(log.ok(), log.error().message);
    return std::move(*log);
  }
};

struct KafkaKind {
  static constexpr bool survives = true;
  static std::string_view missing() { return testing::test_kafka().empty() ? testing::no_kafka : ""; }
  ManualClock clock;
  testing::KafkaTopics topics;
  std::unique_ptr<Log> open(std::uint32_t partitions = 4) {
    const Status made = create_kafka_topics(topics.settings, {.partitions = partitions});
    REQUIRE_MESSAGE(made.ok(), made.error().message);
    auto log = KafkaLog::open(topics.settings, clock);
    REQUIRE_MESSAGE(log.ok(), log.error().message);
    return std::move(*log);
  }
};

}  // namespace trunkline

#define EVERY_LOG MemoryKind, RocksKind, KafkaKind
TYPE_TO_STRING(trunkline::MemoryKind);
TYPE_TO_STRING(trunkline::RocksKind);
TYPE_TO_STRING(trunkline::KafkaKind);
