#include "projections/analytics/queries.hpp"

#include <algorithm>

#include "projections/analytics/projection.hpp"
#include "projections/install.hpp"
#include "projections/query_rows.hpp"

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

struct Grouping {
  std::string_view name, sql;  // $2 is the time zone
};
constexpr Grouping groupings[] = {
    {"agent", "nullif(agent, '')"},
    {"channel", "nullif(channel, '')"},
    {"hour", "to_char(quarter AT TIME ZONE $2, 'YYYY-MM-DD\"T\"HH24:00')"},
    {"day", "to_char(quarter AT TIME ZONE $2, 'YYYY-MM-DD')"},
    {"week", "to_char(quarter AT TIME ZONE $2, 'IYYY-\"W\"IW')"},
    {"month", "to_char(quarter AT TIME ZONE $2, 'YYYY-MM')"},
    {"weekday_hour", "to_char(quarter AT TIME ZONE $2, 'ID\"T\"HH24:00')"},  // 1 = Monday
};
constexpr std::size_t groups_max = 10'000;

struct Question {
  std::string zone = "UTC";
  std::optional<std::string> group_by;
  std::string group_sql = "NULL::text";
  std::string where = "tenant = $1";
  Params params;
};

// Postgres also takes abbreviations and offsets with the sign turned round; only names of the zone database
// are meant.
bool looks_like_zone(std::string_view name) {
  if (name == "UTC") return true;
  const auto plain = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '/' || c == '-' || c == '+';
  };
  return name.find('/') != std::string_view::npos && std::all_of(name.begin(), name.end(), plain);
}

bool is_day(std::string_view text) {
  return text.size() == 10 && parse_time(std::string{text} + "T00:00:00Z").has_value();
}

Status add_bound(const http::Query& query, std::string_view name, std::string_view comparison, Question& to) {
  const auto text = query.text(name, 40);
  if (!text) return text.error();
  if (!text->has_value()) return done();
  const bool day = is_day(**text);
  if (!day && !parse_time(**text))
    return rejected("query", std::string{name} + ": a day (2026-11-23) or an RFC 3339 time");
  to.params.text(**text);
  const std::string place = "$" + std::to_string(to.params.values().size());
  to.where += " AND quarter " + std::string{comparison} + " " +
              (day ? "(" + place + "::timestamp AT TIME ZONE $2)" : place + "::timestamptz");
  return done();
}

Result<Question> question_of(const http::Request& request) {
  if (const auto known = knows_only(request.query, {"from", "to", "tz", "group_by"}); !known)
    return known.error();
  const auto tenant = request.tenant();
  if (!tenant) return tenant.error();
  const auto zone = request.query.text("tz", 64);
  if (!zone) return zone.error();
  Question question;
  if (zone->has_value()) question.zone = **zone;
  if (!looks_like_zone(question.zone)) return rejected("query", "tz: an IANA name, like Europe/Berlin");
  question.params.text(tenant->value()).text(question.zone);
  if (const auto added = add_bound(request.query, "from", ">=", question); !added) return added.error();
  if (const auto added = add_bound(request.query, "to", "<", question); !added) return added.error();
  const auto group_by =
      request.query.one_of("group_by", {"agent", "channel", "hour", "day", "week", "month", "weekday_hour"});
  if (!group_by) return group_by.error();
  question.group_by = *group_by;
  for (const Grouping& grouping : groupings)
    if (question.group_by == grouping.name) question.group_sql = grouping.sql;
  return question;
}

std::string answer_sql(const Question& question, std::span<const ShownColumn> figures) {
  // The zone is always used, so that its parameter has a type and a wrong name is always refused.
  const std::string order = question.group_by ? " GROUP BY 1 ORDER BY 1 NULLS LAST" : "";
  return "SELECT " + question.group_sql + " AS grouped, " + select_list(figures) + " FROM " +
         rows_schema(projection) + ".quarters WHERE " + question.where +
         " AND (now() AT TIME ZONE $2::text) IS NOT NULL" + order + " LIMIT " +
         std::to_string(groups_max + 1);
}

Result<http::Response> figures(const QueryContext& context, const http::Request& request,
                               std::span<const ShownColumn> shown) {
  const auto question = question_of(request);
  if (!question) return question.error();
  auto snapshot = Snapshot::open(context, request, projection);
  if (!snapshot) return snapshot.error();
  const auto rows = snapshot->fetch(answer_sql(*question, shown), question->params);
  if (!rows && rows.error().code == "data") return rejected("query", "tz: no such time zone");
  if (!rows) return rows.error();
  if (rows->size() > groups_max)
    return rejected("query",
                    "group_by: more than " + std::to_string(groups_max) + " groups; narrow the period");
  return snapshot->answer([&](json::Writer& out) {
    out.key("tz").string(question->zone).key("group_by");
    question->group_by ? out.string(*question->group_by) : out.null();
    out.key("groups").open('[');
    for (std::size_t i = 0; i < rows->size(); ++i) {
      const auto name = rows->value(i, 0);
      out.open('{').key("group");
      name ? out.string(*name) : out.null();
      write_members(out, *rows, i, shown, 1);
      out.close('}');
    }
    out.close(']');
  });
}

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
      return respond(figures(context, request, shown));
    });
  };
  static const std::vector<ShownColumn> overview = all_figures();
  get("/v1/analytics/calls", call_figures);
  get("/v1/analytics/messages", message_figures);
  get("/v1/analytics/overview", overview);
}

}  // namespace trunkline::analytics
