// A lead as people see it: derived from its member contact points, nothing of its own. So linking, and taking
// back a wrong link, needs no code here.
//
//   stage        the newest stage stated about any member; "converted" from the newest conversion that stands
//   (unless
//                a later statement says otherwise); else "new"
//   other fields the newest statement over the members
//   figures      sums over the members; first and last moments over the members
//   value        in the lead's currency: the stated one, else the first in which there is any; amounts
//   without a
//                currency are taken to be in it. Others stand in `money`; nothing is added across currencies
#pragma once
#include <span>

#include "projections/leads/contact.hpp"
#include "projections/leads/rows.hpp"

namespace trunkline::leads {

struct LeadRow {
  std::string tenant, lead;
  std::int64_t members = 1;
  std::string stage;
  Text stage_reason, source, line_type;
  Text first_name, last_name, phone, email, business_type, business_name, city, state, region, time_zone;
  Text intent, assigned_to, campaign, temperature;
  bool vip = false, opted_out = false, erased = false;
  Number estimated_participants, initial_value_e4;
  Text currency;
  Instant first_seen, captured_at, first_contact, last_contact, first_call, last_call, followed_up_at,
      last_activity, converted_at;
  std::int64_t calls = 0, answered = 0, talk_ms = 0, attempts = 0, messages_in = 0, messages_out = 0;
  std::int64_t conversations = 0, touches = 0, touch_value_e4 = 0, conversions = 0, value_e4 = 0,
               appointments = 0;
  // What a score is made of (score.hpp); the score itself is judged when somebody asks.
  std::int64_t listings_viewed = 0;
  bool mortgage_approved = false, has_deposit = false, budget_known = false;
  Text urgency;
  std::optional<double> stated_score;
  std::string money;    // JSON by currency: {"USD":{"touches":"0.00","converted":"120.00"}}
  std::string details;  // JSON: {"custom":{…},"preferences":{…},"requirements":{…},"consent":{…},…}

  static constexpr std::string_view table = "leads";
  static constexpr std::size_t key_columns = 2;
  static constexpr auto columns = std::make_tuple(
      column("tenant", &LeadRow::tenant), column("lead", &LeadRow::lead),
      column("members", &LeadRow::members), column("stage", &LeadRow::stage),
      column("stage_reason", &LeadRow::stage_reason), column("source", &LeadRow::source),
      column("line_type", &LeadRow::line_type), column("first_name", &LeadRow::first_name),
      column("last_name", &LeadRow::last_name), column("phone", &LeadRow::phone),
      column("email", &LeadRow::email), column("business_type", &LeadRow::business_type),
      column("business_name", &LeadRow::business_name), column("city", &LeadRow::city),
      column("state", &LeadRow::state), column("region", &LeadRow::region),
      column("time_zone", &LeadRow::time_zone), column("intent", &LeadRow::intent),
      column("assigned_to", &LeadRow::assigned_to), column("campaign", &LeadRow::campaign),
      column("temperature", &LeadRow::temperature), column("vip", &LeadRow::vip),
      column("opted_out", &LeadRow::opted_out), column("erased", &LeadRow::erased),
      column("estimated_participants", &LeadRow::estimated_participants),
      column("initial_value_e4", &LeadRow::initial_value_e4), column("currency", &LeadRow::currency),
      column("first_seen", &LeadRow::first_seen), column("captured_at", &LeadRow::captured_at),
      column("first_contact", &LeadRow::first_contact), column("last_contact", &LeadRow::last_contact),
      column("first_call", &LeadRow::first_call), column("last_call", &LeadRow::last_call),
      column("followed_up_at", &LeadRow::followed_up_at), column("last_activity", &LeadRow::last_activity),
      column("converted_at", &LeadRow::converted_at), column("calls", &LeadRow::calls),
      column("answered", &LeadRow::answered), column("talk_ms", &LeadRow::talk_ms),
      column("attempts", &LeadRow::attempts), column("messages_in", &LeadRow::messages_in),
      column("messages_out", &LeadRow::messages_out), column("conversations", &LeadRow::conversations),
      column("touches", &LeadRow::touches), column("touch_value_e4", &LeadRow::touch_value_e4),
      column("conversions", &LeadRow::conversions), column("value_e4", &LeadRow::value_e4),
      column("appointments", &LeadRow::appointments), column("listings_viewed", &LeadRow::listings_viewed),
      column("mortgage_approved", &LeadRow::mortgage_approved), column("has_deposit", &LeadRow::has_deposit),
      column("budget_known", &LeadRow::budget_known), column("urgency", &LeadRow::urgency),
      column("stated_score", &LeadRow::stated_score), column("money", &LeadRow::money),
      column("details", &LeadRow::details));
};

// All members, in any order, at least one.
LeadRow lead_row(std::span<const Contact* const> members);

}  // namespace trunkline::leads
