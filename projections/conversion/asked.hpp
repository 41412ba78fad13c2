// What the questions of this model have in common beside period.hpp's parameters: one snapshot, the tenant's
// settings, the period and the one before, groups as JSON or CSV.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/period.hpp"
#include "projections/query.hpp"
#include "projections/query_rows.hpp"

namespace trunkline::conversion {

// One SELECT being written. $1 is the tenant, $2 the time zone; both always have a type and a wrong zone is
// always refused, as long as within() is used.
class Statement {
 public:
  Statement(const TenantId& tenant, const Period& period, Period::Which which);

  std::string within(std::string_view moment);                               // " AND at >= … AND at < …"
  static std::string local(std::string_view unit, std::string_view moment);  // its day, week … as text
  std::string bind(const std::vector<std::string>& texts);                   // its place: "$5"
  std::string bind(const std::string& text);
  const Params& params() const { return params_; }

 private:
  const Period& period_;
  Period::Which which_;
  Params params_;
};

class Asked {
 public:
  // Refuses parameters that are neither in `names` nor in period.hpp.
  static Result<Asked> open(const QueryContext& context, const http::Request& request,
                            std::initializer_list<std::string_view> names);

  const TenantSettings& settings() const { return settings_; }

  // `sql` gives a SELECT of these columns, the first of which is the group; `more` writes members beside
  // them.
  Result<http::Response> answer(
      const http::Request& request, std::span<const ShownColumn> columns,
      const std::function<std::string(Statement&)>& sql,
      const std::function<void(json::Writer&)>& more = [](json::Writer&) {});

 private:
  Asked(Snapshot snapshot, TenantSettings settings, Period period)
      : snapshot_(std::move(snapshot)), settings_(std::move(settings)), period_(std::move(period)) {}
  Result<BinaryRows> fetch(Period::Which which, const std::function<std::string(Statement&)>& sql);

  Snapshot snapshot_;
  TenantSettings settings_;
  Period period_;
};

}  // namespace trunkline::conversion
