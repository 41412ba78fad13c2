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
    {"answered", "coalesce(sum(answered), 0)::bigint", Shown::number},
    {"not_answered", "coalesce(sum(calls_ended - answered), 0)::bigint", Shown::number},
    {"missed", "coalesce(sum(missed), 0)::bigint", Shown::number},
    {"voicemail", "coalesce(sum(voicemail), 0)::bigint", Shown::number},
    {"no_answer", "coalesce(sum(no_answer), 0)::bigint", Shown::number},
    {"busy", "coalesce(sum(busy), 0)::bigint", Shown::number},
    {"failed", "coalesce(sum(failed), 0)::bigint", Shown::number},
    {"transferred", "coalesce(sum(transferred), 0)::bigint", Shown::number},
    {"talk_ms", "coalesce(sum(talk_ms), 0)::bigint", Shown::number},
    {"answer_rate", "(sum(answered) / nullif(sum(calls_ended), 0))::double precision", Shown::real},
    {"mean_duration_ms", "(sum(talk_ms) / nullif(sum(calls_ended), 0))::double precision", Shown::real},
    {"mean_talk_ms", "(sum(talk_ms) / nullif(sum(answered), 0))::double precision", Shown::real},
    {"conversions", "coalesce(sum(conversions), 0)::bigint", Shown::number},
    {"value", "coalesce(sum(value_e4), 0)::bigint", Shown::money},
};

constexpr ShownColumn message_figures[] = {
    {"messages_in", "coalesce(sum(messages_in), 0)::bigint", Shown::number},
    {"messages_out", "coalesce(sum(messages_out), 0)::bigint", Shown::number},
    {"conversations", "coalesce(sum(conversations), 0)::bigint", Shown::number},
    {"resolved", "coalesce(sum(resolved), 0)::bigint", Shown::number},
    {"escalated", "coalesce(sum(escalated), 0)::bigint", Shown::number},
    {"abandoned", "coalesce(sum(abandoned), 0)::bigint", Shown::number},
    {"outcome_positive", "coalesce(sum(outcome_positive), 0)::bigint", Shown::number},
    {"outcome_neutral", "coalesce(sum(outcome_neutral), 0)::bigint", Shown::number},
    {"outcome_negative", "coalesce(sum(outcome_negative), 0)::bigint", Shown::number},
    {"outcome_escalate", "coalesce(sum(outcome_escalate), 0)::bigint", Shown::number},
    {"appointments_booked", "coalesce(sum(appointments_booked), 0)::bigint", Shown::number},
    {"appointments_cancelled", "coalesce(sum(appointments_cancelled), 0)::bigint", Shown::number},
};

constexpr ShownColumn lead_figures[] = {
    {"leads_captured", "coalesce(sum(leads_captured), 0)::bigint", Shown::number}};

constexpr Dimension dimensions[] = {{"agent", "agent"}, {"channel", "channel"}};

std::vector<ShownColumn> all_figures() {
  std::vector<ShownColumn> all(std::begin(lead_figures), std::end(lead_figures));
  all.insert(all.end(), std::begin(call_figures), std::end(call_figures));
  all.insert(all.end(), std::begin(message_figures), std::end(message_figures));
  return all;
}

}  // namespace

void add_routes(http::Routes& routes, const QueryContext& context) {
  const auto get = [&](std::string route, std::span<const ShownColumn> shown) {
    routes.get(std::move(route), http::Scope::read, [&context, shown](http::Request& request) {
      return respond(answer_figures(context, request,
                                    {{&projection, &workspace::projection},
                                     rows_schema(projection) + ".quarters",
                                     "quarter",
                                     shown,
                                     dimensions}));
    });
  };
  static const std::vector<ShownColumn> overview = all_figures();
  get("/v1/analytics/calls", call_figures);
  get("/v1/analytics/messages", message_figures);
  get("/v1/analytics/overview", overview);
}

}  // namespace trunkline::analytics
