#include "projections/tenant_settings.hpp"

#include "core/json.hpp"
#include "core/money.hpp"

namespace trunkline {
namespace {

constexpr std::int64_t event_insurance_value_e4 = 40 * 10'000;

void take_text(json::Object from, std::string_view name, std::string& to) {
  if (const auto text = from.string(name)) to = *text;
}

void take_number(json::Object from, std::string_view name, double& to) {
  if (const auto number = from.number(name)) to = *number;
}

void take_money(json::Object from, std::string_view name, std::optional<std::int64_t>& to) {
  if (const auto text = from.string(name))
    if (const auto amount = parse_money_e4(*text)) to = *amount;
}

void set_defaults(TenantSettings& settings) {
  if (settings.vertical == "insurance") {
    settings.pipeline = {"new", "contacted", "qualified", "demo_scheduled", "proposal_sent", "converted"};
    settings.initial_value_e4 = event_insurance_value_e4;
  } else if (settings.vertical == "real_estate") {
    settings.pipeline = {"new", "contacted", "qualified", "viewing_booked", "offer_made", "converted"};
    settings.score = {50, 5, 10, 15, 10, 5, 20, 10, 10, -10, 7, 30};
  } else {
    settings.pipeline = {"new", "contacted", "qualified", "converted"};
  }
}

void take_pipeline(json::Object from, TenantSettings& settings) {
  const auto stages = from.array("pipeline");
  if (!stages) return;
  settings.pipeline.clear();
  for (const json::Value stage : *stages)
    if (const auto name = stage.as_string()) settings.pipeline.emplace_back(*name);
}

// Rules that are stated replace the defaults as a whole: nobody wants half of ours.
void take_score_rules(json::Object from, TenantSettings& settings) {
  const auto rules = from.object("score_rules");
  if (!rules) return;
  ScoreRules score;
  take_number(*rules, "start", score.start);
  take_number(*rules, "call", score.call);
  take_number(*rules, "listing_viewed", score.listing_viewed);
  take_number(*rules, "mortgage_approved", score.mortgage_approved);
  take_number(*rules, "has_deposit", score.has_deposit);
  take_number(*rules, "budget_known", score.budget_known);
  take_number(*rules, "immediate", score.immediate);
  take_number(*rules, "within_month", score.within_month);
  take_number(*rules, "recent_call", score.recent_call);
  take_number(*rules, "stale_call", score.stale_call);
  take_number(*rules, "recent_days", score.recent_days);
  take_number(*rules, "stale_days", score.stale_days);
  settings.score = score;
}

void take_regions(json::Object from, TenantSettings& settings) {
  const auto regions = from.array("regions");
  if (!regions) return;
  for (const json::Value each : *regions) {
    const auto region = each.as_object();
    const auto name = region ? region->string("region") : std::nullopt;
    const auto states = region ? region->array("states") : json::Found<json::Array>{};
    if (!name || !states) continue;
    for (const json::Value state : *states)
      if (const auto text = state.as_string()) settings.region_of_state[std::string{*text}] = *name;
  }
}

void take_maps(json::Object from, TenantSettings& settings) {
  if (const auto targets = from.object("targets"))
    for (const auto [name, value] : *targets)
      if (const auto number = value.as_number()) settings.targets[std::string{name}] = *number;
  if (const auto limits = from.object("limits"))
    for (const auto [name, value] : *limits) settings.limits[std::string{name}] = value.as_integer();
}

}  // namespace

std::optional<double> TenantSettings::target(std::string_view wanted) const {
  const auto found = targets.find(std::string{wanted});
  return found == targets.end() ? std::nullopt : std::optional{found->second};
}

Result<TenantSettings> read_settings(std::string_view json) {
  TenantSettings settings;
  json::Parser parser;
  const auto parsed = parser.parse(json.empty() ? std::string_view{"{}"} : json);
  const auto stated = parsed ? parsed->as_object() : json::Found<json::Object>{};
  if (!stated) return must_stop("row", "workspace: the settings of table tenants cannot be read");
  take_text(*stated, "vertical", settings.vertical);
  set_defaults(settings);
  take_text(*stated, "name", settings.name);
  take_text(*stated, "plan", settings.plan);
  take_text(*stated, "status", settings.status);
  take_text(*stated, "time_zone", settings.time_zone);
  take_text(*stated, "currency", settings.currency);
  take_pipeline(*stated, settings);
  take_score_rules(*stated, settings);
  if (const auto temperature = stated->object("temperature")) {
    take_number(*temperature, "hot", settings.hot);
    take_number(*temperature, "warm", settings.warm);
  }
  if (const auto attribution = stated->object("attribution")) {
    take_number(*attribution, "look_back_days", settings.look_back_days);
    take_number(*attribution, "half_life_days", settings.half_life_days);
  }
  take_money(*stated, "initial_value", settings.initial_value_e4);
  take_money(*stated, "revenue_per_participant", settings.revenue_per_participant_e4);
  take_regions(*stated, settings);
  take_maps(*stated, settings);
  return settings;
}

}  // namespace trunkline
