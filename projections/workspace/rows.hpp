// The workspace model's table (tables.sql) as its fold writes it.
#pragma once
#include <string>

#include "projections/columns.hpp"
#include "projections/leads/fields.hpp"

namespace trunkline::workspace {

struct TenantRow {
  std::string tenant, settings, packed;

  static constexpr std::string_view table = "tenants";
  static constexpr std::size_t key_columns = 1;
  static constexpr auto columns =
      std::make_tuple(column("tenant", &TenantRow::tenant), column("settings", &TenantRow::settings),
                      column("packed", &TenantRow::packed));
};

// The statements of one event of the family tenant: members by name, those of an object as "object.name",
// values as JSON.
leads::Fields stated_settings(const EventView& event);

TenantRow tenant_row(std::string_view tenant, const leads::Fields& stated);

}  // namespace trunkline::workspace
