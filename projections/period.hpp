// The period of a question and the clocks it is meant in.
//
//   from, to   a day of the time zone (2026-11-23) or an RFC 3339 time; from is included, to is not; either
//              may be left out
//   last       24h, 7d or 30d instead of both: up to and with the running quarter-hour
//   tz         IANA name; by default the tenant's: days and hours are those of its clocks
//   compare    previous: also the period of the same length that ends where this one begins
//
// Rows hold UTC moments only; local days and hours are made of them in SQL, so days of 23 and 25 hours come
// out right and a changed zone changes nothing stored.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "projections/query.hpp"

namespace trunkline {

inline constexpr std::string_view period_parameters[] = {"from", "to", "last", "tz", "compare"};

class Period {
 public:
  enum class Which { asked, before };

  // Errors: reject "query", naming the parameter.
  static Result<Period> of(const http::Request& request, const Clock& clock, const TenantSettings& settings);

  const std::string& zone() const { return zone_; }
  bool compared() const { return compared_; }

  // "at >= $3 … AND at < $4 …", its parameters added; "TRUE" where nothing bounds it.
  std::string within(std::string_view column, Which which, Params& params) const;
  // The same as two moments, unbounded ones at the ends of time.
  struct Moments {
    Time from, to;
  };
  Result<Moments> moments(Snapshot& snapshot, Which which) const;
  // Refuses a zone that Postgres does not know; a statement that runs this in its WHERE reports it as "data".
  std::string zone_exists(Params& params) const;

 private:
  struct Bound {
    std::string text;
    bool is_day;
  };
  struct Sides {
    std::string from, to;  // SQL; empty: unbounded
  };
  Sides sides(Which which, Params& params) const;
  static Result<std::optional<Bound>> bound(const http::Query& query, std::string_view name);
  Status set_last(const http::Query& query, const Clock& clock);

  std::string zone_;
  std::optional<Bound> from_, to_;
  bool compared_ = false;
};

// How a time column is grouped by the zone's clocks: `label` is text, groups are ordered by `order`.
struct TimeGrouping {
  std::string label, order;
};
// hour (with its offset, so that the hour that comes twice in autumn is two), day, week, month, quarter,
// year, weekday (1 = Monday), weekday_hour; nullopt: no such grouping. `zone` is the placeholder of the zone.
std::optional<TimeGrouping> time_grouping(std::string_view name, std::string_view column,
                                          std::string_view zone);

// The place of a parameter that was just added: "$4".
std::string place(const Params& params);

}  // namespace trunkline
