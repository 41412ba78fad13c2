#include "projections/analytics/queries.hpp"

#include "projections/analytics/projection.hpp"
#include "projections/answer.hpp"
#include "projections/install.hpp"
#include "projections/workspace/projection.hpp"

namespace trunkline::analytics {
namespace {

constexpr ShownColumn call_figures[] = {
    {"calls_started", "coalesce(sum(calls_started), 0)::bigint", Shown::number},
    {"inbound", "coalesce(sum(calls_inbound), 0)::bigint", Shown::number},
    {"attempts", "coalesce(sum(attempts), 0)::bigint", Shown::number},
    {"calls", "coalesce(sum(calls_ended), 0)::bigint", Shown::number},
    {"offered", "coalesce(sum(offered), 0)::bigint", Shown::number},
    {"offered_answered", "coalesce(sum(offered_answered), 0)::bigint", Shown::number},
    {"answered", "coalesce(sum(answered), 0)::bigint", Shown::number},
    {"reached", "coalesce(sum(reached), 0)::bigint", Shown::number},
    {"not_answered", "coalesce(sum(calls_ended - answered), 0)::bigint", Shown::number},
    {"missed", "coalesce(sum(missed), 0)::bigint", Shown::number},
    {"voicemail", "coalesce(sum(voicemail), 0)::bigint", Shown::number},
    {"no_answer", "coalesce(sum(no_answer), 0)::bigint", Shown::number},
    {"busy", "coalesce(sum(busy), 0)::bigint", Shown::number},
    {"failed", "coalesce(sum(failed), 0)::bigint", Shown::number},
    {"transferred", "coalesce(sum(transferred), 0)::bigint", Shown::number},
    {"handed_off", "coalesce(sum(handed_off), 0)::bigint", Shown::number},
    {"talk_ms", "coalesce(sum(talk_ms), 0)::bigint", Shown::number},
    {"answer_rate", "(sum(answered) / nullif(sum(calls_ended), 0))::double precision", Shown::real},
    {"offered_answer_rate", "(sum(offered_answered) / nullif(sum(offered), 0))::double precision",
     Shown::real},
    {"reached_rate", "(sum(reached) / nullif(sum(calls_ended), 0))::double precision", Shown::real},
    {"mean_duration_ms", "(sum(talk_ms) / nullif(sum(calls_ended), 0))::double precision", Shown::real},
    {"mean_talk_ms", "(sum(talk_ms) / nullif(sum(answered), 0))::double precision", Shown::real},
    {"mean_wait_ms", "(sum(wait_ms) / nullif(sum(waited), 0))::double precision", Shown::real},
    {"conversions", "coalesce(sum(conversions), 0)::bigint", Shown::number},
};

constexpr ShownColumn message_figures[] = {
    {"messages_in", "coalesce(sum(messages_in), 0)::bigint", Shown::number},
    {"messages_out", "coalesce(sum(messages_out), 0)::bigint", Shown::number},
    {"conversations", "coalesce(sum(conversations), 0)::bigint", Shown::number},
    {"resolved", "coalesce(sum(resolved), 0)::bigint", Shown::number},
    {"resolved_by_ai", "coalesce(sum(resolved_by_ai), 0)::bigint", Shown::number},
    {"escalated", "coalesce(sum(escalated), 0)::bigint", Shown::number},
    {"abandoned", "coalesce(sum(abandoned), 0)::bigint", Shown::number},
    {"ai_resolution_rate", "(sum(resolved_by_ai) / nullif(sum(conversations), 0))::double precision",
     Shown::real},
    {"escalation_rate", "(sum(escalated) / nullif(sum(conversations), 0))::double precision", Shown::real},
    {"replies", "coalesce(sum(replies), 0)::bigint", Shown::number},
    {"mean_reply_ms", "(sum(reply_us) / 1000.0 / nullif(sum(replies), 0))::double precision", Shown::real},
    {"mean_first_ai_ms", "(sum(first_ai_us) / 1000.0 / nullif(sum(first_ai), 0))::double precision",
     Shown::real},
    {"mean_first_human_ms", "(sum(first_human_us) / 1000.0 / nullif(sum(first_human), 0))::double precision",
     Shown::real},
    {"handled", "coalesce(sum(handled), 0)::bigint", Shown::number},
    {"mean_handle_ms", "(sum(handle_us) / 1000.0 / nullif(sum(handled), 0))::double precision", Shown::real},
    {"fallbacks", "coalesce(sum(fallbacks), 0)::bigint", Shown::number},
    {"outcome_positive", "coalesce(sum(outcome_positive), 0)::bigint", Shown::number},
    {"outcome_neutral", "coalesce(sum(outcome_neutral), 0)::bigint", Shown::number},
    {"outcome_negative", "coalesce(sum(outcome_negative), 0)::bigint", Shown::number},
    {"outcome_escalate", "coalesce(sum(outcome_escalate), 0)::bigint", Shown::number},
    {"appointments_booked", "coalesce(sum(appointments_booked), 0)::bigint", Shown::number},
    {"appointments_cancelled", "coalesce(sum(appointments_cancelled), 0)::bigint", Shown::number},
    {"appointments_completed", "coalesce(sum(appointments_completed), 0)::bigint", Shown::number},
    {"appointments_no_show", "coalesce(sum(appointments_no_show), 0)::bigint", Shown::number},
};

constexpr ShownColumn satisfaction_figures[] = {
    {"ratings", "coalesce(sum(ratings), 0)::bigint", Shown::number},
    {"csat_average", "(sum(rating_sum) / nullif(sum(ratings), 0))::double precision", Shown::real},
    {"csat_percent", "(sum(ratings_good) * 100.0 / nullif(sum(ratings), 0))::double precision", Shown::real},
    {"thumbs_up", "coalesce(sum(thumbs_up), 0)::bigint", Shown::number},
    {"thumbs_down", "coalesce(sum(thumbs_down), 0)::bigint", Shown::number},
    {"mean_sentiment", "(sum(sentiment_e4) / 10000.0 / nullif(sum(sentiments), 0))::double precision",
     Shown::real},
    {"mean_confidence", "(sum(confidence_e4) / 10000.0 / nullif(sum(confidences), 0))::double precision",
     Shown::real},
    {"reviews", "coalesce(sum(reviews), 0)::bigint", Shown::number},
    {"intent_accuracy", "(sum(intents_right) / nullif(sum(intents_reviewed), 0))::double precision",
     Shown::real},
    {"mean_relevance", "(sum(relevance_e4) / 10000.0 / nullif(sum(relevances), 0))::double precision",
     Shown::real},
};

constexpr ShownColumn agent_figures[] = {
    {"calls", "coalesce(sum(calls_ended), 0)::bigint", Shown::number},
    {"attempts", "coalesce(sum(attempts), 0)::bigint", Shown::number},
    {"answered", "coalesce(sum(answered), 0)::bigint", Shown::number},
    {"reached", "coalesce(sum(reached), 0)::bigint", Shown::number},
    {"reached_rate", "(sum(reached) / nullif(sum(calls_ended), 0))::double precision", Shown::real},
    {"talk_ms", "coalesce(sum(talk_ms), 0)::bigint", Shown::number},
    {"mean_talk_ms", "(sum(talk_ms) / nullif(sum(answered), 0))::double precision", Shown::real},
    {"conversions", "coalesce(sum(conversions), 0)::bigint", Shown::number},
    {"conversion_rate", "(sum(conversions) / nullif(sum(reached), 0))::double precision", Shown::real},
    {"conversations", "coalesce(sum(conversations), 0)::bigint", Shown::number},
    {"messages_out", "coalesce(sum(messages_out), 0)::bigint", Shown::number},
    {"resolved", "coalesce(sum(resolved), 0)::bigint", Shown::number},
    {"escalated", "coalesce(sum(escalated), 0)::bigint", Shown::number},
    {"hand_off_rate",
     "((sum(handed_off) + sum(escalated)) / nullif(sum(conversations), 0))::double precision", Shown::real},
    {"replies", "coalesce(sum(replies), 0)::bigint", Shown::number},
    {"mean_reply_ms", "(sum(reply_us) / 1000.0 / nullif(sum(replies), 0))::double precision", Shown::real},
    {"appointments_booked", "coalesce(sum(appointments_booked), 0)::bigint", Shown::number},
    {"ratings", "coalesce(sum(ratings), 0)::bigint", Shown::number},
    {"csat_average", "(sum(rating_sum) / nullif(sum(ratings), 0))::double precision", Shown::real},
    {"csat_percent", "(sum(ratings_good) * 100.0 / nullif(sum(ratings), 0))::double precision", Shown::real},
    {"mean_sentiment", "(sum(sentiment_e4) / 10000.0 / nullif(sum(sentiments), 0))::double precision",
     Shown::real},
    {"mean_confidence", "(sum(confidence_e4) / 10000.0 / nullif(sum(confidences), 0))::double precision",
     Shown::real},
};

constexpr ShownColumn lead_figures[] = {
    {"leads_captured", "coalesce(sum(leads_captured), 0)::bigint", Shown::number}};

constexpr ShownColumn word_figures[] = {
    {"calls", "coalesce(sum(calls), 0)::bigint", Shown::number},
    {"conversations", "coalesce(sum(conversations), 0)::bigint", Shown::number}};

constexpr ShownColumn duration_figures[] = {
    {"answered", "count(*)", Shown::number},
    {"talk_ms", "coalesce(sum(duration_ms), 0)::bigint", Shown::number},
    {"mean_ms", "avg(duration_ms)::double precision", Shown::real},
    {"least_ms", "min(duration_ms)", Shown::number},
    {"p50_ms", "percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_ms)", Shown::real},
    {"p90_ms", "percentile_cont(0.9) WITHIN GROUP (ORDER BY duration_ms)", Shown::real},
    {"p95_ms", "percentile_cont(0.95) WITHIN GROUP (ORDER BY duration_ms)", Shown::real},
    {"most_ms", "max(duration_ms)", Shown::number},
};

constexpr Dimension dimensions[] = {{"agent", "agent"}, {"channel", "channel"}};
constexpr Dimension word_dimensions[] = {{"word", "word"}, {"agent", "agent"}, {"channel", "channel"}};
constexpr Dimension call_dimensions[] = {{"agent", "coalesce(agent_id, '')"},
                                         {"status", "coalesce(status, '')"},
                                         {"direction", "coalesce(direction, '')"},
                                         {"call_type", "coalesce(call_type, '')"},
                                         {"disposition", "coalesce(disposition, '')"},
                                         {"outcome", "coalesce(outcome, '')"},
                                         {"intent", "coalesce(intent, '')"},
                                         {"campaign", "coalesce(campaign, '')"},
                                         {"script", "coalesce(script_id, '')"},
                                         {"provider", "coalesce(provider, '')"},
                                         {"prompt_variant", "coalesce(prompt_variant, '')"}};

struct Words {
  std::string_view route, what;
};
constexpr Words words[] = {{"/v1/analytics/dispositions", "disposition"},
                           {"/v1/analytics/outcomes", "outcome"},
                           {"/v1/analytics/intents", "intent"},
                           {"/v1/analytics/actions", "action"},
                           {"/v1/analytics/prompt_variants", "prompt_variant"}};

template <class... Parts>
std::vector<ShownColumn> joined(const Parts&... parts) {
  std::vector<ShownColumn> all;
  (all.insert(all.end(), std::begin(parts), std::end(parts)), ...);
  return all;
}

FiguresQuestion question(std::string_view table, std::string_view time, std::span<const ShownColumn> figures,
                         std::span<const Dimension> by) {
  return {{&projection, &workspace::projection},
          rows_schema(projection) + "." + std::string{table},
          std::string{time},
          figures,
          by};
}

}  // namespace

std::span<const ShownColumn> overview_figures() {
  static const std::vector<ShownColumn> all =
      joined(lead_figures, call_figures, message_figures, satisfaction_figures);
  return all;
}

void add_routes(http::Routes& routes, const QueryContext& context) {
  const auto get = [&](std::string route, Answer answer) {
    routes.get(std::move(route), http::Scope::read, answering(context, std::move(answer)));
  };
  const auto figures = [&](std::string route, FiguresQuestion asked) {
    get(std::move(route), [asked](const QueryContext& in, const http::Request& request) {
      return answer_figures(in, request, asked);
    });
  };
  static const std::vector<ShownColumn> of_messages = joined(message_figures, satisfaction_figures);
  figures("/v1/analytics/calls", question("quarters", "quarter", call_figures, dimensions));
  figures("/v1/analytics/messages", question("quarters", "quarter", of_messages, dimensions));
  figures("/v1/analytics/overview", question("quarters", "quarter", overview_figures(), dimensions));
  FiguresQuestion agents = question("quarters", "quarter", agent_figures, dimensions);
  agents.grouped_by = "agent";
  agents.only = "agent <> ''";
  figures("/v1/analytics/agents", std::move(agents));
  for (const auto& [route, what] : words) {
    FiguresQuestion asked = question("words", "quarter", word_figures, word_dimensions);
    asked.only = "what = '" + std::string{what} + "'";
    asked.grouped_by = "word";
    figures(std::string{route}, std::move(asked));
  }
  FiguresQuestion durations = question("calls", "at", duration_figures, call_dimensions);
  durations.only = "answered AND duration_ms IS NOT NULL";
  figures("/v1/analytics/durations", std::move(durations));
  get("/v1/analytics/replies", replies);
  get("/v1/analytics/heatmap", heatmap);
  get("/v1/analytics/tiles", tiles);
  get("/v1/analytics/usage", usage);
  get("/v1/calls", call_history);
}

}  // namespace trunkline::analytics
