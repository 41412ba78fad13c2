// What is known of a lead beyond its row, folded from its own facts when somebody asks: requirements with
// their history, interest per listing, value.
#include <algorithm>

#include "core/pg_binary.hpp"
#include "projections/answer.hpp"
#include "projections/install.hpp"
#include "projections/leads/fact.hpp"
#include "projections/leads/judging.hpp"
#include "projections/leads/projection.hpp"
#include "projections/leads/queries.hpp"
#include "projections/leads/said.hpp"

namespace trunkline::leads {
namespace {

constexpr std::int64_t facts_max = 5'000;  // of one lead and kind: nobody states more

const Error unknown_lead = rejected("not_found", "no lead is known by this id");

// The facts of these families of the lead, oldest first.
Result<std::vector<Fact>> facts_of(Snapshot& snapshot, const std::vector<std::string>& members,
                                   const std::vector<std::string>& families) {
  const auto rows =
      snapshot.fetch("SELECT family, subject, packed FROM " + rows_schema(projection) +
                         ".facts WHERE tenant = $1 AND contact = ANY($2::text[]) AND family = ANY($3::text[])"
                         " ORDER BY at, family, subject LIMIT " +
                         std::to_string(facts_max),
                     Params{}.text(snapshot.tenant().value()).texts(members).texts(families));
  if (!rows) return rows.error();
  std::vector<Fact> facts;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    auto fact =
        unpack_fact(snapshot.tenant().value(), *rows->value(i, 0), *rows->value(i, 1), *rows->value(i, 2));
    if (!fact) return must_stop("row", "leads: a packed column of table facts cannot be read");
    facts.push_back(std::move(*fact));
  }
  return facts;
}

void write_text(json::Writer& out, std::string_view name, std::string_view text) {
  out.key(name);
  text.empty() ? out.null() : out.string(text);
}

// ---- requirements

struct Change {
  std::int64_t at_us;
  std::string json;
};
using History = std::map<std::string, std::vector<Change>>;  // by field, oldest first

// How each clear field came to what it is; saying the same again is no change.
History history_of(const std::vector<Fact>& facts) {
  History history;
  json::Parser parser;
  for (const Fact& fact : facts) {
    const auto parsed = parser.parse(fact.fields.value("requirements"));
    const auto stated = parsed ? parsed->as_object() : json::Found<json::Object>{};
    if (!stated) continue;
    for (const auto [name, value] : *stated) {
      std::string json;
      json::write(json, value);
      auto& changes = history[std::string{name}];
      if (changes.empty() || changes.back().json != json) changes.push_back({fact.at_us(), std::move(json)});
    }
  }
  return history;
}

void write_history(json::Writer& out, const History& history) {
  out.key("now").open('{');
  for (const auto& [name, changes] : history) out.key(name).raw(changes.back().json);
  out.close('}').key("history").open('{');
  for (const auto& [name, changes] : history) {
    out.key(name).open('[');
    for (const Change& change : changes)
      out.open('{')
          .key("at")
          .string(format_time(from_micros(change.at_us)))
          .key("value")
          .raw(change.json)
          .close('}');
    out.close(']');
  }
  out.close('}');
}

void write_statement(json::Writer& out, const Fact& fact, const SaidByFact& said) {
  out.open('{').key("at").string(format_time(from_micros(fact.at_us())));
  write_text(out, "contact", fact.contact());
  write_text(out, "call_id", fact.fields.value("call_id"));
  write_text(out, "conversation_id", fact.fields.value("conversation_id"));
  const std::string_view stated = fact.fields.value("requirements");
  out.key("requirements").raw(stated.empty() ? "{}" : stated);
  write_said(out, said, {fact.family, fact.subject});
  out.close('}');
}

// ---- listings

struct Listing {
  std::int64_t first_us = INT64_MAX, last_us = INT64_MIN;
  std::int64_t discussed = 0;
  Fields newest;  // interest, favourite
  bool viewing_booked = false, viewing_completed = false;
  std::vector<std::pair<std::int64_t, std::string>> sent;  // when, by which channel
  std::vector<FactKey> statements;
};
using Listings = std::map<std::string, Listing>;

std::vector<std::string> ids_in(std::string_view json_list) {
  std::vector<std::string> ids;
  json::Parser parser;
  const auto parsed = parser.parse(json_list);
  const auto list = parsed ? parsed->as_array() : json::Found<json::Array>{};
  if (list)
    for (const json::Value id : *list)
      if (const auto text = id.as_string()) ids.emplace_back(*text);
  return ids;
}

void add_interest(const Fact& fact, Listing& to) {
  ++to.discussed;
  to.statements.emplace_back(fact.family, fact.subject);
  for (const FieldName name : {FieldName{"interest"}, FieldName{"favourite"}})
    if (const auto field = fact.fields.find(name)) to.newest.state(name, field->value, field->stamp);
  to.viewing_booked |= fact.fields.value("viewing_booked") == "true";
  to.viewing_completed |= fact.fields.value("viewing_completed") == "true";
}

Listings listings_in(const std::vector<Fact>& facts) {
  Listings listings;
  const auto mention = [&](const std::string& id, const Fact& fact) -> Listing& {
    Listing& listing = listings[id];
    listing.first_us = std::min(listing.first_us, fact.at_us());
    listing.last_us = std::max(listing.last_us, fact.at_us());
    return listing;
  };
  for (const Fact& fact : facts) {
    const std::string id{fact.fields.value("listing_id")};
    if (fact.family == "lead.info_sent") {
      for (const std::string& sent : ids_in(fact.fields.value("listing_ids")))
        mention(sent, fact).sent.emplace_back(fact.at_us(), fact.fields.value("channel"));
    } else if (id.empty()) {
      continue;
    } else if (fact.family == "lead.interest_recorded") {
      add_interest(fact, mention(id, fact));
    } else if (fact.fields.value("kind") == "viewing") {
      Listing& listing = mention(id, fact);
      const std::string_view status = fact.fields.value("status");
      listing.viewing_booked |= status != "cancelled";
      listing.viewing_completed |= status == "completed";
    }
  }
  return listings;
}

void write_listing(json::Writer& out, const std::string& id, const Listing& listing, const SaidByFact& said) {
  out.open('{').key("listing_id").string(id);
  out.key("first_mentioned").string(format_time(from_micros(listing.first_us)));
  out.key("last_mentioned").string(format_time(from_micros(listing.last_us)));
  out.key("discussed").number(listing.discussed);
  write_text(out, "interest", listing.newest.value("interest"));
  out.key("favourite").boolean(listing.newest.value("favourite") == "true");
  out.key("viewing_booked").boolean(listing.viewing_booked);
  out.key("viewing_completed").boolean(listing.viewing_completed);
  out.key("feedback").open('[');
  for (const FactKey& statement : listing.statements) {
    const auto found = said.find(statement);
    if (found == said.end()) continue;
    const auto feedback = found->second.members.find("feedback");
    if (feedback != found->second.members.end()) out.raw(feedback->second);
  }
  out.close(']').key("sent").open('[');
  for (const auto& [at_us, channel] : listing.sent) {
    out.open('{').key("at").string(format_time(from_micros(at_us)));
    write_text(out, "channel", channel);
    out.close('}');
  }
  out.close(']').close('}');
}

}  // namespace

Result<http::Response> requirements(const QueryContext& context, const http::Request& request) {
  if (const auto known = knows_only(request.query, {"as_of"}); !known) return known.error();
  auto snapshot = rows_about(context, request, request.path("id"));
  if (!snapshot) return snapshot.error();
  const auto members = members_of(*snapshot, request.path("id"));
  if (!members) return members.error();
  if (members->empty()) return unknown_lead;
  const auto facts = facts_of(*snapshot, *members, {"lead.requirements_changed"});
  if (!facts) return facts.error();
  std::vector<FactKey> keys;
  for (const Fact& fact : *facts) keys.emplace_back(fact.family, fact.subject);
  const auto said = open_said(context, *snapshot, keys);
  if (!said) return said.error();
  return snapshot->answer([&](json::Writer& out) {
    write_history(out, history_of(*facts));
    out.key("statements").open('[');
    std::for_each(facts->rbegin(), facts->rend(),
                  [&](const Fact& fact) { write_statement(out, fact, *said); });
    out.close(']');
  });
}

Result<http::Response> listings(const QueryContext& context, const http::Request& request) {
  if (const auto known = knows_only(request.query, {"as_of"}); !known) return known.error();
  auto snapshot = rows_about(context, request, request.path("id"));
  if (!snapshot) return snapshot.error();
  const auto members = members_of(*snapshot, request.path("id"));
  if (!members) return members.error();
  if (members->empty()) return unknown_lead;
  const auto facts =
      facts_of(*snapshot, *members, {"lead.interest_recorded", "lead.info_sent", "appointment"});
  if (!facts) return facts.error();
  std::vector<FactKey> keys;
  for (const Fact& fact : *facts)
    if (fact.family == "lead.interest_recorded") keys.emplace_back(fact.family, fact.subject);
  const auto said = open_said(context, *snapshot, keys);
  if (!said) return said.error();
  return snapshot->answer([&](json::Writer& out) {
    out.key("listings").open('[');
    for (const auto& [id, listing] : listings_in(*facts)) write_listing(out, id, listing, *said);
    out.close(']');
  });
}

// Expected: what the lead brought; of one that has not converted what a lead of this tenant brings on average
// in that currency, which is the share that converts times the mean value won.
Result<http::Response> value(const QueryContext& context, const http::Request& request) {
  if (const auto known = knows_only(request.query, {"judged_at"}); !known) return known.error();
  auto judging = open_judging(context, request);
  if (!judging) return judging.error();
  const std::string table = rows_schema(projection) + ".leads";
  const auto rows = judging->snapshot.fetch(
      "SELECT l.currency, l.initial_value_e4, l.touch_value_e4, l.value_e4, l.conversions, l.money,"
      " (SELECT sum(o.value_e4)::double precision / nullif(sum(1), 0) FROM " +
          table +
          " o WHERE o.tenant = $1 AND coalesce(o.currency, $3::text) = coalesce(l.currency, $3::text)) "
          "FROM " +
          table + " l WHERE l.tenant = $1 AND l.lead = (SELECT lead FROM " + rows_schema(projection) +
          ".contacts WHERE tenant = $1 AND contact = $2)",
      Params{}
          .text(judging->snapshot.tenant().value())
          .text(request.path("id"))
          .text(judging->settings.currency));
  if (!rows) return rows.error();
  if (rows->size() == 0) return unknown_lead;
  const auto whole = [&](std::size_t column) { return pg::read_integer(*rows->value(0, column)); };
  const std::string currency{rows->value(0, 0).value_or(judging->settings.currency)};
  const bool tenants_own = currency == judging->settings.currency;
  std::optional<std::int64_t> initial_e4 = tenants_own ? judging->settings.initial_value_e4 : std::nullopt;
  if (rows->value(0, 1)) initial_e4 = whole(1);
  const double average_e4 = rows->value(0, 6) ? pg::read_real(*rows->value(0, 6)) : 0;
  const std::int64_t expected_e4 = whole(4) > 0 ? whole(3) : static_cast<std::int64_t>(average_e4 + 0.5);
  return judging->snapshot.answer([&](json::Writer& out) {
    out.key("currency").string(currency).key("initial");
    initial_e4 ? out.string(money_text(*initial_e4)) : out.null();
    out.key("touches").string(money_text(whole(2))).key("converted").string(money_text(whole(3)));
    out.key("expected").string(money_text(expected_e4)).key("by_currency").raw(*rows->value(0, 5));
  });
}

}  // namespace trunkline::leads
