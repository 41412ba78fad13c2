// The fold of the workspace model: the newest statement of every member of a tenant's settings wins, and of a
// script the newest publication as a whole.
#include <map>

#include "projections/recount.hpp"
#include "projections/table.hpp"
#include "projections/workspace/projection.hpp"
#include "projections/workspace/rows.hpp"
#include "projections/workspace/tables.sql.hpp"
#include "projections/workspace/views.sql.hpp"

namespace trunkline::workspace {
namespace {

template <class Row>
std::optional<leads::Fields> unpack(const Row& row) {
  Unpacker in(row.packed);
  leads::Fields stated = leads::Fields::unpack(in);
  return in.finished() ? std::optional{std::move(stated)} : std::nullopt;
}

Error damaged(std::string_view table) {
  return must_stop("row", "workspace: a packed column of table " + std::string{table} + " cannot be read");
}

using ScriptKey = std::pair<std::string, std::string>;  // tenant, script

class WorkspaceFold final : public Fold {
 public:
  explicit WorkspaceFold(const FoldSettings& settings)
      : tenants_(settings.rows_cached_max), scripts_(settings.rows_cached_max) {}

  Status read(const EventView& event) override {
    if (event.family() == "tenant") settings_[std::string{event.tenant}].merge(stated_settings(event));
    if (event.family() == "script")
      published_[{std::string{event.tenant}, std::string{event.subject}}].merge(stated_script(event));
    return done();
  }

  Status load(Postgres& session) override {
    for (const auto& [tenant, stated] : settings_) tenants_.want({tenant});
    for (const auto& [key, stated] : published_) scripts_.want({key.first, key.second});
    if (const auto loaded = tenants_.load(session); !loaded) return loaded;
    if (const auto loaded = scripts_.load(session); !loaded) return loaded;
    for (const auto& [tenant, stated] : settings_)
      if (const TenantRow* row = tenants_.find({tenant}); row != nullptr && !unpack(*row))
        return damaged(TenantRow::table);
    for (const auto& [key, stated] : published_)
      if (const ScriptRow* row = scripts_.find({key.first, key.second}); row != nullptr && !unpack(*row))
        return damaged(ScriptRow::table);
    return done();
  }

  void apply() override {
    for (auto& [tenant, stated] : settings_) {
      if (const TenantRow* row = tenants_.find({tenant})) stated.merge(*unpack(*row));
      tenants_.touch({tenant}) = tenant_row(tenant, stated);
    }
    for (auto& [key, stated] : published_) {
      if (const ScriptRow* row = scripts_.find({key.first, key.second})) stated.merge(*unpack(*row));
      scripts_.touch({key.first, key.second}) = script_row(key.first, key.second, stated);
    }
  }

  WriteSet take_writes() override {
    WriteSet writes;
    tenants_.take(writes);
    scripts_.take(writes);
    settings_.clear();
    published_.clear();
    return writes;
  }

  void settled() override {
    tenants_.settled();
    scripts_.settled();
  }

  void drop() override {
    tenants_.drop();
    scripts_.drop();
    settings_.clear();
    published_.clear();
  }

 private:
  Table<TenantRow> tenants_;
  Table<ScriptRow> scripts_;
  std::map<std::string, leads::Fields> settings_;  // what the batch states, by tenant
  std::map<ScriptKey, leads::Fields> published_;
};

std::unique_ptr<Fold> make_fold(const FoldSettings& settings) {
  return std::make_unique<WorkspaceFold>(settings);
}

Result<std::vector<Difference>> recount(Postgres& snapshot) {
  std::vector<Difference> differences;
  const auto compare = [&](const auto& row, auto row_of) {
    const auto stated = unpack(row);
    stated
        ? compare_row(row, row_of(*stated), differences)
        : note(differences, {std::string{row.table}, key_text(row), "packed", "unreadable", "a packed row"});
  };
  Status status = for_each_row<TenantRow>(snapshot, [&](const TenantRow& row) {
    compare(row, [&](const leads::Fields& stated) { return tenant_row(row.tenant, stated); });
  });
  if (status)
    status = for_each_row<ScriptRow>(snapshot, [&](const ScriptRow& row) {
      compare(row, [&](const leads::Fields& stated) { return script_row(row.tenant, row.script, stated); });
    });
  if (!status) return status.error();
  return differences;
}

}  // namespace

const Projection projection = {"workspace",          1,         sql::workspace_tables,
                               sql::workspace_views, make_fold, recount};

}  // namespace trunkline::workspace
