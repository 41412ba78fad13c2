// The journal of a test that does not mind which engine it runs on: in memory, or on the broker of the Kafka
// tests when TRUNKLINE_TEST_LOG is "kafka" (tests/on_kafka sets it), on topics of its own.
#pragma once
#include <doctest/doctest.h>

#include <memory>
#include <optional>

#include "core/log/kafka_log.hpp"
#include "core/log/memory_log.hpp"
#include "tests/test_kafka.hpp"

namespace trunkline::testing {

class AnyLog final : public Log {
 public:
  explicit AnyLog(const Clock& clock, std::uint32_t partitions = 4) {
    const char* wanted = std::getenv("TRUNKLINE_TEST_LOG");
    if (wanted != nullptr && std::string_view(wanted) == "kafka")
      open_kafka(clock, partitions);
    else
      log_ = std::make_unique<MemoryLog>(clock, partitions);
  }

  JournalId id() const override { return log_->id(); }
  std::uint32_t partitions() const override { return log_->partitions(); }
  Result<std::vector<Position>> append(std::vector<Draft> drafts) override {
    return log_->append(std::move(drafts));
  }
  Result<RecordBatch> read(Position from, std::size_t bytes_max) override {
    return log_->read(from, bytes_max);
  }
  void wait(std::span<const Position> any_of, Deadline deadline) override { log_->wait(any_of, deadline); }
  void wake() override { log_->wake(); }
  std::vector<Position> ends() const override { return log_->ends(); }
  Result<Position> position_at(Partition partition, Time recorded) override {
    return log_->position_at(partition, recorded);
  }

 private:
  void open_kafka(const Clock& clock, std::uint32_t partitions) {
    topics_.emplace();
    const Status made = create_kafka_topics(topics_->settings, {.partitions = partitions});
    REQUIRE_MESSAGE(made.ok(), made.error().message);
    auto log = KafkaLog::open(topics_->settings, clock);
    REQUIRE_MESSAGE(log.ok(), log.error().message);
    log_ = std::move(*log);
  }

  std::optional<KafkaTopics> topics_;  // outlives the log
  std::unique_ptr<Log> log_;
};

}  // namespace trunkline::testing
