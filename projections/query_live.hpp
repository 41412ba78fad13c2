// How fresh a question wants its rows, and which rows are live: what Snapshot (query.hpp) is made of.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "projections/query.hpp"

namespace trunkline {

using Models = std::vector<const Projection*>;

struct Freshness {
  std::optional<Position> at_least;
  std::chrono::milliseconds wait{};
  bool serve_stale = false;
};
// Errors: reject "query", "position".
Result<Freshness> freshness_of(const QueryContext& context, const http::Request& request,
                               Partition partition);

// Until these models have folded up to there, or the wait is over.
Status await(const QueryContext& context, const Models& models, Position wanted,
             std::chrono::milliseconds wait);

// What every question begins with: whose it is, and a session once the rows are as fresh as it wants them.
struct Asked {
  TenantId tenant;
  Partition partition;
  Freshness wanted;
  PostgresPool::Lease session;
};
Result<Asked> begin_asking(const QueryContext& context, const http::Request& request, const Models& models);

// How the position that the rows reflect is told; reject "stale" when it is not what was wanted.
Result<std::string> position_of(const QueryContext& context, const Freshness& wanted, Position reflected);

// The live rows of these models, and how far all of them have folded the partition.
struct LiveRows {
  Offset next;
  Snapshot::Renamed renamed;
};
// $1 to $3 are live_params(); with settings $4 is the tenant whose they are, in the last column.
enum class With { nothing, settings };
const std::string& live_sql(With with);
Params live_params(const Models& models, Partition partition);
// Errors: stop "rebuild_needed", "foreign_journal".
Result<LiveRows> read_live(const BinaryRows& rows, const QueryContext& context, const Models& models);
Result<LiveRows> live_rows(Postgres& session, const QueryContext& context, const Models& models,
                           Partition partition);

// SQL over the listed rows' schemas as SQL over the live ones.
std::string renamed(std::string sql, const Snapshot::Renamed& names);

}  // namespace trunkline
