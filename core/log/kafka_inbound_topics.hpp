// The topics beside the journal: onto the inbound ones integrators produce events of any family, with any
// client and any partitioner; what is refused of that is kept, sealed, in the one of dead letters. Their
// names begin like the journal's:
//
//   trunkline.journal → trunkline.in.calls, trunkline.in.messages, … and trunkline.deadletters
//
// A family's name only divides the traffic: an event of any type is taken from any of them.
#pragma once
#include <string>
#include <vector>

#include "core/log/kafka_settings.hpp"
#include "core/result.hpp"

namespace trunkline {

std::vector<std::string> inbound_topics(const KafkaSettings& settings);
std::string deadletter_topic(const KafkaSettings& settings);

// They keep the moment of appending, not the producer's: a fact of last year would be deleted before it is
// read. Inbound ones keep seven days, dead letters thirty. Makes those that are missing; errors as
// create_kafka_topics.
Status create_inbound_topics(const KafkaSettings& settings, const KafkaTopicShape& shape);

// Sentences: what is wrong and which command puts it right; empty: all is well. Errors: retry, stop
// "no_topic".
Result<std::vector<std::string>> check_inbound_topics(const KafkaSettings& settings);

Status delete_inbound_topics(const KafkaSettings& settings);

}  // namespace trunkline
