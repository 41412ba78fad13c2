// A read model's schemas: the versioned one that holds its rows, and the stable one whose views point at it.
#pragma once
#include <string>

#include "core/postgres.hpp"
#include "projections/projection.hpp"

namespace trunkline {

std::string rows_schema(const Projection& projection);  // "lead_desk_v1"

// Makes the tables if the rows' schema is not there yet, and points the views at them. One transaction;
// several processes may do it at once.
Status install(Postgres& session, const Projection& projection);

// Points the stable views at these rows: within the session's open transaction. A view whose columns are
// others than before is made anew, with the rights that were granted on it; what somebody built upon it keeps
// it from going, and the error says so.
Status point_views(Postgres& session, const Projection& projection, const std::string& schema);

// The same tables in a schema of another name, without views: for folding beside the live rows.
Status install_tables(Postgres& session, const Projection& projection, const std::string& schema);

// From now on unqualified names in this session mean this schema's tables.
Status use_schema(Postgres& session, const std::string& schema);

// From now on this session finds rows by their keys, whatever the planner believes about a table's size:
// statistics lag behind a table that grows, and a batch of keys that is joined by reading the whole table
// costs more with every day. For folding; questions leave the planner its choice.
Status look_up_by_key(Postgres& session);

// A session for folding: the model's tables, by key.
// An index of the tables' script which a build leaves out (building.hpp), made now if it is missing. The
// session is a fold's, outside of a transaction; others that ask at the same time wait.
Status make_left_out_index(Postgres& session, const Projection& projection, std::string_view index);

Result<Postgres> fold_session(const std::string& address, const Projection& projection);

}  // namespace trunkline
