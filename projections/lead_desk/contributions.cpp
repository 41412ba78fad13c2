#include "projections/lead_desk/contributions.hpp"

namespace trunkline::desk {
namespace {

pg::Date day_of(const Fact& fact) {
  return std::chrono::floor<std::chrono::days>(from_micros(fact.stamp.time_us));
}

std::int64_t hour_of(const Fact& fact) {
  return std::chrono::floor<std::chrono::hours>(from_micros(fact.stamp.time_us) - Time{day_of(fact)}).count();
}

// The newest touch not after the conversion; nullptr if there is none.
const Fact* touch_before(const Facts& facts, const Fact& conversion) {
  const Fact* newest = nullptr;
  for (const Fact& fact : facts)
    if (fact.kind == FactKind::touch && fact.stamp.time_us <= conversion.stamp.time_us &&
        (newest == nullptr || newest->stamp < fact.stamp))
      newest = &fact;
  return newest;
}

}  // namespace

void count_fact(DeskSums& sums, std::string_view tenant, const Fact& fact, Count count) {
  const auto sign = static_cast<std::int64_t>(count);
  const auto in_channel = [&](std::string_view channel, bool inbound) {
    ChannelHourRow& row = sums.channel_hour.at({tenant, channel, day_of(fact), hour_of(fact)});
    (inbound ? row.inbound : row.outbound) += sign;
  };
  switch (fact.kind) {
    case FactKind::call_started:
      return in_channel("voice", fact.is(flag_inbound));
    case FactKind::received:
      return in_channel(fact.text, true);
    case FactKind::sent:
      return in_channel(fact.text, false);
    case FactKind::conversion:
      sums.agent_day.at({tenant, fact.text, day_of(fact)}).conversions += sign;
      return;
    case FactKind::call_ended: {
      AgentDayRow& row = sums.agent_day.at({tenant, fact.text, day_of(fact)});
      row.calls += sign;
      if (!fact.is(flag_reached)) return;
      row.answered += sign;
      row.talk_ms += sign * fact.amount;
      return;
    }
    default:
      return;
  }
}

void count_attribution(DeskSums& sums, std::string_view tenant, const Facts& facts, Count count) {
  const auto sign = static_cast<std::int64_t>(count);
  for (const Fact& fact : facts) {
    if (fact.kind != FactKind::conversion) continue;
    const Fact* const touch = touch_before(facts, fact);
    AttributionRow& row = sums.attribution.at({tenant, touch == nullptr ? none : touch->text});
    row.conversions += sign;
    row.value_e4 += sign * fact.amount;
  }
}

}  // namespace trunkline::desk
