// The model's tables (tables.sql) as the fold writes them. `packed` holds a row's whole state with its
// stamps; the columns beside it are what SQL and queries read.
#pragma once
#include <optional>
#include <string>

#include "projections/columns.hpp"
#include "projections/leads/packed_fact.hpp"

namespace trunkline::leads {

using Text = std::optional<std::string>;
using Number = std::optional<std::int64_t>;
using Instant = std::optional<Time>;

struct FactRow {
  std::string tenant, family, subject;
  Text contact;  // NULL: waits for a statement that names one
  Time at{};
  std::int64_t moments = 0;
  Text kind, channel, direction, status, agent_id, conversation_id, disposition, outcome, campaign, stage,
      reason;
  Number duration_ms, value_e4;
  Text currency;
  Instant starts_at, ends_at;
  bool answered = false, inherits = false;
  std::string packed;

  static constexpr std::string_view table = "facts";
  static constexpr std::size_t key_columns = 3;
  static constexpr auto columns = std::make_tuple(
      column("tenant", &FactRow::tenant), column("family", &FactRow::family),
      column("subject", &FactRow::subject), column("contact", &FactRow::contact), column("at", &FactRow::at),
      column("moments", &FactRow::moments), column("kind", &FactRow::kind),
      column("channel", &FactRow::channel), column("direction", &FactRow::direction),
      column("status", &FactRow::status), column("agent_id", &FactRow::agent_id),
      column("conversation_id", &FactRow::conversation_id), column("disposition", &FactRow::disposition),
      column("outcome", &FactRow::outcome), column("campaign", &FactRow::campaign),
      column("stage", &FactRow::stage), column("reason", &FactRow::reason),
      column("duration_ms", &FactRow::duration_ms), column("value_e4", &FactRow::value_e4),
      column("currency", &FactRow::currency), column("starts_at", &FactRow::starts_at),
      column("ends_at", &FactRow::ends_at), column("answered", &FactRow::answered),
      column("inherits", &FactRow::inherits), column("packed", &FactRow::packed));
};

// The row of a fact: every readable column follows from it.
FactRow fact_row(const Fact& fact, std::string packed);

struct ContactRow {
  std::string tenant, contact, lead;
  std::string packed;

  static constexpr std::string_view table = "contacts";
  static constexpr std::size_t key_columns = 2;
  static constexpr auto columns =
      std::make_tuple(column("tenant", &ContactRow::tenant), column("contact", &ContactRow::contact),
                      column("lead", &ContactRow::lead), column("packed", &ContactRow::packed));
};

// A statement's sealed part, kept whole and opened when it is read. Never changed and never fetched by the
// fold: the fact knows which of its statements have one.
struct TextRow {
  std::string tenant, family, subject;
  Time at{};
  std::int64_t tie = 0;  // at and tie: the statement's Stamp
  std::string type, event_id, personal;

  static constexpr std::string_view table = "texts";
  static constexpr std::size_t key_columns = 5;
  static constexpr auto columns =
      std::make_tuple(column("tenant", &TextRow::tenant), column("family", &TextRow::family),
                      column("subject", &TextRow::subject), column("at", &TextRow::at),
                      column("tie", &TextRow::tie), column("type", &TextRow::type),
                      column("event_id", &TextRow::event_id), column("personal", &TextRow::personal));
};

}  // namespace trunkline::leads
