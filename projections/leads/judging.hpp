// What questions about leads need besides the rows: the tenant's rules and the time at which they are judged.
//
//   judged_at   RFC 3339; the current second when left out
#pragma once
#include "projections/leads/score.hpp"
#include "projections/query.hpp"

namespace trunkline::leads {

struct Judging {
  Snapshot snapshot;
  TenantSettings settings;
  Time at{};

  std::string leads() const { return judged_leads(settings, at); }
};

Result<Time> judged_at(const QueryContext& context, const http::Request& request);
Result<Judging> open_judging(const QueryContext& context, const http::Request& request);
// The same about the lead of one token: with ?as_of= as it was then, judged then.
Result<Judging> judging_about(const QueryContext& context, const http::Request& request,
                              const std::string& token);

// The members of the lead that a token leads to; empty when nobody is known by it.
Result<std::vector<std::string>> members_of(Snapshot& snapshot, const std::string& token);

}  // namespace trunkline::leads
