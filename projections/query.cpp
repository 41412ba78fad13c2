#include "projections/query.hpp"

#include <algorithm>

#include "core/logs.hpp"
#include "projections/install.hpp"
#include "projections/query_live.hpp"
#include "projections/workspace/projection.hpp"

namespace trunkline {
namespace {

constexpr std::string_view common_parameters[] = {"tenant", "min_position", "wait_ms", "on_stale"};

}  // namespace

bool wait_until_folded(const QueryContext& context, std::string_view projection, Position wanted,
                       Deadline deadline) {
  const auto& all = projections();
  const auto model =
      std::find_if(all.begin(), all.end(), [&](const Projection& each) { return each.name == projection; });
  if (model == all.end()) return false;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Deadline::clock::now());
  const Models models{&*model};
  if (!await(context, models, wanted, std::max(left, std::chrono::milliseconds{0}))) return false;
  auto session = context.pool.borrow();
  if (!session) return false;
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
  auto asked = begin_asking(context, request, models);
  if (!asked) return asked.error();
  auto transaction = Transaction::begin(*asked->session, Transaction::Kind::snapshot);
  if (!transaction) return transaction.error();
  auto live = live_rows(*asked->session, context, models, asked->partition);
  if (!live) return live.error();
  auto position = position_of(context, asked->wanted, {asked->partition, live->next});
  if (!position) return position.error();
  return Snapshot(std::move(asked->session), std::move(*transaction), asked->tenant, std::move(*position),
                  std::move(live->renamed));
}

Snapshot::Snapshot(TenantId tenant, std::string position)
    : tenant_(std::move(tenant)), position_(std::move(position)) {}

Result<BinaryRows> Snapshot::fetch(std::string_view sql, const Params& params) {
  if (renamed_.empty()) return transaction_->fetch(sql, params);
  return transaction_->fetch(renamed(std::string{sql}, renamed_), params);
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
