#include "projections/scorecard/figures.hpp"

namespace trunkline::scorecard {
namespace {

constexpr double minute_ms = 60'000, second_ms = 1'000, hour_ms = 3'600'000;

constexpr Figure all[] = {
    {"contact_rate", Unit::share, Aim::more_than, 0.70, "reached", "leads",
     "leads reached (connected with a person, or the lead wrote) / leads that became known in the period"},
    {"conversion_rate", Unit::share, Aim::more_than, 0.40, "converted", "reached",
     "leads converted / leads reached, of those that became known in the period"},
    {"average_value", Unit::money, Aim::at_least, 100, "all_e4 / 10000.0", "conversions",
     "value / conversions of the period, in the tenant's currency"},
    {"value_uplift", Unit::share, Aim::at_least, 1.50, "lifted_e4 - initial_e4", "initial_e4",
     "(mean converted value - mean initial value) / mean initial value, of conversions whose lead has an "
     "initial value; the tenant's usual one where none was stated"},
    {"first_response_ms", Unit::ms, Aim::less_than, 5 * minute_ms, "response_ms", "responded",
     "from capture to the first contact, mean; leads captured by their own call or there before are left "
     "out"},
    {"successful_call_ms", Unit::ms, Aim::between, 2 * minute_ms, "successful_ms", "successful",
     "mean duration of calls with disposition reached and an outcome that is not negative"},
    {"cost_per_conversion", Unit::money, Aim::less_than, 5, "cost_e4 / 10000.0", "conversions",
     "costs recorded / conversions of the period, in the tenant's currency"},
    {"cost_saving", Unit::share, Aim::at_least, 0.80, "human_cost * conversions - cost_e4 / 10000.0",
     "human_cost * conversions",
     "1 - cost per conversion / what a human's costs; needs the tenant's target human_cost"},
    {"ai_resolution", Unit::share, Aim::more_than, 0.80, "resolved_by_ai", "conversations",
     "conversations resolved with no human / all conversations"},
    {"first_ai_response_ms", Unit::ms, Aim::less_than, 10 * second_ms, "first_ai_us / 1000.0", "first_ai",
     "from the first message of the person to the first of the assistant, mean"},
    {"csat_average", Unit::average, Aim::more_than, 4.5, "rating_sum", "ratings", "mean of ratings 1 to 5"},
    {"escalation", Unit::share, Aim::less_than, 0.20, "escalated", "conversations",
     "conversations escalated to a human / all conversations"},
    {"escalation_saving", Unit::share, Aim::at_least, 0.70, "human_escalation * conversations - escalated",
     "human_escalation * conversations",
     "1 - escalation / the stated baseline; needs the tenant's target human_escalation"},
    {"handle_ms", Unit::ms, Aim::less_than, 5 * minute_ms, "handle_us / 1000.0", "handled",
     "from start to end of conversations that ended, mean"},
    {"chat_answer_ms", Unit::ms, Aim::less_than, 2 * second_ms, "reply_us / 1000.0", "replies",
     "from the first message not yet answered to the answer, mean over every answer"},
    {"answer_rate", Unit::share, Aim::at_least, 1.0, "offered_answered", "offered",
     "inbound calls answered / inbound calls that ended"},
    {"hand_off", Unit::share, Aim::less_than, 0.15, "handed_off", "answered",
     "calls transferred, or with outcome escalate / calls answered"},
    {"intent_accuracy", Unit::share, Aim::more_than, 0.90, "intents_right", "intents_reviewed",
     "reviews that agree with the intent / reviews of intents"},
    {"viewing_booking", Unit::share, Aim::more_than, 0.30, "viewers", "interested",
     "leads who called with a property or viewing intent in the period and have booked a viewing / all of "
     "these"},
    {"lead_capture", Unit::share, Aim::more_than, 0.80, "captured_callers", "new_callers",
     "leads whose first call was inbound and in the period, and that were captured / all of these"},
    {"chat_answer_p95_ms", Unit::ms, Aim::less_than, 3 * second_ms, "reply_p95_ms", "1",
     "from the first message not yet answered to the answer: 95 of 100 answers took less"},
    {"voice_reply_ms", Unit::ms, Aim::less_than, 2 * second_ms, "", "",
     "transcripts are sealed: the latency of a turn is in no row"},
    {"onboarding_completion", Unit::share, Aim::more_than, 0.90, "", "",
     "there are no events of onboarding yet"},
    {"integration_success", Unit::share, Aim::at_least, 0.90, "", "",
     "there are no events of integrations yet"},
    {"time_to_live_ms", Unit::ms, Aim::less_than, 24 * hour_ms, "", "",
     "there are no events of partners yet"},
    {"first_agent_ms", Unit::ms, Aim::less_than, 5 * minute_ms, "", "", "there are no events of agents yet"},
    {"scraping_ms", Unit::ms, Aim::less_than, 5 * minute_ms, "", "",
     "there are no events of knowledge sources yet"},
    {"embedding_ms", Unit::ms, Aim::less_than, 30 * second_ms, "", "",
     "there are no events of knowledge sources yet"},
    {"monthly_churn", Unit::share, Aim::less_than, 0.05, "", "", "there are no events of subscriptions yet"},
};

constexpr double successful_call_ms_most = 5 * minute_ms;

// Receptionists of small businesses aim lower than a support desk.
double default_of(const Figure& figure, std::string_view vertical) {
  const bool desk =
      vertical.empty() || vertical == "custom" || vertical == "insurance" || vertical == "real_estate";
  return figure.name == "ai_resolution" && !desk ? 0.70 : figure.target;
}

}  // namespace

std::span<const Figure> figures() {
  return all;
}

Target target_of(const Figure& figure, const TenantSettings& settings) {
  if (figure.aim == Aim::between)
    return {settings.target("call_ms_least").value_or(figure.target),
            settings.target("call_ms_most").value_or(successful_call_ms_most)};
  const double aimed = settings.target(figure.name).value_or(default_of(figure, settings.vertical));
  return figure.aim == Aim::less_than ? Target{{}, aimed} : Target{aimed, {}};
}

std::optional<bool> met(const Figure& figure, const Target& target, std::optional<double> value) {
  if (!value) return std::nullopt;
  switch (figure.aim) {
    case Aim::more_than:
      return *value > *target.least;
    case Aim::at_least:
      return *value >= *target.least;
    case Aim::less_than:
      return *value < *target.most;
    case Aim::between:
      return *value >= *target.least && *value <= *target.most;
  }
  return std::nullopt;
}

std::string_view unit_name(Unit unit) {
  switch (unit) {
    case Unit::share:
      return "share";
    case Unit::ms:
      return "ms";
    case Unit::money:
      return "money";
    case Unit::average:
      return "average";
  }
  return "";
}

}  // namespace trunkline::scorecard
