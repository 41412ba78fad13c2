// What others produce onto the inbound topics, read as a member of a consumer group: the brokers share the
// partitions out among the members, and a committed offset says that everything before it has been dealt
// with.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/log/kafka_settings.hpp"
#include "core/result.hpp"

namespace trunkline {

struct InboundMessage {
  std::string topic;
  std::uint32_t partition = 0;
  std::uint64_t offset = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string value;  // empty also for a message without one

  // The last header of that name, as Kafka's clients read it; empty when there is none.
  std::string_view header(std::string_view name) const;
};

// One thread.
class InboundGroup {
 public:
  // Begins where the group stands; a new group at the oldest message there is. Errors: stop "kafka_property".
  static Result<std::unique_ptr<InboundGroup>> join(const KafkaSettings& settings);
  ~InboundGroup();  // leaves at once: the others share its partitions

  // Waits up to wait_ms for a message, and hands over what has arrived with it. Every partition's messages
  // are in order. After a change of the members some of them come again. Errors: retry, stop "no_topic",
  // "kafka_access".
  Result<std::vector<InboundMessage>> take(std::size_t messages_max, std::size_t bytes_max, int wait_ms);

  // The group is to go on behind these, from the next commit() on.
  void note(const std::vector<InboundMessage>& dealt_with);
  // A round trip, and a record on the broker's disk. Where another member has taken a partition over it is
  // that one's business, and no error. Errors: retry.
  Status commit();

 private:
  struct Impl;
  explicit InboundGroup(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace trunkline
