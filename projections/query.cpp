#include "projections/query.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "core/logs.hpp"
#include "projections/install.hpp"
#include "projections/versions.hpp"
#include "projections/workspace/projection.hpp"

namespace trunkline {
namespace {

constexpr std::string_view common_parameters[] = {"tenant", "min_position", "wait_ms", "on_stale"};
constexpr std::int64_t wait_ms_max = 30'000;
constexpr std::int64_t wait_ms_default = 2'000;
constexpr auto other_process_poll = std::chrono::milliseconds{25};

using Models = std::vector<const Projection*>;

struct Freshness {
  std::optional<Position> at_least;
  std::chrono::milliseconds wait{};
  bool serve_stale = false;
};

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

// The live rows of these models, and how far all of them have folded the partition.
struct LiveRows {
  Offset next;
  Snapshot::Renamed renamed;
};
Result<LiveRows> live_rows(Postgres& session, const QueryContext& context, const Models& models,
                           Partition partition) {
  std::vector<std::string> names;
  std::vector<std::int64_t> versions;
  for (const Projection* model : models) {
    names.emplace_back(model->name);
    versions.push_back(model->version);
  }
  const auto rows = session.run(
      "SELECT c.journal, coalesce(c.next_offset, 0), live.version, live.code"
      " FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS m(name, version, n)"
      " CROSS JOIN LATERAL (SELECT coalesce(max(v.version), m.version) AS version, coalesce(max(v.code), "
      "m.version) AS code FROM projections.versions v WHERE v.projection = m.name AND v.state = 'live') live"
      " LEFT JOIN projections.checkpoints c ON c.projection = m.name AND c.version = live.version"
      " AND c.partition = $3::integer ORDER BY n",
      Params{}.texts(names).integers(versions).integer(partition.value()));
  if (!rows) return rows.error();
  LiveRows live;
  std::optional<std::int64_t> least;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const Projection& model = *models[i];
    if (rows->integer(i, 3) != model.version)
      return rebuild_needed(model, static_cast<int>(rows->integer(i, 3)));
    if (!rows->is_null(i, 0) && rows->text(i, 0) != context.log.id().value())
      return must_stop("foreign_journal", "the rows were folded from another journal than this one");
    least = std::min(least.value_or(INT64_MAX), rows->integer(i, 1));
    const int version = static_cast<int>(rows->integer(i, 2));
    if (version != model.version)
      live.renamed.emplace_back(rows_schema(model) + ".", rows_schema(at_version(model, version)) + ".");
  }
  live.next = Offset{static_cast<std::uint64_t>(least.value_or(0))};
  return live;
}

// Folded in this process: told at the commit. Elsewhere: its checkpoint is looked at now and then.
Status await(const QueryContext& context, Postgres& session, const Models& models, Position wanted,
             std::chrono::milliseconds wait) {
  const Deadline deadline = std::chrono::steady_clock::now() + wait;
  bool elsewhere = false;
  for (const Projection* model : models) {
    while (context.progress.committed(model->name, wanted.partition)) {
      const bool there = context.progress.wait_until(model->name, wanted, deadline);
      if (there || std::chrono::steady_clock::now() >= deadline || context.progress.why_stopped(model->name))
        break;
    }
    elsewhere |= !context.progress.committed(model->name, wanted.partition);
  }
  while (elsewhere) {
    const auto live = live_rows(session, context, models, wanted.partition);
    if (!live) return live.error();
    if (live->next >= wanted.next || std::chrono::steady_clock::now() + other_process_poll > deadline)
      return done();
    std::this_thread::sleep_for(other_process_poll);
  }
  return done();
}

}  // namespace

bool wait_until_folded(const QueryContext& context, std::string_view projection, Position wanted,
                       Deadline deadline) {
  const auto& all = projections();
  const auto model =
      std::find_if(all.begin(), all.end(), [&](const Projection& each) { return each.name == projection; });
  auto session = context.pool.borrow();
  if (model == all.end() || !session) return false;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Deadline::clock::now());
  const Models models{&*model};
  if (!await(context, **session, models, wanted, std::max(left, std::chrono::milliseconds{0}))) return false;
  const auto live = live_rows(**session, context, models, wanted.partition);
  return live && live->next >= wanted.next;
}

Snapshot::Snapshot(PostgresPool::Lease session, Transaction transaction, TenantId tenant,
                   std::string position, Renamed renamed)
    : session_(std::move(session)),
      transaction_(std::move(transaction)),
      tenant_(std::move(tenant)),
      position_(std::move(position)),
      renamed_(std::move(renamed)) {}

Result<Snapshot> Snapshot::open(const QueryContext& context, const http::Request& request,
                                const std::vector<const Projection*>& models) {
  const auto tenant = request.tenant();
  if (!tenant) return tenant.error();
  const Partition partition = partition_of(*tenant, context.log.partitions());
  const auto wanted = freshness_of(context, request, partition);
  if (!wanted) return wanted.error();
  auto session = context.pool.borrow();
  if (!session) return session.error();
  if (wanted->at_least)
    if (const auto waited = await(context, **session, models, *wanted->at_least, wanted->wait); !waited)
      return waited.error();
  auto transaction = Transaction::begin(**session, Transaction::Kind::snapshot);
  if (!transaction) return transaction.error();
  auto live = live_rows(**session, context, models, partition);
  if (!live) return live.error();
  std::string position = position_text(context.log.id(), {partition, live->next});
  if (wanted->at_least && live->next < wanted->at_least->next && !wanted->serve_stale)
    return rejected("stale", "the rows reflect " + position +
                                 ", which is before min_position: ask again, wait longer "
                                 "(wait_ms), or take them as they are (on_stale=serve)");
  return Snapshot(std::move(*session), std::move(*transaction), *tenant, std::move(position),
                  std::move(live->renamed));
}

Result<BinaryRows> Snapshot::fetch(std::string_view sql, const Params& params) {
  if (renamed_.empty()) return transaction_.fetch(sql, params);
  std::string text{sql};
  for (const auto& [listed, live] : renamed_)
    for (auto at = text.find(listed); at != std::string::npos; at = text.find(listed, at + live.size()))
      text.replace(at, listed.size(), live);
  return transaction_.fetch(text, params);
}

http::Response Snapshot::answer(const std::function<void(json::Writer&)>& write) const {
  std::string body;
  json::Writer writer(body);
  writer.open('{').key("position").string(position_);
  write(writer);
  writer.close('}');
  http::Response response = http::json(std::move(body));
  response.position(position_);
  return response;
}

Result<TenantSettings> settings_of(Snapshot& snapshot) {
  const auto rows = snapshot.fetch(
      "SELECT settings FROM " + rows_schema(workspace::projection) + ".tenants WHERE tenant = $1",
      Params{}.text(snapshot.tenant().value()));
  if (!rows) return rows.error();
  return read_settings(rows->size() == 0 ? std::string_view{} : rows->value(0, 0).value_or(""));
}

Status knows_only(const http::Query& query, std::initializer_list<std::string_view> names,
                  std::span<const std::string_view> more) {
  std::vector<std::string_view> known(names);
  known.insert(known.end(), more.begin(), more.end());
  known.insert(known.end(), std::begin(common_parameters), std::end(common_parameters));
  for (const auto& [name, value] : query.all()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string list;
    for (const std::string_view each : known) list.append(list.empty() ? "" : ", ").append(each);
    return rejected("query", "unknown query parameter; this address knows: " + list);
  }
  return done();
}

http::Response respond(Result<http::Response> answer) {
  if (answer) return std::move(*answer);
  if (answer.error().fault != Fault::reject)
    logs::warn("query_failed", {{"code", answer.error().code}, {"reason", answer.error().message}});
  return http::problem(answer.error());
}

}  // namespace trunkline
