// Tiles, the heat map of peak hours, and what is used of the plan.
#include <algorithm>
#include <array>

#include "core/pg_binary.hpp"
#include "projections/analytics/plans.hpp"
#include "projections/analytics/projection.hpp"
#include "projections/analytics/queries.hpp"
#include "projections/answer.hpp"
#include "projections/install.hpp"
#include "projections/period.hpp"
#include "projections/workspace/projection.hpp"

namespace trunkline::analytics {
namespace {

constexpr auto quarter_hour = std::chrono::minutes{15};

struct Tile {
  std::string_view name;
  std::chrono::hours length;
};
constexpr Tile all_tiles[] = {{"24h", std::chrono::hours{24}},
                              {"7d", std::chrono::hours{7 * 24}},
                              {"30d", std::chrono::hours{30 * 24}}};

struct Figure {
  std::string_view name, sql;
};
constexpr Figure heat[] = {{"calls", "sum(calls_started)"},  {"inbound", "sum(calls_inbound)"},
                           {"answered", "sum(answered)"},    {"missed", "sum(missed)"},
                           {"messages", "sum(messages_in)"}, {"conversations", "sum(conversations)"},
                           {"talk_ms", "sum(talk_ms)"}};

using Cells = std::array<std::array<std::int64_t, 24>, 7>;

http::Response heat_answer(const Snapshot& snapshot, const http::Request& request, const Period& period,
                           std::string_view figure, const Cells& cells) {
  if (wants_csv(request)) {
    std::string body = "weekday,hour,count\r\n";
    for (std::size_t day = 0; day < cells.size(); ++day)
      for (std::size_t hour = 0; hour < cells[day].size(); ++hour)
        body += std::to_string(day + 1) + "," + std::to_string(hour) + "," +
                std::to_string(cells[day][hour]) + "\r\n";
    return csv_answer(snapshot, std::move(body));
  }
  return snapshot.answer([&](json::Writer& out) {
    out.key("tz").string(period.zone()).key("figure").string(figure).key("days").open('[');
    for (const auto& day : cells) {
      out.open('[');
      for (const std::int64_t count : day) out.number(count);
      out.close(']');
    }
    out.close(']');
  });
}

// The quarters of a span of the clock, and those right before: one row each.
Result<BinaryRows> span_figures(Snapshot& snapshot, Time from, Time to) {
  return snapshot.fetch(
      "SELECT " + select_list(overview_figures()) + " FROM " + rows_schema(projection) +
          ".quarters WHERE tenant = $1 AND quarter >= $2::timestamptz AND quarter < $3::timestamptz",
      Params{}.text(snapshot.tenant().value()).time(from).time(to));
}

struct Used {
  std::int64_t chat_messages = 0;
  std::int64_t talk_ms = 0;
};

Result<Used> used_this_month(Snapshot& snapshot, const std::string& zone, Time now) {
  const auto rows = snapshot.fetch(
      "SELECT coalesce(sum(replies) FILTER (WHERE channel NOT IN ('voice', 'email')), 0)::bigint,"
      " coalesce(sum(talk_ms), 0)::bigint FROM " +
          rows_schema(projection) +
          ".quarters WHERE tenant = $1 AND quarter >= date_trunc('month', $3::timestamptz AT TIME ZONE "
          "$2::text)"
          " AT TIME ZONE $2::text AND quarter <= $3::timestamptz",
      Params{}.text(snapshot.tenant().value()).text(zone).time(now));
  if (!rows) return rows.error();
  return Used{pg::read_integer(*rows->value(0, 0)), pg::read_integer(*rows->value(0, 1))};
}

void write_used(json::Writer& out, std::string_view name, std::int64_t used,
                std::optional<std::int64_t> limit) {
  out.key(name).open('{').key("used").number(used).key("limit");
  limit ? out.number(*limit) : out.null();
  out.key("remaining");
  limit ? out.number(std::max<std::int64_t>(0, *limit - used)) : out.null();
  out.key("over").number(limit ? std::max<std::int64_t>(0, used - *limit) : 0).close('}');
}

}  // namespace

Result<http::Response> heatmap(const QueryContext& context, const http::Request& request) {
  if (const auto known =
          knows_only(request.query, {"figure", "agent", "channel", "from", "to", "last", "tz"});
      !known)
    return known.error();
  const auto figure = request.query.one_of(
      "figure", {"calls", "inbound", "answered", "missed", "messages", "conversations", "talk_ms"});
  if (!figure) return figure.error();
  const Figure* chosen = std::find_if(std::begin(heat), std::end(heat), [&](const Figure& each) {
    return each.name == figure->value_or("calls");
  });
  auto snapshot = Snapshot::open(context, request, {&projection, &workspace::projection});
  if (!snapshot) return snapshot.error();
  const auto settings = settings_of(*snapshot);
  if (!settings) return settings.error();
  const auto period = Period::of(request, context.clock, *settings);
  if (!period) return period.error();
  Params params;
  std::string where = "tenant = " + place(params.text(snapshot->tenant().value()));
  where += " AND " + period->within("quarter", Period::Which::asked, params);
  for (const std::string_view dimension : {"agent", "channel"})
    if (const auto values = request.query.texts(dimension); !values.empty())
      where += " AND " + std::string{dimension} + " = ANY(" + place(params.texts(values)) + "::text[])";
  const std::string local = "(quarter AT TIME ZONE " + place(params.text(period->zone())) + "::text)";
  const auto rows =
      snapshot->fetch("SELECT extract(isodow FROM " + local + ")::bigint, extract(hour FROM " + local +
                          ")::bigint, " + std::string{chosen->sql} + "::bigint FROM " +
                          rows_schema(projection) + ".quarters WHERE " + where + " GROUP BY 1, 2",
                      params);
  if (!rows && rows.error().code == "data") return rejected("query", "tz: no such time zone");
  if (!rows) return rows.error();
  Cells cells{};
  for (std::size_t i = 0; i < rows->size(); ++i)
    cells[static_cast<std::size_t>(pg::read_integer(*rows->value(i, 0)) - 1)]
         [static_cast<std::size_t>(pg::read_integer(*rows->value(i, 1)))] =
             pg::read_integer(*rows->value(i, 2));
  return heat_answer(*snapshot, request, *period, chosen->name, cells);
}

Result<http::Response> tiles(const QueryContext& context, const http::Request& request) {
  if (const auto known = knows_only(request.query, {}); !known) return known.error();
  auto snapshot = Snapshot::open(context, request, projection);
  if (!snapshot) return snapshot.error();
  const Time now = context.clock.now();
  const Time end = now - now.time_since_epoch() % quarter_hour + quarter_hour;
  std::string json;
  json::Writer written(json);
  written.open('{');
  for (const Tile& tile : all_tiles) {
    const auto rows = span_figures(*snapshot, end - tile.length, end);
    if (!rows) return rows.error();
    const auto before = span_figures(*snapshot, end - 2 * tile.length, end - tile.length);
    if (!before) return before.error();
    written.key(tile.name).open('{');
    write_members(written, *rows, 0, overview_figures());
    written.key("before").open('{');
    write_members(written, *before, 0, overview_figures());
    written.close('}').close('}');
  }
  written.close('}');
  return snapshot->answer(
      [&](json::Writer& out) { out.key("until").string(format_time(end)).key("tiles").raw(json); });
}

Result<http::Response> usage(const QueryContext& context, const http::Request& request) {
  if (const auto known = knows_only(request.query, {}); !known) return known.error();
  auto snapshot = Snapshot::open(context, request, {&projection, &workspace::projection});
  if (!snapshot) return snapshot.error();
  const auto settings = settings_of(*snapshot);
  if (!settings) return settings.error();
  const auto used = used_this_month(*snapshot, settings->time_zone, context.clock.now());
  if (!used) return used.error();
  constexpr std::int64_t minute_ms = 60'000;
  return snapshot->answer([&](json::Writer& out) {
    out.key("tz").string(settings->time_zone).key("plan");
    settings->plan.empty() ? out.null() : out.string(settings->plan);
    write_used(out, "chat_messages", used->chat_messages, limit_of(*settings, "chat_messages"));
    write_used(out, "voice_minutes", (used->talk_ms + minute_ms - 1) / minute_ms,
               limit_of(*settings, "voice_minutes"));
  });
}

}  // namespace trunkline::analytics
