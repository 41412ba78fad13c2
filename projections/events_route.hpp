// GET /v1/events: the history itself, as it lies in the journal, one event a line (application/x-ndjson).
//
//   type=call.ended | call.*   any number of times          subject=…
//   contact=…                  a telephone number (+1…), an e-mail address, a token, or visitor:ID
//   from=, to=                 when it came in (recordedtime: the order of the journal); `to` not included
//   happened_from=, happened_to=   when it happened (time)
//   from_position=, to_position=   positions, as any answer gives them; `to_position` not included
//   limit=1…1000               a page; header Trunkline-Next is the from_position of the next one, and
//                              Trunkline-More says whether there is one (a page may have fewer lines)
//   stored=true                exactly the stored bytes, sealed
//   follow_ms=0…3600000        then wait for more, so long; every 15 s without one a line {"heartbeat":…}
//
// Without limit everything is sent in pieces, up to the journal's end as it was at the beginning. Opened
// lines begin with the attribute `position`: from there on everything after this event is read.
//
// Scope read, as for the timelines: nothing comes opened here that the same key could not read there lead by
// lead. What belongs to somebody erased stays closed ("personal":{"redacted":[…]}).
#pragma once
#include "core/history/index.hpp"
#include "core/http.hpp"
#include "core/keys.hpp"

namespace trunkline {

struct HistoryContext {
  Log& log;
  const Clock& clock;
  KeyStore& keys;
  const HistoryIndex& index;
};

// The context outlives the routes.
void add_events_route(http::Routes& routes, const HistoryContext& context);

}  // namespace trunkline
