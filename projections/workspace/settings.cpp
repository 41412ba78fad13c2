#include "core/json.hpp"
#include "core/open.hpp"
#include "projections/workspace/rows.hpp"

namespace trunkline::workspace {
namespace {

std::string json_of(json::Value value) {
  std::string json;
  json::write(json, value);
  return json;
}

// Beside the regions, with the same stamp: where what is said there lies sealed.
constexpr std::string_view regions_event = "regions_event", regions_sealed = "regions_sealed";

// Fields stand sorted, so the members of an object are together.
std::string settings_json(const leads::Fields& stated) {
  std::string json;
  json::Writer writer(json);
  writer.open('{');
  std::string_view open_object;
  for (const leads::Field field : stated) {
    const std::string_view name = field.name;
    if (name == regions_event || name == regions_sealed) continue;
    const std::size_t point = name.find('.');
    const std::string_view object =
        point == std::string_view::npos ? std::string_view{} : name.substr(0, point);
    if (object != open_object) {
      if (!open_object.empty()) writer.close('}');
      if (!object.empty()) writer.key(object).open('{');
      open_object = object;
    }
    writer.key(object.empty() ? name : name.substr(point + 1)).raw(field.value);
  }
  if (!open_object.empty()) writer.close('}');
  writer.close('}');
  return json;
}

}  // namespace

leads::Fields stated_settings(const EventView& event) {
  leads::Fields stated;
  for (const auto [name, value] : event.data) {
    if (name == "personal" || value.is_null()) continue;
    const auto members = value.as_object();
    if (!members) {
      stated.state(name, json_of(value), event.stamp);
      continue;
    }
    for (const auto [member, each] : *members)
      stated.state(std::string{name} + "." + std::string{member}, json_of(each), event.stamp);
  }
  if (event.data.find("regions")) {
    const SealedEvent sealed = sealed_part(event);
    stated.state(regions_event, sealed.event_id, event.stamp);
    stated.state(regions_sealed, sealed.personal, event.stamp);
  }
  return stated;
}

TenantRow tenant_row(std::string_view tenant, const leads::Fields& stated) {
  Packer packer;
  stated.pack(packer);
  return {std::string{tenant}, settings_json(stated), stated.text(regions_event), stated.text(regions_sealed),
          packer.take()};
}

}  // namespace trunkline::workspace
