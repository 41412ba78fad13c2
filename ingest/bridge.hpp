// From the inbound topics to the journal: each message is judged, keyed and sealed like an event at any other
// door and appended; what is refused is kept as a dead letter. The group's offsets are committed only when
// the journal and the letters have everything before them, so a crash at any moment means that some messages
// are read again, and an event that is in the journal twice changes nothing. They are committed some times a
// second and when nothing more comes: a commit for every few messages took longer than the messages.
//
// Whoever may write onto an inbound topic may write for every known tenant, and each event names its own.
#pragma once
#include <chrono>
#include <stop_token>

#include "core/log/kafka_inbound.hpp"
#include "ingest/letters.hpp"

namespace trunkline {

struct BridgeLimits {
  std::size_t messages_max = 2'000;  // of one append
  std::size_t bytes_max = 4 * 1024 * 1024;
};

// One thread. What it is given outlives it.
class Bridge {
 public:
  Bridge(const Gate& gate, Log& log, InboundGroup& group, Letters& letters, BridgeLimits limits = {})
      : gate_(gate), log_(log), group_(group), letters_(letters), limits_(limits), acceptance_(gate) {}

  // One batch, if one comes within wait_ms: how many messages are dealt with. After a retry error the same
  // messages are next. Errors: retry and stop, of the brokers and the stores.
  Result<std::size_t> step(int wait_ms);

  // Until it is stopped, or an error says that a human must look.
  Status run(const std::stop_token& stop);

 private:
  Status judge();
  Status append();
  Status commit();

  const Gate& gate_;
  Log& log_;
  InboundGroup& group_;
  Letters& letters_;
  const BridgeLimits limits_;
  Acceptance acceptance_;
  std::vector<InboundMessage> batch_;  // taken, and not dealt with yet
  std::vector<Refusal> refusals_;      // by place in the batch
  std::chrono::steady_clock::time_point committed_at_{};
};

}  // namespace trunkline
