// Which events a lead is made of, up to a position: found by the history's index, never by a scan. Who the
// lead's contact points were is decided by the same rules as everywhere (people/people.hpp), over the links
// and un-links up to there.
#pragma once
#include <vector>

#include "core/history/index.hpp"

namespace trunkline {

// Offsets in the tenant's partition, ascending: all that names one of the lead's contact points or is about
// something that such an event is about, and what decides who is shared. More is found than the lead's own
// (another's statement about one of its calls); nothing of the lead is missing. Empty: nobody was known by
// this token. Errors: the log's and the index's; retry "index_building" before the index is there; reject
// "too_large" beyond some 200,000 events.
Result<std::vector<Offset>> events_of_lead(Log& log, const HistoryIndex& index, const TenantId& tenant,
                                           const Token& contact, Position end);

}  // namespace trunkline
