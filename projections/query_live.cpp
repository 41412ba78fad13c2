#include "projections/query_live.hpp"

#include <algorithm>

#include "core/pg_binary.hpp"
#include "projections/install.hpp"
#include "projections/versions.hpp"
#include "projections/workspace/projection.hpp"

namespace trunkline {
namespace {

constexpr std::int64_t wait_ms_max = 30'000;
constexpr std::int64_t wait_ms_default = 2'000;

}  // namespace

Result<Freshness> freshness_of(const QueryContext& context, const http::Request& request,
                               Partition partition) {
  Freshness wanted;
  const auto text = request.query.text("min_position", 64);
  if (!text) return text.error();
  const auto wait = request.query.integer("wait_ms", 0, wait_ms_max, wait_ms_default);
  if (!wait) return wait.error();
  const auto stale = request.query.one_of("on_stale", {"fail", "serve"});
  if (!stale) return stale.error();
  wanted.wait = std::chrono::milliseconds{*wait};
  wanted.serve_stale = *stale == "serve";
  if (!text->has_value()) return wanted;
  const auto position = parse_position(**text, context.log.id(), context.log.partitions());
  if (!position) return position.error();
  if (position->partition != partition)
    return rejected("position", "min_position lies in a partition that does not hold this tenant's events");
  wanted.at_least = *position;
  return wanted;
}

const std::string& live_sql(With with) {
  static const std::string head =
      "SELECT c.journal, coalesce(c.next_offset, 0)::bigint, live.version::bigint, live.code::bigint";
  static const std::string tail =
      " FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS m(name, version, n)"
      " CROSS JOIN LATERAL (SELECT coalesce(max(v.version), m.version) AS version, coalesce(max(v.code), "
      "m.version) AS code FROM projections.versions v WHERE v.projection = m.name AND v.state = 'live') live"
      " LEFT JOIN projections.checkpoints c ON c.projection = m.name AND c.version = live.version"
      " AND c.partition = $3::integer ORDER BY n";
  static const std::string alone = head + tail;
  static const std::string with_settings = head + ", (SELECT t.settings FROM " +
                                           rows_schema(workspace::projection) +
                                           ".tenants t WHERE t.tenant = $4::text)" + tail;
  return with == With::nothing ? alone : with_settings;
}

Params live_params(const Models& models, Partition partition) {
  std::vector<std::string> names;
  std::vector<std::int64_t> versions;
  for (const Projection* model : models) {
    names.emplace_back(model->name);
    versions.push_back(model->version);
  }
  Params params;
  params.texts(names).integers(versions).integer(partition.value());
  return params;
}

Result<LiveRows> read_live(const BinaryRows& rows, const QueryContext& context, const Models& models) {
  LiveRows live;
  std::optional<std::int64_t> least;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Projection& model = *models[i];
    const auto integer = [&](std::size_t column) { return pg::read_integer(*rows.value(i, column)); };
    if (integer(3) != model.version) return rebuild_needed(model, static_cast<int>(integer(3)));
    if (const auto journal = rows.value(i, 0); journal && *journal != context.log.id().value())
      return must_stop("foreign_journal", "the rows were folded from another journal than this one");
    least = std::min(least.value_or(INT64_MAX), integer(1));
    const int version = static_cast<int>(integer(2));
    if (version != model.version)
      live.renamed.emplace_back(rows_schema(model) + ".", rows_schema(at_version(model, version)) + ".");
  }
  live.next = Offset{static_cast<std::uint64_t>(least.value_or(0))};
  return live;
}

Result<LiveRows> live_rows(Postgres& session, const QueryContext& context, const Models& models,
                           Partition partition) {
  const auto rows = session.fetch(live_sql(With::nothing), live_params(models, partition));
  if (!rows) return rows.error();
  return read_live(*rows, context, models);
}

// Folded in this process: told at the commit. By another: looked up. No session is held meanwhile, or those
// who wait would keep out those who need not.
Status await(const QueryContext& context, const Models& models, Position wanted,
             std::chrono::milliseconds wait) {
  const Deadline deadline = std::chrono::steady_clock::now() + wait;
  for (const Projection* model : models) {
    bool there = false;
    while (!there && context.progress.committed(model->name, wanted.partition)) {
      there = context.progress.wait_until(model->name, wanted, deadline);
      if (std::chrono::steady_clock::now() >= deadline || context.progress.why_stopped(model->name)) break;
    }
    if (there || context.progress.committed(model->name, wanted.partition)) continue;
    const auto looked = context.others.wait_until(model->name, wanted, deadline);
    if (!looked) return looked.error();
  }
  return done();
}

Result<Asked> begin_asking(const QueryContext& context, const http::Request& request, const Models& models) {
  const auto tenant = request.tenant();
  if (!tenant) return tenant.error();
  const Partition partition = partition_of(*tenant, context.log.partitions());
  const auto wanted = freshness_of(context, request, partition);
  if (!wanted) return wanted.error();
  if (wanted->at_least)
    if (const auto waited = await(context, models, *wanted->at_least, wanted->wait); !waited)
      return waited.error();
  auto session = context.pool.borrow();
  if (!session) return session.error();
  return Asked{*tenant, partition, *wanted, std::move(*session)};
}

std::string renamed(std::string sql, const Snapshot::Renamed& names) {
  for (const auto& [listed, live] : names)
    for (auto at = sql.find(listed); at != std::string::npos; at = sql.find(listed, at + live.size()))
      sql.replace(at, listed.size(), live);
  return sql;
}

Result<std::string> position_of(const QueryContext& context, const Freshness& wanted, Position reflected) {
  std::string position = position_text(context.log.id(), reflected);
  if (wanted.at_least && reflected.next < wanted.at_least->next && !wanted.serve_stale)
    return rejected("stale", "the rows reflect " + position +
                                 ", which is before min_position: ask again, wait longer "
                                 "(wait_ms), or take them as they are (on_stale=serve)");
  return position;
}

}  // namespace trunkline
