// Erasures that were decided: written in the transaction that destroys the keys, kept until the journal has
// the event that tells of them. So a crash in between leaves nothing half done: what was decided is told at
// the next start.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "core/postgres.hpp"

namespace trunkline {

struct Erasure {
  TenantId tenant;
  std::string event_id;  // of the event that will tell; says the same erasure again
  std::string lead_id;
  std::string actor;
  std::vector<Token> contacts;
  Time requested_at{};
  std::string relayed_to;  // the position behind its event; empty: not told yet
};

// Keeps the first statement of an erasure: a repeated one changes nothing.
Status note_erasure(Transaction& transaction, const Erasure& erasure);
Result<std::optional<Erasure>> find_erasure(Postgres& session, const TenantId& tenant,
                                            std::string_view event_id);
Result<std::vector<Erasure>> pending_erasures(Postgres& session);  // the oldest first
Status mark_relayed(Postgres& session, const Erasure& erasure, std::string_view position);

}  // namespace trunkline
