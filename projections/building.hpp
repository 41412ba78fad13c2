// The steps of a build that are Postgres' business: only rebuild.cpp includes this.
#pragma once
#include <cstdint>

#include "projections/versions.hpp"

namespace trunkline {

struct BegunVersion {
  int building = 0;
  int live = 0;
};

// Nobody else builds this model until the session ends. Errors: retry "rebuild_running".
Status begin_alone(Postgres& session, const Projection& projection);

// The version that is being built by this code, as far as it has come; or a new one with empty tables,
// without the indexes that only queries need (COMMENT ON INDEX … IS 'queries only'). Errors: reject
// "not_installed".
Result<BegunVersion> begin_version(Postgres& session, const Projection& projection);

// These indexes, where they are missing, and the statistics for the planner.
Status make_query_indexes(Postgres& session, const Projection& built);

Status mark_built(Postgres& session, const Projection& built);
Result<std::uint64_t> rows_about(Postgres& session, const Projection& built);  // as Postgres estimates

}  // namespace trunkline
