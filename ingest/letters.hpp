// What was refused of the inbound topics and is kept: sealed under a key of the tenant and the day, which is
// destroyed after thirty days, so that what nobody came for is unreadable then wherever a copy of it lies.
// What cannot be laid to a tenant's account is sealed under the operator's (`_platform`).
//
// The topic of dead letters keeps them all until they expire; Postgres knows which are settled:
//   deadletters.settled (letter, outcome, at)
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/keys_postgres.hpp"
#include "core/log/kafka_inbound.hpp"
#include "core/log/kafka_letters.hpp"
#include "ingest/accept.hpp"

namespace trunkline {

inline constexpr int letters_kept_days = 30;

// A message as the doors read events: structured, or binary with its attributes in headers. Errors: reject.
Result<std::string> document_of(const InboundMessage& message);

// Any thread. What it is given outlives it.
class Letters {
 public:
  enum class Outcome { retried, dropped };

  // Makes the schema `deadletters`.
  static Result<std::unique_ptr<Letters>> open(PostgresKeys& keys, LetterTopic& topic, const Gate& gate);

  struct Refused {
    const InboundMessage* message;
    const std::vector<Reason>* reasons;
  };
  // On disk when it returns. Errors: retry (the stores').
  Status keep(const std::vector<Refused>& refused);

  // Those that are not settled, oldest first, until `visit` has seen enough.
  Status visit(const std::function<LetterTopic::Next(const Letter&)>& visit);
  Result<Letter> find(std::uint64_t number);            // reject "not_found": settled, expired, never there
  Result<InboundMessage> opened(const Letter& letter);  // reject "expired" when its key is destroyed
  Status settle(std::uint64_t number, Outcome outcome);
  Status expire();  // destroys the keys of the days before

 private:
  Letters(PostgresKeys& keys, LetterTopic& topic, const Gate& gate)
      : keys_(keys), topic_(topic), gate_(gate) {}
  std::string tenant_and_type(const InboundMessage& message, std::string& type) const;
  Result<std::string> sealed(Letter& letter, const InboundMessage& message);

  PostgresKeys& keys_;
  LetterTopic& topic_;
  const Gate& gate_;
};

}  // namespace trunkline
