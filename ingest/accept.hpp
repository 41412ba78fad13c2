// From what somebody sent to what the journal holds: an event is judged by its schema, placed with its
// tenant, its contact points become tokens, what is personal is sealed. Every door goes through here.
//
//   judge() each event of a batch → seal() once: one look-up of keys per tenant and batch, not per event
//
// One Acceptance serves one thread at a time and keeps its buffers.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/keys.hpp"
#include "core/log/log.hpp"
#include "core/stored_event.hpp"
#include "schemas/judge.hpp"

namespace trunkline {

// What judging needs; all of it outlives the doors.
struct Gate {
  const Catalogue& catalogue;
  KeyStore& keys;
  const Clock& clock;
  std::function<bool(const TenantId&)> knows_tenant;
};

// Who sends. An operator (`_platform`) may send for any known tenant: the event's own tenantid, else this
// one.
struct Sender {
  enum class Kind { tenant, platform };
  TenantId tenant;  // empty: a platform's sender who named none
  Kind kind = Kind::tenant;
  bool may_state_history = false;  // imports and copies: a key with `command` or `admin`
};

struct Reason {
  std::string
      code;  // "schema", "json", "forbidden", "unknown_tenant", "time", "personal", "contact", "too_large"
  std::string message;  // never a value of the event
  std::string pointer;  // into the event as it was sent
  std::string schema;   // "urn:trunkline:call.ended:1"; empty where a rule outside the schemas refused
};

struct Refusal {
  std::uint64_t number = 0;     // the caller's own: a line, a place in a batch
  std::vector<Reason> reasons;  // at least one
};

struct SealedBatch {
  std::vector<Draft> drafts;           // in the order judged
  std::vector<std::uint64_t> numbers;  // of each draft
};

inline constexpr std::chrono::minutes ahead_max{
    5};  // a mix-up of seconds and milliseconds would pin fields for ever

class Acceptance {
 public:
  explicit Acceptance(const Gate& gate) : gate_(gate), judge_(gate.catalogue) {}

  enum class Verdict { waiting, refused };

  // One event as JSON text, json::padding readable bytes behind it: it waits for seal(), or joins the
  // refusals. Errors: the key store's (nothing was decided).
  Result<Verdict> judge(const Sender& sender, std::uint64_t number, std::string_view padded,
                        std::vector<Refusal>& refusals);
  std::size_t waiting() const { return waiting_.size(); }
  void forget() { waiting_.clear(); }

  // Everything judged since. What turns out too large when sealed joins the refusals. Errors: the key
  // store's.
  Result<SealedBatch> seal(std::vector<Refusal>& refusals);

 private:
  struct Waiting {
    std::uint64_t number = 0;
    Envelope envelope;
    std::string data;
    PersonalParts parts;
  };
  Status judge_document(const Sender& sender, std::string_view padded, std::vector<Reason>& reasons);
  void explain(std::vector<Reason>& reasons) const;
  Result<TenantId> tenant_of(const Sender& sender) const;
  Result<Envelope> envelope_of(const Sender& sender) const;
  Result<const Hmac*> secret_of(const TenantId& tenant);
  Status close_facts_of_erased(const std::map<TenantId, SealingKeys>& keys);

  const Gate& gate_;
  json::Parser parser_;
  Judge judge_;
  Separated separated_;
  std::map<TenantId, Hmac> secrets_;
  std::vector<Waiting> waiting_;
};

}  // namespace trunkline
