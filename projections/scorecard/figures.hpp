// The figures of the scorecard: what each counts, over what, and what is aimed at. Definitions are those that
// the businesses themselves mean (they win here; wider ones are beside them in the other answers).
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "projections/tenant_settings.hpp"

namespace trunkline::scorecard {

enum class Unit { share, ms, money, average };
enum class Aim { more_than, at_least, less_than, between };

// A figure is numerator / denominator, both SQL over the one row of the counts (counts.sql.hpp); no SQL:
// nothing that can be counted, and `how` says why.
struct Figure {
  std::string_view name;  // that of its target in the tenant's settings as well
  Unit unit;
  Aim aim;
  double target;
  std::string_view numerator, denominator;
  std::string_view how;

  bool measured() const { return !numerator.empty(); }
};

std::span<const Figure> figures();

struct Target {
  std::optional<double> least, most;
};
// Stated by the tenant, else of its trade.
Target target_of(const Figure& figure, const TenantSettings& settings);

// nullopt: nothing was counted.
std::optional<bool> met(const Figure& figure, const Target& target, std::optional<double> value);

std::string_view unit_name(Unit unit);

}  // namespace trunkline::scorecard
