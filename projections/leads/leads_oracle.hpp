// The leads model once more, from the whole history at once, in the simplest form: for tests. It includes no
// header of projections/ and knows only the rules.
#pragma once
#include <string>
#include <vector>

#include "tests/builders.hpp"

namespace trunkline::testing {

// One line for each lead, sorted; as this query gives them.
std::vector<std::string> leads_recounted(const std::vector<TestEvent>& events);

inline const std::string leads_recounted_sql =
    "SELECT tenant, lead, members, stage, line_type, opted_out, calls, attempts, answered, talk_ms, "
    "messages_in, "
    "messages_out, touches, conversions, value_e4, appointments, "
    "(extract(epoch FROM first_seen) * 1000000)::bigint, (extract(epoch FROM first_contact) * "
    "1000000)::bigint, "
    "(extract(epoch FROM last_contact) * 1000000)::bigint, (extract(epoch FROM last_call) * "
    "1000000)::bigint, "
    "(extract(epoch FROM followed_up_at) * 1000000)::bigint, (extract(epoch FROM last_activity) * "
    "1000000)::bigint, "
    "(extract(epoch FROM converted_at) * 1000000)::bigint FROM leads_v1.leads";

}  // namespace trunkline::testing
