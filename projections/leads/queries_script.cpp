// The script to use with a lead, filled in: of the active ones that match its trade, temperature and region
// the one of the highest priority, then the most specific, then the newest, then the smallest id.
#include "core/open.hpp"
#include "core/pg_binary.hpp"
#include "projections/install.hpp"
#include "projections/leads/judging.hpp"
#include "projections/leads/projection.hpp"
#include "projections/leads/queries.hpp"
#include "projections/leads/script_text.hpp"
#include "projections/workspace/projection.hpp"

namespace trunkline::leads {
namespace {

struct Listener {
  std::string business_type, level, region;
  Values values;
};

Result<std::optional<Listener>> listener_of(Judging& judging, const std::string& token) {
  const auto rows = judging.snapshot.fetch(
      "SELECT business_type, level, region, state, first_name, last_name, business_name, city, "
      "estimated_participants"
      " FROM " +
          judging.leads() + " WHERE tenant = $1 AND lead = (SELECT lead FROM " + rows_schema(projection) +
          ".contacts WHERE tenant = $1 AND contact = $2)",
      Params{}.text(judging.snapshot.tenant().value()).text(token));
  if (!rows) return rows.error();
  if (rows->size() == 0) return std::optional<Listener>{};
  const auto text = [&](std::size_t column) { return std::string{rows->value(0, column).value_or("")}; };
  Listener listener{text(0), text(1), text(2), {}};
  const auto by_state = judging.settings.region_of_state.find(text(3));
  if (listener.region.empty() && by_state != judging.settings.region_of_state.end())
    listener.region = by_state->second;
  listener.values = {{"first_name", text(4)},
                     {"last_name", text(5)},
                     {"business_name", text(6)},
                     {"city", text(7)},
                     {"state", text(3)},
                     {"region", listener.region},
                     {"tenant_name", judging.settings.name},
                     {"business_type", listener.business_type}};
  if (const auto participants = rows->value(0, 8)) {
    const std::int64_t count = pg::read_integer(*participants);
    listener.values["estimated_participants"] = std::to_string(count);
    if (const auto each = judging.settings.revenue_per_participant_e4)
      listener.values["projected_revenue"] = money_text(count * *each);
  }
  return std::optional{std::move(listener)};
}

// What is said in the region: greeting, compliance note, local reference.
Status add_region(const QueryContext& context, Judging& judging, Listener& listener) {
  if (listener.region.empty()) return done();
  const auto rows = judging.snapshot.fetch("SELECT settings, regions_event, regions_sealed FROM " +
                                               rows_schema(workspace::projection) +
                                               ".tenants WHERE tenant = $1 AND regions_sealed IS NOT NULL",
                                           Params{}.text(judging.snapshot.tenant().value()));
  if (!rows) return rows.error();
  if (rows->size() == 0) return done();
  const auto opened = open(context.keys, {judging.snapshot.tenant(), std::string{*rows->value(0, 1)},
                                          std::string{*rows->value(0, 2)}});
  if (!opened) return opened.error();
  json::Parser parser;
  const auto parsed = parser.parse(*rows->value(0, 0));
  const auto settings = parsed ? parsed->as_object() : json::Found<json::Object>{};
  const auto regions = settings ? settings->array("regions") : json::Found<json::Array>{};
  if (!regions) return done();
  std::size_t at = 0;
  for (const json::Value each : *regions) {
    const auto region = each.as_object();
    const std::string pointer = "/regions/" + std::to_string(at++) + "/";
    if (!region || region->string("region") != listener.region) continue;
    for (const char* name : {"compliance_note", "local_reference", "greeting"})
      if (const auto text = opened->text(pointer + name)) listener.values[name] = *text;
  }
  return done();
}

Result<BinaryRows> best_script(Judging& judging, const Listener& listener) {
  return judging.snapshot.fetch(
      "SELECT script, clear, event_id, sealed FROM " + rows_schema(workspace::projection) +
          ".scripts WHERE tenant = $1 AND active AND (business_type IS NULL OR business_type = $2::text)"
          " AND (interest_level IS NULL OR interest_level = $3::text) AND (region IS NULL OR region = "
          "$4::text)"
          " ORDER BY priority DESC, num_nonnulls(business_type, interest_level, region) DESC, published_at "
          "DESC,"
          " script LIMIT 1",
      Params{}
          .text(judging.snapshot.tenant().value())
          .text(listener.business_type)
          .text(listener.level)
          .text(listener.region));
}

// The script's members, clear ones as they are, texts filled in.
std::string script_json(const BinaryRows& row, const Opened& texts, const Listener& listener,
                        std::set<std::string>& missing) {
  std::string json;
  json::Writer out(json);
  out.open('{').key("id").string(*row.value(0, 0));
  json::Parser parser;
  const auto parsed = parser.parse(*row.value(0, 1));
  const auto clear = parsed ? parsed->as_object() : json::Found<json::Object>{};
  if (clear)
    for (const auto [name, value] : *clear) out.key(name).value(value);
  if (!clear || !clear->find("max_duration_ms")) out.key("max_duration_ms").number(300'000);
  if (!clear || !clear->find("voice")) out.key("voice").string("alloy");
  for (const auto& [pointer, text] : texts.fields)
    out.key(std::string_view{pointer}.substr(1)).raw(filled(text, listener.values, missing));
  out.key("redacted").boolean(!texts.redacted.empty()).close('}');
  return json;
}

}  // namespace

Result<http::Response> script(const QueryContext& context, const http::Request& request) {
  if (const auto known = knows_only(request.query, {"judged_at"}); !known) return known.error();
  auto judging = open_judging(context, request);
  if (!judging) return judging.error();
  auto listener = listener_of(*judging, request.path("id"));
  if (!listener) return listener.error();
  if (!listener->has_value()) return rejected("not_found", "no lead is known by this id");
  if (const auto added = add_region(context, *judging, **listener); !added) return added.error();
  const auto row = best_script(*judging, **listener);
  if (!row) return row.error();
  std::string json = "null";
  std::set<std::string> missing;
  if (row->size() > 0) {
    const auto texts = open(context.keys, {judging->snapshot.tenant(), std::string{*row->value(0, 2)},
                                           std::string{*row->value(0, 3)}});
    if (!texts) return texts.error();
    json = script_json(*row, *texts, **listener, missing);
  }
  return judging->snapshot.answer([&](json::Writer& out) {
    out.key("script")
        .raw(json)
        .key("matched")
        .open('{')
        .key("business_type")
        .string((*listener)->business_type);
    out.key("interest_level").string((*listener)->level).key("region").string((*listener)->region).close('}');
    for (const char* name : {"compliance_note", "local_reference", "greeting"}) {
      const auto text = (*listener)->values.find(name);
      out.key(name);
      text == (*listener)->values.end() ? out.null() : out.string(text->second);
    }
    out.key("missing").open('[');
    for (const std::string& name : missing) out.string(name);
    out.close(']');
  });
}

}  // namespace trunkline::leads
