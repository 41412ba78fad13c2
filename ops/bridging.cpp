#include "ops/bridging.hpp"

#include "core/log/kafka_inbound_topics.hpp"
#include "core/logs.hpp"

namespace trunkline {

Result<std::unique_ptr<Bridging>> Bridging::open(const KafkaSettings& kafka, PostgresKeys& keys,
                                                 const Gate& gate) {
  const auto faults = check_inbound_topics(kafka);
  if (!faults) return faults.error();
  if (!faults->empty()) return must_stop("kafka_settings", faults->front());
  auto bridging = std::make_unique<Bridging>();
  auto topic = LetterTopic::open(kafka);
  if (!topic) return topic.error();
  bridging->topic_ = std::move(*topic);
  auto letters = Letters::open(keys, *bridging->topic_, gate);
  if (!letters) return letters.error();
  bridging->letters_ = std::move(*letters);
  return bridging;
}

Status Bridging::start(const KafkaSettings& kafka, const Gate& gate, Log& log) {
  auto group = InboundGroup::join(kafka);
  if (!group) return group.error();
  thread_ = std::jthread([this, group = std::move(*group), &gate, &log](const std::stop_token& stop) {
    Bridge bridge(gate, log, *group, *letters_);
    if (const Status ran = bridge.run(stop); !ran)
      logs::error("bridge_stopped", {{"code", ran.error().code}, {"why", ran.error().message}});
  });
  return done();
}

void Bridging::stop() {
  thread_ = {};
}

}  // namespace trunkline
