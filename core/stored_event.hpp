// The one function through which events become documents for the log: the doors' and our own alike.
#pragma once
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/log/log.hpp"
#include "core/seal.hpp"

namespace trunkline {

enum class Horizon { live, history };  // history: an import, a copy, a re-drive; rules do not act on it

struct Envelope {
  std::string id, source, type, subject;
  Time time{};
  std::string dataschema;  // "urn:trunkline:call.ended:1"
  TenantId tenant;
  std::string correlation, causation, actor;  // empty: left out
  std::vector<Token> contacts;                // phone, email, visitor; the first is whom the event is about
  Horizon horizon = Horizon::live;
};

// The document as core/event.hpp draws it: attributes in order, the gap for recordedtime, the content hash,
// then `data` (a JSON object's text, clear, compact, without `personal`) with the sealed member last. Pure
// but for the nonces. Errors: reject "too_large" above document_bytes_max.
Result<Draft> stored_event(const Envelope& envelope, std::string_view clear_data, const PersonalParts& parts,
                           const Hmac& tenant_secret, const SealingKeys& keys);

// One event by itself: fetches secret and keys. Errors: the store's, and the above.
Result<Draft> stored_event(const Envelope& envelope, std::string_view clear_data, const PersonalParts& parts,
                           KeyStore& store);

}  // namespace trunkline
