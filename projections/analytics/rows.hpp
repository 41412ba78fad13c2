// The analytics model's tables (tables.sql) as its fold writes them.
#pragma once
#include <string>

#include "projections/columns.hpp"
#include "projections/leads/fact.hpp"

namespace trunkline::analytics {

struct FactRow {
  std::string tenant, family, subject;
  std::string packed;  // a leads::Fact

  static constexpr std::string_view table = "facts";
  static constexpr std::size_t key_columns = 3;
  static constexpr auto columns =
      std::make_tuple(column("tenant", &FactRow::tenant), column("family", &FactRow::family),
                      column("subject", &FactRow::subject), column("packed", &FactRow::packed));
};

struct Quarter {
  std::string tenant;
  Time quarter{};
  std::string channel, agent;
  std::int64_t calls_started = 0, calls_inbound = 0, attempts = 0, calls_ended = 0, answered = 0, missed = 0;
  std::int64_t voicemail = 0, no_answer = 0, busy = 0, failed = 0, transferred = 0, talk_ms = 0;
  std::int64_t messages_in = 0, messages_out = 0, conversations = 0, resolved = 0, escalated = 0,
               abandoned = 0;
  std::int64_t outcome_positive = 0, outcome_neutral = 0, outcome_negative = 0, outcome_escalate = 0;
  std::int64_t appointments_booked = 0, appointments_cancelled = 0, conversions = 0, value_e4 = 0,
               leads_captured = 0;

  static constexpr std::string_view table = "quarters";
  static constexpr std::size_t key_columns = 4;
  static constexpr auto columns = std::make_tuple(
      column("tenant", &Quarter::tenant), column("quarter", &Quarter::quarter),
      column("channel", &Quarter::channel), column("agent", &Quarter::agent),
      column("calls_started", &Quarter::calls_started), column("calls_inbound", &Quarter::calls_inbound),
      column("attempts", &Quarter::attempts), column("calls_ended", &Quarter::calls_ended),
      column("answered", &Quarter::answered), column("missed", &Quarter::missed),
      column("voicemail", &Quarter::voicemail), column("no_answer", &Quarter::no_answer),
      column("busy", &Quarter::busy), column("failed", &Quarter::failed),
      column("transferred", &Quarter::transferred), column("talk_ms", &Quarter::talk_ms),
      column("messages_in", &Quarter::messages_in), column("messages_out", &Quarter::messages_out),
      column("conversations", &Quarter::conversations), column("resolved", &Quarter::resolved),
      column("escalated", &Quarter::escalated), column("abandoned", &Quarter::abandoned),
      column("outcome_positive", &Quarter::outcome_positive),
      column("outcome_neutral", &Quarter::outcome_neutral),
      column("outcome_negative", &Quarter::outcome_negative),
      column("outcome_escalate", &Quarter::outcome_escalate),
      column("appointments_booked", &Quarter::appointments_booked),
      column("appointments_cancelled", &Quarter::appointments_cancelled),
      column("conversions", &Quarter::conversions), column("value_e4", &Quarter::value_e4),
      column("leads_captured", &Quarter::leads_captured));
};

// What the fact adds to its quarter-hour. All of a call counts where the call started, so that answered over
// ended is a share of the same calls.
Quarter contribution(const leads::Fact& fact);

}  // namespace trunkline::analytics
