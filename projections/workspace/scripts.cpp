#include "core/json.hpp"
#include "core/open.hpp"
#include "projections/workspace/rows.hpp"

namespace trunkline::workspace {
namespace {

Text text(json::Object clear, std::string_view name) {
  const auto value = clear.string(name);
  return value ? Text{*value} : Text{};
}

}  // namespace

leads::Fields stated_script(const EventView& event) {
  leads::Fields stated;
  const bool published = event.type == "script.published";
  if (!published && event.type != "script.retired") return stated;
  stated.state("active", published ? "true" : "false", event.stamp);
  if (!published) return stated;
  std::string clear;
  json::Writer out(clear);
  out.open('{');
  for (const auto [name, value] : event.data)
    if (name != "personal") out.key(name).value(value);
  out.close('}');
  const SealedEvent sealed = sealed_part(event);
  stated.state("clear", clear, event.stamp);
  stated.state("event_id", sealed.event_id, event.stamp);
  stated.state("sealed", sealed.personal, event.stamp);
  return stated;
}

ScriptRow script_row(std::string_view tenant, std::string_view script, const leads::Fields& stated) {
  ScriptRow row;
  row.tenant = tenant;
  row.script = script;
  row.active = stated.value("active") == "true";
  row.event_id = stated.value("event_id");
  row.sealed = stated.value("sealed");
  Packer packer;
  stated.pack(packer);
  row.packed = packer.take();
  const auto clear = stated.find("clear");
  if (!clear) return row;
  row.clear = clear->value;
  row.published_at = from_micros(clear->stamp.time_us);
  json::Parser parser;
  const auto parsed = parser.parse(row.clear);
  const auto published = parsed ? parsed->as_object() : json::Found<json::Object>{};
  if (!published) return row;
  row.business_type = text(*published, "business_type");
  row.interest_level = text(*published, "interest_level");
  row.region = text(*published, "region");
  row.priority = published->integer("priority").value_or(0);
  return row;
}

}  // namespace trunkline::workspace
