#include "projections/query.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "core/logs.hpp"

namespace trunkline {
namespace {

constexpr std::string_view common_parameters[] = {"tenant", "min_position", "wait_ms", "on_stale"};
constexpr std::int64_t wait_ms_max = 30'000;
constexpr std::int64_t wait_ms_default = 2'000;
constexpr auto other_process_poll = std::chrono::milliseconds{25};

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

Result<Offset> checkpoint(Postgres& session, const QueryContext& context, const Projection& projection,
                          Partition partition) {
  const auto rows = session.run(
      "SELECT journal, next_offset FROM projections.checkpoints WHERE projection = $1 AND version = $2 AND "
      "partition = $3",
      Params{}.text(projection.name).integer(projection.version).integer(partition.value()));
  if (!rows) return rows.error();
  if (rows->size() == 0) return Offset{0};
  if (rows->text(0, 0) != context.log.id().value())
    return must_stop("foreign_journal", "the rows were folded from another journal than this one");
  return Offset{static_cast<std::uint64_t>(rows->integer(0, 1))};
}

// Folded in this process: told at the commit. Elsewhere: its checkpoint is looked at now and then.
Status await(const QueryContext& context, Postgres& session, const Projection& projection, Position wanted,
             std::chrono::milliseconds wait) {
  const Deadline deadline = std::chrono::steady_clock::now() + wait;
  if (context.progress.committed(projection.name, wanted.partition)) {
    context.progress.wait_until(projection.name, wanted, deadline);
    return done();
  }
  for (;;) {
    const auto next = checkpoint(session, context, projection, wanted.partition);
    if (!next) return next.error();
    if (*next >= wanted.next || std::chrono::steady_clock::now() + other_process_poll > deadline)
      return done();
    std::this_thread::sleep_for(other_process_poll);
  }
}

}  // namespace

Snapshot::Snapshot(PostgresPool::Lease session, Transaction transaction, TenantId tenant,
                   std::string position)
    : session_(std::move(session)),
      transaction_(std::move(transaction)),
      tenant_(std::move(tenant)),
      position_(std::move(position)) {}

Result<Snapshot> Snapshot::open(const QueryContext& context, const http::Request& request,
                                const Projection& projection) {
  const auto tenant = request.tenant();
  if (!tenant) return tenant.error();
  const Partition partition = partition_of(*tenant, context.log.partitions());
  const auto wanted = freshness_of(context, request, partition);
  if (!wanted) return wanted.error();
  auto session = context.pool.borrow();
  if (!session) return session.error();
  if (wanted->at_least)
    if (const auto waited = await(context, **session, projection, *wanted->at_least, wanted->wait); !waited)
      return waited.error();
  auto transaction = Transaction::begin(**session, Transaction::Kind::snapshot);
  if (!transaction) return transaction.error();
  const auto next = checkpoint(**session, context, projection, partition);
  if (!next) return next.error();
  std::string position = position_text(context.log.id(), {partition, *next});
  if (wanted->at_least && *next < wanted->at_least->next && !wanted->serve_stale)
    return rejected("stale", "the rows reflect " + position +
                                 ", which is before min_position: ask again, wait longer "
                                 "(wait_ms), or take them as they are (on_stale=serve)");
  return Snapshot(std::move(*session), std::move(*transaction), *tenant, std::move(position));
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
