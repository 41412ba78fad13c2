// The topic of dead letters: what was refused of the inbound topics, each with the reasons in headers that
// any tool reads, and the message itself sealed. Whoever wants them found again uses their numbers: the
// offsets in its one partition.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/log/kafka_settings.hpp"
#include "core/result.hpp"

namespace trunkline {

struct Letter {
  std::uint64_t number = 0;  // where it lies; of no meaning while it is being written
  Time kept_at{};            // by the broker's clock; the same
  std::string tenant;        // under whose key it is sealed
  std::string day;           // of that key: "2026-11-21"
  std::string type;          // of the event, as far as it is one that we know
  std::string topic;         // where it came in
  std::uint32_t partition = 0;
  std::uint64_t offset = 0;
  std::string reasons;  // a JSON array of {code, message, pointer?, schema?}
  std::string box;      // the message, sealed
};

// Any thread.
class LetterTopic {
 public:
  static Result<std::unique_ptr<LetterTopic>> open(const KafkaSettings& settings);
  ~LetterTopic();

  // On disk when it returns. Errors: retry; some of them may be there, and are there twice when it is
  // repeated.
  Status publish(std::span<const Letter> letters);

  // Those that are there when it begins, oldest first, from a number on, until `visit` says that it has seen
  // enough.
  enum class Next { more, enough };
  Status visit(std::uint64_t from, const std::function<Next(const Letter&)>& visit);

 private:
  struct Impl;
  explicit LetterTopic(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace trunkline
