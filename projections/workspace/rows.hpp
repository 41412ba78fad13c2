// The workspace model's tables (tables.sql) as its fold writes them.
#pragma once
#include <optional>
#include <string>

#include "projections/columns.hpp"
#include "projections/leads/fields.hpp"

namespace trunkline::workspace {

using Text = std::optional<std::string>;

struct TenantRow {
  std::string tenant, settings;
  Text regions_event, regions_sealed;
  std::string packed;

  static constexpr std::string_view table = "tenants";
  static constexpr std::size_t key_columns = 1;
  static constexpr auto columns = std::make_tuple(
      column("tenant", &TenantRow::tenant), column("settings", &TenantRow::settings),
      column("regions_event", &TenantRow::regions_event),
      column("regions_sealed", &TenantRow::regions_sealed), column("packed", &TenantRow::packed));
};

struct ScriptRow {
  std::string tenant, script;
  bool active = false;
  Text business_type, interest_level, region;
  std::int64_t priority = 0;
  std::optional<Time> published_at;
  std::string clear = "{}", event_id, sealed, packed;

  static constexpr std::string_view table = "scripts";
  static constexpr std::size_t key_columns = 2;
  static constexpr auto columns = std::make_tuple(
      column("tenant", &ScriptRow::tenant), column("script", &ScriptRow::script),
      column("active", &ScriptRow::active), column("business_type", &ScriptRow::business_type),
      column("interest_level", &ScriptRow::interest_level), column("region", &ScriptRow::region),
      column("priority", &ScriptRow::priority), column("published_at", &ScriptRow::published_at),
      column("clear", &ScriptRow::clear), column("event_id", &ScriptRow::event_id),
      column("sealed", &ScriptRow::sealed), column("packed", &ScriptRow::packed));
};

// The statements of one event of the family tenant: members by name, those of an object as "object.name",
// values as JSON.
leads::Fields stated_settings(const EventView& event);
TenantRow tenant_row(std::string_view tenant, const leads::Fields& stated);

// Of the family script: whether it is in use, and what was published last as a whole.
leads::Fields stated_script(const EventView& event);
ScriptRow script_row(std::string_view tenant, std::string_view script, const leads::Fields& stated);

}  // namespace trunkline::workspace
