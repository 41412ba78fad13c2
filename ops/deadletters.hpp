// Everything that was set aside and waits for a human, the same on both engines: events that a read model
// parked, and on Kafka messages that were refused. For an operator's key (scope admin):
//
//   GET  /v1/deadletters?reason=&type=&limit= {"deadletters":[{"id","kind","tenant","type","reasons",…}]} GET
//   /v1/deadletters/{id}                       the same of one, with the original, opened POST
//   /v1/deadletters/{id}/retry?dry_run=true    {"outcome":"accepted"|"refused"|"requested","reasons":[…]}
//   POST /v1/deadletters/{id}/drop                  it is not asked about again
//
// An id is "letter-17" or "parked-leads-3-170": read model, partition and offset in the journal. A refused
// message that is accepted now is appended to the journal as if it had just come in; a parked event is taken
// up by its read model's owner, soon after the answer.
#pragma once
#include "core/http.hpp"
#include "core/keys_postgres.hpp"
#include "ingest/letters.hpp"

namespace trunkline {

struct DeadLetterSources {
  Log& log;
  PostgresKeys& keys;
  const Gate& gate;
  Letters* letters = nullptr;  // none on the embedded journal: nothing but HTTP refuses there
};

void add_deadletter_routes(http::Routes& routes, const DeadLetterSources& sources);

}  // namespace trunkline
