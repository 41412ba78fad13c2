// The fold of the workspace model: the newest statement of every member wins.
#include <map>

#include "projections/recount.hpp"
#include "projections/table.hpp"
#include "projections/workspace/projection.hpp"
#include "projections/workspace/rows.hpp"
#include "projections/workspace/tables.sql.hpp"
#include "projections/workspace/views.sql.hpp"

namespace trunkline::workspace {
namespace {

std::optional<leads::Fields> unpack(const TenantRow& row) {
  Unpacker in(row.packed);
  leads::Fields stated = leads::Fields::unpack(in);
  return in.finished() ? std::optional{std::move(stated)} : std::nullopt;
}

class WorkspaceFold final : public Fold {
 public:
  explicit WorkspaceFold(const FoldSettings& settings) : tenants_(settings.rows_cached_max) {}

  Status read(const EventView& event) override {
    if (event.family() == "tenant") batch_[std::string{event.tenant}].merge(stated_settings(event));
    return done();
  }

  Status load(Postgres& session) override {
    for (const auto& [tenant, stated] : batch_) tenants_.want({tenant});
    if (const auto loaded = tenants_.load(session); !loaded) return loaded;
    for (const auto& [tenant, stated] : batch_) {
      const TenantRow* row = tenants_.find({tenant});
      if (row != nullptr && !unpack(*row))
        return must_stop("row", "workspace: a packed column of table tenants cannot be read");
    }
    return done();
  }

  void apply() override {
    for (auto& [tenant, stated] : batch_) {
      const TenantRow* row = tenants_.find({tenant});
      if (row != nullptr) stated.merge(*unpack(*row));
      tenants_.touch({tenant}) = tenant_row(tenant, stated);
    }
  }

  WriteSet take_writes() override {
    WriteSet writes;
    tenants_.take(writes);
    batch_.clear();
    return writes;
  }

  void settled() override { tenants_.settled(); }

  void drop() override {
    tenants_.drop();
    batch_.clear();
  }

 private:
  Table<TenantRow> tenants_;
  std::map<std::string, leads::Fields> batch_;  // by tenant
};

std::unique_ptr<Fold> make_fold(const FoldSettings& settings) {
  return std::make_unique<WorkspaceFold>(settings);
}

Result<std::vector<Difference>> recount(Postgres& snapshot) {
  std::vector<Difference> differences;
  const auto counted = for_each_row<TenantRow>(snapshot, [&](const TenantRow& row) {
    const auto stated = unpack(row);
    stated ? compare_row(row, tenant_row(row.tenant, *stated), differences)
           : note(differences,
                  {std::string{TenantRow::table}, row.tenant, "packed", "unreadable", "a packed row"});
  });
  if (!counted) return counted.error();
  return differences;
}

}  // namespace

const Projection projection = {"workspace",          1,         sql::workspace_tables,
                               sql::workspace_views, make_fold, recount};

}  // namespace trunkline::workspace
