// What each fact adds to the desk's sums. The fold takes out what a fact was and puts in what it is, by these
// functions; `verify` counts all facts anew by them.
#pragma once
#include "projections/lead_desk/facts.hpp"
#include "projections/lead_desk/rows.hpp"
#include "projections/sums.hpp"

namespace trunkline::desk {

struct DeskSums {
  Sums<AgentDayRow> agent_day;
  Sums<ChannelHourRow> channel_hour;
  Sums<AttributionRow> attribution;
};

enum class Count : std::int64_t { in = 1, out = -1 };

// Into agent_day and channel_hour: what the fact adds by itself.
void count_fact(DeskSums& sums, std::string_view tenant, const Fact& fact, Count count);

// Into attribution: each conversion goes to the newest touch that is not after it. Looks at touches and
// conversions of one contact; the others among the facts are passed over.
void count_attribution(DeskSums& sums, std::string_view tenant, const Facts& facts, Count count);

}  // namespace trunkline::desk
