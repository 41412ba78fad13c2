// GET /v1/status: how far every read model is behind the journal, by partition; for people and for alarms.
#include "projections/query.hpp"
#include "projections/versions.hpp"

namespace trunkline {
namespace {

struct Partial {
  std::uint64_t next = 0;
  std::int64_t parked = 0;
  std::optional<std::string> moved_at;
};

Result<std::vector<Partial>> partials(Postgres& session, const Projection& projection,
                                      std::uint32_t partitions) {
  const auto rows = session.run(
      "SELECT p, coalesce(c.next_offset, 0), (SELECT count(*) FROM projections.parked k WHERE k.projection = "
      "$1"
      " AND k.version = $2 AND k.partition = p AND k.dropped_at IS NULL),"
      " to_char(c.moved_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
      " FROM generate_series(0, $3::integer - 1) AS p"
      " LEFT JOIN projections.checkpoints c ON c.projection = $1 AND c.version = $2 AND c.partition = p "
      "ORDER BY p",
      Params{}.text(projection.name).integer(projection.version).integer(partitions));
  if (!rows) return rows.error();
  std::vector<Partial> all(rows->size());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    all[i].next = static_cast<std::uint64_t>(rows->integer(i, 1));
    all[i].parked = rows->integer(i, 2);
    if (!rows->is_null(i, 3)) all[i].moved_at = rows->text(i, 3);
  }
  return all;
}

// How long ago the first record that is not folded yet was appended.
Result<double> lag_seconds(const QueryContext& context, Position next) {
  const auto records = context.log.read(next, 1);
  if (!records) return records.error();
  if (records->empty()) return 0.0;
  json::Parser parser;
  const auto event = view_event(parser, (*records)[0].document);
  if (!event) return event.error();
  const auto behind = context.clock.now() - event->recorded;
  return std::max(0.0, std::chrono::duration<double>(behind).count());
}

// The live version and the code that made it; the others by number.
Result<Projection> write_versions(json::Writer& out, Postgres& session, const Projection& projection) {
  const auto versions = read_versions(session, projection);
  if (!versions) return versions.error();
  Version live{projection.version, projection.version, VersionState::live, {}};
  for (const Version& version : *versions)
    if (version.state == VersionState::live) live = version;
  out.key("version").number(live.number).key("rows_code").number(live.code);
  out.key("code").number(projection.version).key("rebuild_needed").boolean(live.code != projection.version);
  out.key("others").open('[');
  for (const Version& version : *versions)
    if (version.number != live.number)
      out.open('{')
          .key("version")
          .number(version.number)
          .key("state")
          .string(state_name(version.state))
          .close('}');
  out.close(']');
  return at_version(projection, live.number);
}

Status write_projection(json::Writer& out, const QueryContext& context, Postgres& session,
                        const Projection& projection, const std::vector<Position>& ends) {
  out.open('{').key("name").string(projection.name);
  const auto live = write_versions(out, session, projection);
  if (!live) return live.error();
  const auto all = partials(session, *live, context.log.partitions());
  if (!all) return all.error();
  const auto stopped = context.progress.why_stopped(projection.name);
  out.key("stopped");
  stopped ? out.string(stopped->code + ": " + stopped->message) : out.null();
  out.key("partitions").open('[');
  for (std::size_t i = 0; i < all->size(); ++i) {
    const Partial& part = (*all)[i];
    const std::uint64_t end = ends[i].next.value();
    const std::uint64_t behind = end > part.next ? end - part.next : 0;
    const Position next{Partition{static_cast<std::uint32_t>(i)}, Offset{part.next}};
    const auto seconds = behind == 0 ? Result<double>{0.0} : lag_seconds(context, next);
    if (!seconds) return seconds.error();
    out.open('{').key("partition").number(i).key("position").string(position_text(context.log.id(), next));
    out.key("journal_end").string(position_text(context.log.id(), ends[i]));
    out.key("lag_events")
        .number(behind)
        .key("lag_seconds")
        .number(*seconds)
        .key("parked")
        .number(part.parked);
    out.key("moved_at");
    part.moved_at ? out.string(*part.moved_at) : out.null();
    out.close('}');
  }
  out.close(']').close('}');
  return done();
}

Result<http::Response> status(const QueryContext& context, const http::Request& request) {
  if (const auto known = request.query.only({}); !known) return known.error();
  auto session = context.pool.borrow();
  if (!session) return session.error();
  const std::vector<Position> ends = context.log.ends();
  std::string body;
  json::Writer out(body);
  out.open('{').key("journal").string(context.log.id().value()).key("projections").open('[');
  for (const Projection& projection : projections())
    if (const auto written = write_projection(out, context, **session, projection, ends); !written)
      return written.error();
  out.close(']').close('}');
  return http::json(std::move(body));
}

}  // namespace

void add_status_route(http::Routes& routes, const QueryContext& context) {
  routes.get("/v1/status", http::Scope::read,
             [&context](http::Request& request) { return respond(status(context, request)); });
}

}  // namespace trunkline
