// What a tenant has stated about itself (tenant.registered, tenant.changed), as far as answers depend on it:
// the clocks of its days, its pipeline, rules and targets. It is judged when somebody asks and never folded
// into other rows, so a changed zone or rule changes nothing that is stored.
//
// Where nothing was stated the default of the tenant's vertical holds (domain §2, §5, §7).
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace trunkline {

// Points of a lead's score (leads/score.hpp).
struct ScoreRules {
  double start = 0, call = 0, listing_viewed = 0, mortgage_approved = 0, has_deposit = 0, budget_known = 0;
  double immediate = 0, within_month = 0, recent_call = 0, stale_call = 0;
  double recent_days = 7, stale_days = 30;  // of the last call: younger than, older than
};

struct TenantSettings {
  std::string name, vertical, plan, status;
  std::string time_zone = "UTC";
  std::string currency = "USD";
  std::vector<std::string> pipeline;  // without lost and dnc, which end every pipeline
  ScoreRules score;
  double hot = 75, warm = 50;  // temperature: from this score on
  double look_back_days = 90, half_life_days = 7;
  std::optional<std::int64_t> initial_value_e4;  // in the tenant's currency
  std::optional<std::int64_t> revenue_per_participant_e4;
  std::map<std::string, double> targets;                      // stated ones only, by name
  std::map<std::string, std::optional<std::int64_t>> limits;  // stated ones only; nullopt: unlimited
  std::map<std::string, std::string> region_of_state;

  std::optional<double> target(std::string_view wanted) const;
};

// From the JSON of workspace.tenants.settings; an empty text is a tenant that stated nothing. Errors: stop
// "row".
Result<TenantSettings> read_settings(std::string_view json);

}  // namespace trunkline
