// The lead desk's tables as plain structs: tables.sql says what each column means.
#pragma once
#include "projections/columns.hpp"

namespace trunkline::desk {

struct LeadRow {
  std::string tenant, contact;
  std::optional<std::string> stage, source;
  Time first_seen{};
  std::optional<Time> last_contact;
  std::int64_t calls = 0, answered = 0, talk_ms = 0, messages_in = 0, messages_out = 0;
  std::optional<std::int64_t> first_response_ms;
  std::int64_t touches = 0, value_e4 = 0;
  std::optional<Time> converted_at;
  std::string facts, segments;

  static constexpr std::string_view table = "leads";
  static constexpr std::size_t key_columns = 2;
  static constexpr auto columns = std::make_tuple(
      column("tenant", &LeadRow::tenant), column("contact", &LeadRow::contact),
      column("stage", &LeadRow::stage), column("source", &LeadRow::source),
      column("first_seen", &LeadRow::first_seen), column("last_contact", &LeadRow::last_contact),
      column("calls", &LeadRow::calls), column("answered", &LeadRow::answered),
      column("talk_ms", &LeadRow::talk_ms), column("messages_in", &LeadRow::messages_in),
      column("messages_out", &LeadRow::messages_out),
      column("first_response_ms", &LeadRow::first_response_ms), column("touches", &LeadRow::touches),
      column("value_e4", &LeadRow::value_e4), column("converted_at", &LeadRow::converted_at),
      column("facts", &LeadRow::facts), column("segments", &LeadRow::segments));
};

struct SegmentRow {
  std::string tenant, contact;
  std::int64_t segment = 0;
  std::string facts;

  static constexpr std::string_view table = "lead_segments";
  static constexpr std::size_t key_columns = 3;
  static constexpr auto columns =
      std::make_tuple(column("tenant", &SegmentRow::tenant), column("contact", &SegmentRow::contact),
                      column("segment", &SegmentRow::segment), column("facts", &SegmentRow::facts));
};

struct AgentDayRow {
  std::string tenant, agent;
  pg::Date day{};
  std::int64_t calls = 0, answered = 0, talk_ms = 0, conversions = 0;

  static constexpr std::string_view table = "agent_day";
  static constexpr std::size_t key_columns = 3;
  static constexpr auto columns =
      std::make_tuple(column("tenant", &AgentDayRow::tenant), column("agent", &AgentDayRow::agent),
                      column("day", &AgentDayRow::day), column("calls", &AgentDayRow::calls),
                      column("answered", &AgentDayRow::answered), column("talk_ms", &AgentDayRow::talk_ms),
                      column("conversions", &AgentDayRow::conversions));
};

struct ChannelHourRow {
  std::string tenant, channel;
  pg::Date day{};
  std::int64_t hour = 0;
  std::int64_t inbound = 0, outbound = 0;

  static constexpr std::string_view table = "channel_hour";
  static constexpr std::size_t key_columns = 4;
  static constexpr auto columns = std::make_tuple(
      column("tenant", &ChannelHourRow::tenant), column("channel", &ChannelHourRow::channel),
      column("day", &ChannelHourRow::day), column("hour", &ChannelHourRow::hour),
      column("inbound", &ChannelHourRow::inbound), column("outbound", &ChannelHourRow::outbound));
};

struct AttributionRow {
  std::string tenant, campaign;
  std::int64_t conversions = 0, value_e4 = 0;

  static constexpr std::string_view table = "attribution";
  static constexpr std::size_t key_columns = 2;
  static constexpr auto columns = std::make_tuple(
      column("tenant", &AttributionRow::tenant), column("campaign", &AttributionRow::campaign),
      column("conversions", &AttributionRow::conversions), column("value_e4", &AttributionRow::value_e4));
};

}  // namespace trunkline::desk
