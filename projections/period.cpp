#include "projections/period.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/pg_binary.hpp"

namespace trunkline {
namespace {

constexpr std::chrono::minutes quarter_hour{15};

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

Time quarter_after(Time now) {
  const auto past = now.time_since_epoch() % quarter_hour;
  return now - past + quarter_hour;
}

}  // namespace

std::string place(const Params& params) {
  return "$" + std::to_string(params.values().size());
}

Result<std::optional<Period::Bound>> Period::bound(const http::Query& query, std::string_view name) {
  const auto text = query.text(name, 40);
  if (!text) return text.error();
  if (!text->has_value()) return std::optional<Bound>{};
  const bool day = is_day(**text);
  if (!day && !parse_time(**text))
    return rejected("query", std::string{name} + ": a day (2026-11-23) or an RFC 3339 time");
  return std::optional{Bound{**text, day}};
}

Status Period::set_last(const http::Query& query, const Clock& clock) {
  const auto last = query.one_of("last", {"24h", "7d", "30d"});
  if (!last) return last.error();
  if (!last->has_value()) return done();
  if (from_ || to_) return rejected("query", "last: instead of from and to, not beside them");
  const auto length = **last == "24h"  ? std::chrono::hours{24}
                      : **last == "7d" ? std::chrono::hours{7 * 24}
                                       : std::chrono::hours{30 * 24};
  const Time end = quarter_after(clock.now());
  from_ = Bound{format_time(end - length), false};
  to_ = Bound{format_time(end), false};
  return done();
}

Result<Period> Period::of(const http::Request& request, const Clock& clock, const TenantSettings& settings) {
  Period period;
  const auto zone = request.query.text("tz", 64);
  if (!zone) return zone.error();
  period.zone_ = zone->value_or(settings.time_zone);
  if (!looks_like_zone(period.zone_)) return rejected("query", "tz: an IANA name, like Europe/Berlin");
  for (const auto& [name, to] : {std::pair{"from", &period.from_}, std::pair{"to", &period.to_}}) {
    const auto found = bound(request.query, name);
    if (!found) return found.error();
    *to = *found;
  }
  if (const auto set = period.set_last(request.query, clock); !set) return set.error();
  const auto compare = request.query.one_of("compare", {"previous"});
  if (!compare) return compare.error();
  period.compared_ = compare->has_value();
  if (!period.compared_) return period;
  if (!period.from_) return rejected("query", "compare: needs a period: from (and to), or last");
  if (!period.to_) period.to_ = Bound{format_time(quarter_after(clock.now())), false};
  return period;
}

Period::Sides Period::sides(Which which, Params& params) const {
  const bool any_day = (from_ && from_->is_day) || (to_ && to_->is_day);
  const std::string zone = any_day ? place(params.text(zone_)) : "";
  std::string from_place, to_place;
  if (from_) from_place = place(params.text(from_->text));
  if (to_) to_place = place(params.text(to_->text));
  const auto moment = [&](const Bound& bound, const std::string& at) {
    return bound.is_day ? "(" + at + "::timestamp AT TIME ZONE " + zone + "::text)" : at + "::timestamptz";
  };
  std::string from = from_ ? moment(*from_, from_place) : "";
  std::string to = to_ ? moment(*to_, to_place) : "";
  if (which == Which::before) {
    // Days stay days: the week before a week with a change of clocks begins at midnight as well.
    const bool days = from_->is_day && to_->is_day;
    const std::string first = days ? "((" + from_place + "::timestamp - (" + to_place + "::timestamp - " +
                                         from_place + "::timestamp)) AT TIME ZONE " + zone + "::text)"
                                   : "(" + from + " - (" + to + " - " + from + "))";
    to = std::exchange(from, first);
  }
  return {std::move(from), std::move(to)};
}

std::string Period::within(std::string_view column, Which which, Params& params) const {
  const auto [from, to] = sides(which, params);
  std::string sql;
  if (!from.empty()) sql = std::string{column} + " >= " + from;
  if (!to.empty()) sql += (sql.empty() ? "" : " AND ") + std::string{column} + " < " + to;
  return sql.empty() ? "TRUE" : sql;
}

Result<Period::Moments> Period::moments(Snapshot& snapshot, Which which) const {
  Params params;
  const auto [from, to] = sides(which, params);
  const auto moment = [](const std::string& sql) { return sql.empty() ? "NULL::timestamptz" : sql; };
  const std::string select = "SELECT " + moment(from) + ", " + moment(to);
  const auto rows = snapshot.fetch(select + " WHERE " + zone_exists(params), params);
  if (!rows && rows.error().code == "data") return rejected("query", "tz: no such time zone");
  if (!rows) return rows.error();
  const auto read = [&](std::size_t column, Time otherwise) {
    const auto field = rows->value(0, column);
    return field ? pg::read_time(*field) : otherwise;
  };
  return Moments{read(0, Time::min()), read(1, Time::max())};
}

std::string Period::zone_exists(Params& params) const {
  return "(now() AT TIME ZONE " + place(params.text(zone_)) + "::text) IS NOT NULL";
}

std::optional<TimeGrouping> time_grouping(std::string_view name, std::string_view column,
                                          std::string_view zone) {
  const std::string local = "(" + std::string{column} + " AT TIME ZONE " + std::string{zone} + "::text)";
  const auto label = [&](std::string_view format) {
    return "to_char(" + local + ", '" + std::string{format} + "')";
  };
  const std::string first = "min(" + std::string{column} + ")";
  if (name == "hour") {
    const std::string offset = "(" + local + " - (" + std::string{column} + " AT TIME ZONE 'UTC'))";
    return TimeGrouping{label("YYYY-MM-DD\"T\"HH24:00") + " || CASE WHEN " + offset +
                            " < interval '0' THEN '-' ELSE '+' END || to_char(greatest(" + offset + ", -" +
                            offset + "), 'HH24:MI')",
                        first};
  }
  if (name == "day") return TimeGrouping{label("YYYY-MM-DD"), first};
  if (name == "week") return TimeGrouping{label("IYYY-\"W\"IW"), first};
  if (name == "month") return TimeGrouping{label("YYYY-MM"), first};
  if (name == "quarter") return TimeGrouping{label("YYYY-\"Q\"Q"), first};
  if (name == "year") return TimeGrouping{label("YYYY"), first};
  if (name == "weekday") return TimeGrouping{label("ID"), "1"};
  if (name == "weekday_hour") return TimeGrouping{label("ID\"T\"HH24:00"), "1"};
  return std::nullopt;
}

}  // namespace trunkline
