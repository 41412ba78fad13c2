// The journal's topics: how they must be, making them, and the journal's identity, which Kafka does not keep
// for us.
//
//   TOPIC        the events; kept for ever, the producer's time
//   TOPIC.meta   one partition, kept for ever, a JSON object each record. The first record names the journal:
//                {"journal":"0123456789ab","partitions":16}. Kafka's order settles who named it when several
//                processes open a new journal at once. A journal that is copied from elsewhere begins
//                with a "copy":"begun" more, and does not open until {"copy":"complete"} follows.
//
// Not derived from Kafka's own cluster and topic ids: a journal that moves to another cluster, or from the
// embedded log to Kafka, keeps its id, or every position and checkpoint would be foreign.
#pragma once
#include <string>
#include <vector>

#include "core/log/kafka_settings.hpp"
#include "core/result.hpp"

namespace trunkline {

// Makes the journal's topics where they are missing. Errors: retry, stop "kafka_access".
Status create_kafka_topics(const KafkaSettings& settings, const KafkaTopicShape& shape);

// Deletes them with everything in them.
Status delete_kafka_topics(const KafkaSettings& settings);

struct KafkaTopicState {
  std::uint32_t partitions = 0;
  std::vector<std::string>
      faults;  // sentences: what is wrong and which command puts it right; empty: all is well
};
// Errors: retry, stop "no_topic".
Result<KafkaTopicState> check_kafka_topics(const KafkaSettings& settings);

namespace kafka {

struct Identity {
  JournalId journal;
  std::uint32_t partitions = 0;
  bool copying = false;
};

// Reads the journal's identity, and names the journal where nobody has yet (`fresh` is the name it would
// get); one that begins as a copy does not open until the copy is complete.
enum class Beginning { empty, as_a_copy };
Result<Identity> identify(const KafkaSettings& settings, std::uint32_t partitions, const JournalId& fresh,
                          Beginning beginning = Beginning::empty);

// Adds a record to TOPIC.meta.
Status note(const KafkaSettings& settings, const std::string& json);

}  // namespace kafka
}  // namespace trunkline
