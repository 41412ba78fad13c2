// The bridge of a server on Kafka: the inbound topics flow into the journal on a thread of their own, and
// what is refused of them is kept as dead letters.
#pragma once
#include <memory>
#include <thread>

#include "ingest/bridge.hpp"

namespace trunkline {

class Bridging {
 public:
  // Opens the dead letters. Errors: stop "kafka_settings" (topics that would lose what is on its way),
  // "no_topic".
  static Result<std::unique_ptr<Bridging>> open(const KafkaSettings& kafka, PostgresKeys& keys,
                                                const Gate& gate);
  Status start(const KafkaSettings& kafka, const Gate& gate, Log& log);  // it runs when this returns

  ~Bridging() { stop(); }
  void stop();  // leaves the group and returns when it has; idempotent

  Letters& letters() { return *letters_; }

 private:
  std::unique_ptr<LetterTopic> topic_;
  std::unique_ptr<Letters> letters_;
  std::jthread thread_;
};

}  // namespace trunkline
