// Two schemas with the tables of one model, row for row and column for column.
#pragma once
#include <string>
#include <vector>

#include "core/postgres.hpp"
#include "projections/recount.hpp"

namespace trunkline {

// What differs, at most some fifty of each table; the session decides by its snapshot what is compared.
// Tables and columns that only one has are differences too.
Result<std::vector<Difference>> compare_rows(Postgres& session, const std::string& stored,
                                             const std::string& counted);

}  // namespace trunkline
