// The model's tables (tables.sql) as the fold writes them.
#pragma once
#include <optional>
#include <string>

#include "core/event.hpp"
#include "projections/columns.hpp"

namespace trunkline::conversion {

using Text = std::optional<std::string>;
using Number = std::optional<std::int64_t>;
using Instant = std::optional<Time>;

struct FactRow {
  std::string tenant, family, subject;
  Text contact;  // NULL: waits for a statement that names one
  Time at{};
  bool counted = false;
  Number value_e4;
  Text currency, kind, channel, agent_id, script_id, campaign, source, reason;
  Instant reversed_at, starts_at, ends_at;
  std::string packed;

  static constexpr std::string_view table = "facts";
  static constexpr std::size_t key_columns = 3;
  static constexpr auto columns = std::make_tuple(
      column("tenant", &FactRow::tenant), column("family", &FactRow::family),
      column("subject", &FactRow::subject), column("contact", &FactRow::contact), column("at", &FactRow::at),
      column("counted", &FactRow::counted), column("value_e4", &FactRow::value_e4),
      column("currency", &FactRow::currency), column("kind", &FactRow::kind),
      column("channel", &FactRow::channel), column("agent_id", &FactRow::agent_id),
      column("script_id", &FactRow::script_id), column("campaign", &FactRow::campaign),
      column("source", &FactRow::source), column("reason", &FactRow::reason),
      column("reversed_at", &FactRow::reversed_at), column("starts_at", &FactRow::starts_at),
      column("ends_at", &FactRow::ends_at), column("packed", &FactRow::packed));
};

struct ContactRow {
  std::string tenant, contact, lead, packed;

  static constexpr std::string_view table = "contacts";
  static constexpr std::size_t key_columns = 2;
  static constexpr auto columns =
      std::make_tuple(column("tenant", &ContactRow::tenant), column("contact", &ContactRow::contact),
                      column("lead", &ContactRow::lead), column("packed", &ContactRow::packed));
};

// Whom a capture, a stage or a touch was said of last.
struct StatementRow {
  std::string tenant;
  std::int64_t statement = 0;  // the entry's id
  std::string contact;
  std::int64_t at_us = 0, tie = 0;

  Stamp stamp() const { return {at_us, static_cast<std::uint64_t>(tie)}; }

  static constexpr std::string_view table = "statements";
  static constexpr std::size_t key_columns = 2;
  static constexpr auto columns =
      std::make_tuple(column("tenant", &StatementRow::tenant), column("statement", &StatementRow::statement),
                      column("contact", &StatementRow::contact), column("at_us", &StatementRow::at_us),
                      column("tie", &StatementRow::tie));
};

// Derived from its members, so never read by the fold.
struct LeadRow {
  std::string tenant, lead;
  std::int64_t members = 0, visitors = 0;
  Instant known_at, captured_at;
  Text source, campaign, channel, agent_id;
  bool own_call = false;
  Number initial_value_e4;
  Text currency;
  Instant attempt_at, reached_at, response_at, talked_at, booked_at, converted_at;
  std::int64_t conversions = 0, touches = 0;
  std::string stage, stages, steps;

  static constexpr std::string_view table = "leads";
  static constexpr std::size_t key_columns = 2;
  static constexpr auto columns = std::make_tuple(
      column("tenant", &LeadRow::tenant), column("lead", &LeadRow::lead),
      column("members", &LeadRow::members), column("visitors", &LeadRow::visitors),
      column("known_at", &LeadRow::known_at), column("captured_at", &LeadRow::captured_at),
      column("source", &LeadRow::source), column("campaign", &LeadRow::campaign),
      column("channel", &LeadRow::channel), column("agent_id", &LeadRow::agent_id),
      column("own_call", &LeadRow::own_call), column("initial_value_e4", &LeadRow::initial_value_e4),
      column("currency", &LeadRow::currency), column("attempt_at", &LeadRow::attempt_at),
      column("reached_at", &LeadRow::reached_at), column("response_at", &LeadRow::response_at),
      column("talked_at", &LeadRow::talked_at), column("booked_at", &LeadRow::booked_at),
      column("converted_at", &LeadRow::converted_at), column("conversions", &LeadRow::conversions),
      column("touches", &LeadRow::touches), column("stage", &LeadRow::stage),
      column("stages", &LeadRow::stages), column("steps", &LeadRow::steps));
};

// The touches before one conversion, oldest first, as JSON.
struct JourneyRow {
  std::string tenant, conversion, touches;

  static constexpr std::string_view table = "journeys";
  static constexpr std::size_t key_columns = 2;
  static constexpr auto columns =
      std::make_tuple(column("tenant", &JourneyRow::tenant), column("conversion", &JourneyRow::conversion),
                      column("touches", &JourneyRow::touches));
};

}  // namespace trunkline::conversion
