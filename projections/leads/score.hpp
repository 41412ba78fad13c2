// A lead's score and temperature by its tenant's rules, judged at a time: never stored, since "less than 7
// days ago" changes by itself and rules change at will.
//
//   score = start + call·calls + listing_viewed·distinct listings viewed + mortgage_approved + has_deposit
//         + budget_known + (immediate | within_month) + recent_call (the last call is younger than
//         recent_days)
//         + stale_call (older than stale_days), kept between 0 and 100; one that was stated stands instead
//   temperature = the stated one, else hot or warm from these scores on, else cold
#pragma once
#include <string>

#include "core/clock.hpp"
#include "projections/tenant_settings.hpp"

namespace trunkline::leads {

// The leads as a table expression "(SELECT …) leads" that has the columns score (double precision) and level
// (text) besides its own.
std::string judged_leads(const TenantSettings& settings, Time at);
// The same with the moment as an SQL expression: "$3::timestamptz".
std::string judged_leads(const TenantSettings& settings, const std::string& moment);

}  // namespace trunkline::leads
