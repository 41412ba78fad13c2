#include "projections/leads/lead_row.hpp"

#include <algorithm>
#include <charconv>

#include "core/json.hpp"
#include "projections/query_rows.hpp"

namespace trunkline::leads {
namespace {

// Names and the like may be clear or opened, as the schemas mark them; the newer statement wins.
Text text(const Fields& clear, const Fields& opened, FieldName name) {
  const auto one = clear.find(name);
  const auto other = opened.find(name);
  if (one && (!other || other->stamp < one->stamp)) return clear.text(name);
  return opened.text(name);
}

Instant instant(std::int64_t facts, std::int64_t at_us) {
  if (facts <= 0) return std::nullopt;
  return from_micros(at_us);
}
Instant first(const Range& range) {
  return instant(range.facts, range.first_us);
}
Instant last(const Range& range) {
  return instant(range.facts, range.last_us);
}

// Fields named "group.name", written as {"group":{"name":value}}: they stand sorted, so groups are together.
std::string grouped_json(const Fields& fields) {
  std::string json;
  json::Writer writer(json);
  writer.open('{');
  std::string_view open_group;
  for (const Field field : fields) {
    const std::size_t point = field.name.find('.');
    if (point == std::string_view::npos) continue;
    const std::string_view group = field.name.substr(0, point);
    if (group != open_group) {
      if (!open_group.empty()) writer.close('}');
      writer.key(group).open('{');
      open_group = group;
    }
    writer.key(field.name.substr(point + 1)).raw(field.value);
  }
  if (!open_group.empty()) writer.close('}');
  writer.close('}');
  return json;
}

std::string stage_of(const Fields& details, const Range& conversions) {
  const auto stated = details.find("stage");
  const bool converted = conversions.facts > 0;
  if (converted && (!stated || conversions.last_us >= stated->stamp.time_us)) return "converted";
  return std::string{!stated || stated->value.empty() ? "new" : stated->value};
}

void set_details(LeadRow& row, const Fields& details, const Fields& opened) {
  row.stage_reason = details.text("stage_reason");
  row.source = details.text("source");
  row.line_type = details.text("line_type");
  row.first_name = text(details, opened, "first_name");
  row.last_name = text(details, opened, "last_name");
  row.business_type = details.text("business_type");
  row.business_name = text(details, opened, "business_name");
  row.city = text(details, opened, "city");
  row.state = text(details, opened, "state");
  row.region = details.text("region");
  row.time_zone = details.text("time_zone");
  row.intent = details.text("intent");
  row.assigned_to = details.text("assigned_to");
  row.campaign = details.text("campaign");
  row.temperature = details.text("temperature");
  row.vip = details.value("vip") == "true";
  row.opted_out = details.value("opt_out") == "true";
  row.estimated_participants = details.integer("estimated_participants");
  row.initial_value_e4 = details.integer("initial_value_e4");
  row.currency = details.text("currency");
  row.details = grouped_json(details);
}

void set_figures(LeadRow& row, const Totals& totals) {
  row.first_seen = first(totals[Moment::seen]);
  row.captured_at = first(totals[Moment::captured]);
  row.first_contact = first(totals[Moment::interaction]);
  row.last_contact = last(totals[Moment::interaction]);
  row.first_call = first(totals[Moment::call]);
  row.last_call = last(totals[Moment::call]);
  row.followed_up_at = first(totals[Moment::outbound]);
  row.last_activity = last(totals[Moment::activity]);
  row.converted_at = first(totals[Moment::conversion]);
  row.calls = totals[Sum::calls];
  row.answered = totals[Sum::answered];
  row.talk_ms = totals[Sum::talk_ms];
  row.attempts = totals[Sum::attempts];
  row.messages_in = totals[Sum::messages_in];
  row.messages_out = totals[Sum::messages_out];
  row.conversations = totals[Sum::conversations];
  row.touches = totals[Sum::touches];
  row.conversions = totals[Sum::conversions];
  row.appointments = totals[Sum::appointments];
  row.listings_viewed = static_cast<std::int64_t>(totals.viewed.size());
}

void set_score_parts(LeadRow& row, const Fields& details) {
  row.mortgage_approved = details.value("requirements.mortgage_approved") == "true";
  row.has_deposit = details.value("requirements.has_deposit") == "true";
  row.budget_known =
      details.has("requirements.budget_max") && details.value("requirements.budget_max") != "null";
  // A detail is JSON: "immediate" with its quotes.
  const std::string_view urgency = details.value("requirements.urgency");
  if (urgency.size() > 2 && urgency.front() == '"') row.urgency = urgency.substr(1, urgency.size() - 2);
  const std::string_view score = details.value("stated_score");
  double stated = 0;
  if (!score.empty() && std::from_chars(score.data(), score.data() + score.size(), stated).ec == std::errc{})
    row.stated_score = stated;
}

void set_money(LeadRow& row, std::map<std::string, Money> money) {
  std::string main = row.currency.value_or("");
  for (const auto& [currency, amounts] : money)
    if (main.empty()) main = currency;
  if (const auto nameless = money.extract(""); !nameless.empty()) {
    money[main].touches_e4 += nameless.mapped().touches_e4;
    money[main].converted_e4 += nameless.mapped().converted_e4;
  }
  if (!main.empty()) row.currency = main;
  const auto own = money.find(main);
  if (own != money.end())
    row.touch_value_e4 = own->second.touches_e4, row.value_e4 = own->second.converted_e4;
  json::Writer out(row.money);
  out.open('{');
  for (const auto& [currency, amounts] : money) {
    out.key(currency).open('{').key("touches").string(money_text(amounts.touches_e4));
    out.key("converted").string(money_text(amounts.converted_e4)).close('}');
  }
  out.close('}');
}

}  // namespace

LeadRow lead_row(std::span<const Contact* const> members) {
  LeadRow row;
  row.tenant = members.front()->tenant;
  row.lead = members.front()->token;
  row.members = static_cast<std::int64_t>(members.size());
  row.erased = true;  // when every member is
  Fields details, opened;
  Totals totals;
  for (const Contact* member : members) {
    row.lead = std::min(row.lead, member->token);
    row.erased = row.erased && member->erased;
    details.merge(member->details);
    opened.merge(member->opened);
    totals.include(member->totals);
    // Of several phones or addresses the smallest is shown: the same in every order.
    Text& shown = member->token.starts_with('p') ? row.phone : row.email;
    const bool reachable = member->token.starts_with('p') || member->token.starts_with('e');
    if (reachable && !member->literal.empty() && (!shown || member->literal < *shown))
      shown = member->literal;
  }
  set_details(row, details, opened);
  set_figures(row, totals);
  set_score_parts(row, details);
  set_money(row, totals.money);
  row.stage = stage_of(details, totals[Moment::conversion]);
  return row;
}

}  // namespace trunkline::leads
