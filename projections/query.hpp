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
//
// The same question asked again within the same second, while no read model of the process has committed
// anything of the partition, is answered from memory (QueryMemory), and asked of Postgres once when many ask
// it at the same moment. Whoever waits for a position is not.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/bounded_cache.hpp"
#include "core/clock.hpp"
#include "core/history/index.hpp"
#include "core/http.hpp"
#include "core/keys.hpp"
#include "core/log/log.hpp"
#include "core/postgres.hpp"
#include "projections/kept_answers.hpp"
#include "projections/others_progress.hpp"
#include "projections/progress.hpp"
#include "projections/projection.hpp"
#include "projections/tenant_settings.hpp"

namespace trunkline {

// What queries remember of one another; nothing that they could not find out again. Any thread.
struct TenantFacts;
struct QueryMemory {
  // By tenant and models; shared: a question goes on with what it began with.
  BoundedCache<std::shared_ptr<const TenantFacts>> tenants{10'000};
  KeptAnswers answers{512};  // of at most 64 KiB
};

// What queries need of the process; outlives the routes. Any thread.
struct QueryContext {
  PostgresPool& pool;
  Log& log;
  const Clock& clock;
  KeyStore& keys;  // opens what is sealed; makes nothing
  const Progress& progress;
  OthersProgress& others;                 // of what other processes fold
  const HistoryIndex* history = nullptr;  // for questions about the past; without it they are refused
  QueryMemory* memory = nullptr;          // without it every question goes to Postgres
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

  // The whole of a question in one round trip, as a rule: `make` says it in SQL, given the tenant's settings,
  // and is asked again when they turn out to be others than was thought. The workspace model takes part.
  // The snapshot that comes with the rows is over. Errors besides open()'s: those of `make`.
  struct Answered;
  using Make = std::function<Result<std::vector<Question>>(const TenantSettings&)>;
  static Result<Answered> ask(const QueryContext& context, const http::Request& request,
                              const std::vector<const Projection*>& models, const Make& make);

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
  Snapshot(TenantId tenant, std::string position);  // one that is over
  std::optional<PostgresPool::Lease> session_;
  std::optional<Transaction> transaction_;  // dies before its session
  TenantId tenant_;
  std::string position_;
  Renamed renamed_;
};

struct Snapshot::Answered {
  Snapshot snapshot;
  std::vector<BinaryRows> rows;  // of each statement
};

// What the tenant stated of itself; the workspace model must take part in the snapshot.
Result<TenantSettings> settings_of(Snapshot& snapshot);

// True when the read model's rows reflect the position, whichever process folds it; false at the deadline.
bool wait_until_folded(const QueryContext& context, std::string_view projection, Position wanted,
                       Deadline deadline);

// Refuses parameters that are in neither list and not tenant, min_position, wait_ms or on_stale.
Status knows_only(const http::Query& query, std::initializer_list<std::string_view> names,
                  std::span<const std::string_view> more = {});

// The handler of a question about rows, which is answered from memory where that is exact.
using Answer = std::function<Result<http::Response>(const QueryContext&, const http::Request&)>;
http::Handler answering(const QueryContext& context, Answer answer);

// An error as its problem+json.
http::Response respond(Result<http::Response> answer);

// Adds GET /v1/status: per read model and partition how far it is behind the journal. Scope read.
void add_status_route(http::Routes& routes, const QueryContext& context);

// The routes of every read model and the status: for `serve`.
void add_query_routes(http::Routes& routes, const QueryContext& context);

}  // namespace trunkline
