// Erasing a lead: the keys of its contact points and of its facts are destroyed, for ever, and the journal is
// told.
//
//   1. wait until `leads` shows everything that the tenant's journal held when the request came
//   2. find the lead's contact points, and the facts that belong to them
//   3. one durable transaction: destroy all their keys, leave tombstones, note the erasure
//   core/keys_erasures.hpp
//   4. append `subject.erased` {tokens}; read models drop what they hold open when they fold it
//   5. mark the erasure as told
//
// A crash before 3 has changed nothing; after 3, nobody can open anything of the lead any more, and
// relay_pending() tells the journal at the next start. Told twice is told once: the event is the same.
#pragma once
#include <functional>
#include <string>

#include "core/clock.hpp"
#include "core/keys_erasures.hpp"
#include "core/keys_postgres.hpp"
#include "core/log/log.hpp"

namespace trunkline {

struct EraseRequest {
  TenantId tenant;
  std::string lead;   // its id, or the token of any of its contact points
  std::string actor;  // who asked: the id of an API key
  Deadline deadline;  // for step 1
};

struct EraseAnswer {
  std::string lead_id;
  std::string event_id;
  std::size_t contacts = 0;
  std::string position;  // behind the event that tells
};

class Erasing {
 public:
  // True when the read model `leads` is folded up to the position, false at the deadline.
  using LeadsShow = std::function<bool(Position, Deadline)>;

  // All of them outlive it.
  Erasing(PostgresKeys& keys, Log& log, const Clock& clock, LeadsShow leads_show)
      : keys_(keys), log_(log), clock_(clock), leads_show_(std::move(leads_show)) {}

  // Any thread. Erasing again answers the same, and erases what has joined since. Errors: reject "not_found";
  // retry "stale" at the deadline; retry or stop of the stores: after a failed append the keys are gone all
  // the same, and the same request, or the next start, tells the journal.
  Result<EraseAnswer> erase(const EraseRequest& request);

  // At the start of a server, before it answers: tells the journal what a crash kept from it.
  Status relay_pending();

 private:
  Result<Erasure> lead_of(const EraseRequest& request);
  Result<std::vector<Token>> facts_of(const Erasure& erasure);
  Result<Erasure> find(const Erasure& erasure);
  Result<std::vector<Erasure>> pending();
  Result<std::string> relay(const Erasure& erasure);

  PostgresKeys& keys_;
  Log& log_;
  const Clock& clock_;
  LeadsShow leads_show_;
};

}  // namespace trunkline
