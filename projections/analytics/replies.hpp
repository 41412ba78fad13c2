// How long people waited for each answer. Sums of it are in the quarters; for percentiles the conversations'
// own moments are read, exactly and with no row more.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "projections/period.hpp"

namespace trunkline::analytics {

enum class ReplyGroup { none, agent, channel };
// Microseconds, sorted, by group; an answer counts in the quarter-hour in which it was given.
using ReplyWaits = std::map<std::string, std::vector<std::int64_t>>;

// Reads every conversation of the tenant that began before the period's end, some thousand at a time.
Result<ReplyWaits> reply_waits(Snapshot& snapshot, const Period& period, Period::Which which, ReplyGroup by);

// Between the two nearest values, as Postgres' percentile_cont; nullopt of nothing.
std::optional<double> percentile(std::span<const std::int64_t> sorted, double share);

}  // namespace trunkline::analytics
