// What every query has in common: whose data, how fresh, from one snapshot, saying which position it
// reflects.
//
//   min_position=…            rows must reflect at least this position (as a door or an answer gave it)
//   wait_ms=0…30000           how long to wait for that (2000)
//   on_stale=fail | serve     then: 409 "stale" (the default), or the rows as they are
//
// Rows and the model's checkpoint are read in one repeatable-read transaction, so the position in the answer
// (header Trunkline-Position and member "position") is exactly that of its rows; where several models take
// part it is the least of theirs.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/history/index.hpp"
#include "core/http.hpp"
#include "core/keys.hpp"
#include "core/log/log.hpp"
#include "core/postgres.hpp"
#include "projections/progress.hpp"
#include "projections/projection.hpp"
#include "projections/tenant_settings.hpp"

namespace trunkline {

// What queries need of the process; outlives the routes. Any thread.
struct QueryContext {
  PostgresPool& pool;
  Log& log;
  const Clock& clock;
  KeyStore& keys;  // opens what is sealed; makes nothing
  const Progress& progress;
  const HistoryIndex* history = nullptr;  // for questions about the past; without it they are refused
};

class Snapshot {
 public:
  // Waits if asked to. Errors: reject "query" naming a parameter, "position" or "foreign_position", "stale";
  // the pool's.
  static Result<Snapshot> open(const QueryContext& context, const http::Request& request,
                               const Projection& projection) {
    return open(context, request, std::vector{&projection});
  }
  static Result<Snapshot> open(const QueryContext& context, const http::Request& request,
                               const std::vector<const Projection*>& models);

  // The rows of one lead as of a past moment (?as_of=, a time of recording or a position), folded from its
  // own events into tables of this session that go with it. Errors besides: those of events_of_lead.
  static Result<Snapshot> of_past(const QueryContext& context, const http::Request& request,
                                  const Projection& projection, const Token& about);

  const TenantId& tenant() const { return tenant_; }
  const std::string& position() const { return position_; }
  // Queries name their tables by rows_schema() of the listed models; here that means the live version's,
  // whatever its number (versions.hpp).
  Result<BinaryRows> fetch(std::string_view sql, const Params& params);
  using Renamed = std::vector<std::pair<std::string, std::string>>;  // "leads_v1." → "leads_v3."

  // A JSON object that begins with the position; `write` adds the other members.
  http::Response answer(const std::function<void(json::Writer&)>& write) const;

 private:
  Snapshot(PostgresPool::Lease session, Transaction transaction, TenantId tenant, std::string position,
           Renamed renamed);
  PostgresPool::Lease session_;
  Transaction transaction_;  // dies before its session
  TenantId tenant_;
  std::string position_;
  Renamed renamed_;
};

// What the tenant stated of itself; the workspace model must take part in the snapshot.
Result<TenantSettings> settings_of(Snapshot& snapshot);

// True when the read model's rows reflect the position, whichever process folds it; false at the deadline.
bool wait_until_folded(const QueryContext& context, std::string_view projection, Position wanted,
                       Deadline deadline);

// Refuses parameters that are in neither list and not tenant, min_position, wait_ms or on_stale.
Status knows_only(const http::Query& query, std::initializer_list<std::string_view> names,
                  std::span<const std::string_view> more = {});

// An error as its problem+json.
http::Response respond(Result<http::Response> answer);

// Adds GET /v1/status: per read model and partition how far it is behind the journal. Scope read.
void add_status_route(http::Routes& routes, const QueryContext& context);

// The routes of every read model and the status: for `serve`.
void add_query_routes(http::Routes& routes, const QueryContext& context);

}  // namespace trunkline
