#include "projections/leads/score.hpp"

#include "core/json.hpp"
#include "projections/install.hpp"
#include "projections/leads/projection.hpp"

namespace trunkline::leads {
namespace {

std::string number(double value) {
  std::string text = "(";
  json::write_number(text, value);
  return text + ")::double precision";
}

std::string points(double value, const std::string& condition) {
  return value == 0 ? "" : " + CASE WHEN " + condition + " THEN " + number(value) + " ELSE 0 END";
}

std::string derived_score(const ScoreRules& rules, const std::string& at) {
  const auto younger = [&](double days) {
    return "l.last_call > " + at + " - " + number(days) + " * interval '1 day'";
  };
  return "least(100, greatest(0, " + number(rules.start) + " + " + number(rules.call) + " * l.calls + " +
         number(rules.listing_viewed) + " * l.listings_viewed" +
         points(rules.mortgage_approved, "l.mortgage_approved") + points(rules.has_deposit, "l.has_deposit") +
         points(rules.budget_known, "l.budget_known") + points(rules.immediate, "l.urgency = 'immediate'") +
         points(rules.within_month, "l.urgency = 'within_month'") +
         points(rules.recent_call, younger(rules.recent_days)) +
         points(rules.stale_call, "NOT " + younger(rules.stale_days)) + "))";
}

}  // namespace

std::string judged_leads(const TenantSettings& settings, Time at) {
  return judged_leads(settings, "'" + format_time(at) + "'::timestamptz");
}

std::string judged_leads(const TenantSettings& settings, const std::string& moment) {
  const std::string score = "coalesce(l.stated_score, " + derived_score(settings.score, moment) + ")";
  return "(SELECT l.*, " + score + " AS score, coalesce(l.temperature, CASE WHEN " + score +
         " >= " + number(settings.hot) + " THEN 'hot' WHEN " + score + " >= " + number(settings.warm) +
         " THEN 'warm' ELSE 'cold' END) AS level FROM " + rows_schema(projection) + ".leads l WHERE " +
         moment + " IS NOT NULL) leads";  // rules without time do not name it
}

}  // namespace trunkline::leads
