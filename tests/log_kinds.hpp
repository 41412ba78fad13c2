// The logs that the contract suite judges. A kind opens the same journal again and again within one test, and
// says what it cannot do; Kafka joins by another kind in EVERY_LOG.
#pragma once
#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "core/log/memory_log.hpp"
#include "core/log/rocks_log.hpp"
#include "tests/manual_clock.hpp"
#include "tests/temporary_directory.hpp"

namespace trunkline {

struct MemoryKind {
  static constexpr bool survives = false;  // a journal outlives its log object
  ManualClock clock;
  std::unique_ptr<Log> open(std::uint32_t partitions = 4) {
    return std::make_unique<MemoryLog>(clock, partitions);
  }
};

struct RocksKind {
  static constexpr bool survives = true;
  ManualClock clock;
  TemporaryDirectory directory;
  std::unique_ptr<Log> open(std::uint32_t partitions = 4) {
    auto log = RocksLog::open({.directory = directory.path() + "/journal", .partitions = partitions}, clock);
    REQUIRE_MESSAGE(log.ok(), log.error().message);
    return std::move(*log);
  }
};

}  // namespace trunkline

#define EVERY_LOG MemoryKind, RocksKind
TYPE_TO_STRING(trunkline::MemoryKind);
TYPE_TO_STRING(trunkline::RocksKind);
