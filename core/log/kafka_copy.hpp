// Moving up: a whole journal is copied into an empty journal on Kafka, offset for offset, and keeps its id,
// so that every position that anybody holds, and every checkpoint, goes on being true there.
#pragma once
#include <cstdint>
#include <functional>

#include "core/digest.hpp"
#include "core/log/kafka_settings.hpp"
#include "core/log/log.hpp"
#include "core/result.hpp"

namespace trunkline {

struct CopyProgress {
  enum class Stage { copying, comparing };
  Stage stage = Stage::copying;
  std::uint64_t records = 0;  // of this stage, those of earlier attempts included
  std::uint64_t records_total = 0;
};

// Copies what `from` holds now, then compares every record on Kafka with its original; only then does the
// copy open as a journal. Nobody may append to `from` meanwhile, nor afterwards: both would be the journal of
// one id. Interrupted at any point it goes on when called again. The answer counts what was compared.
//
// The topics exist (create_kafka_topics) with as many partitions as `from` has, and are empty or hold the
// beginning of this copy. Errors: retry; stop "not_empty" (another journal, or a record that is not this
// one's), "kafka_settings".
Result<Tally> copy_journal_to_kafka(Log& from, const KafkaSettings& to,
                                    const std::function<void(const CopyProgress&)>& progress);

}  // namespace trunkline
