// Inside the Postgres adapter only: libpq's results as ours, and its errors sorted by what the caller may do.
#pragma once
#include <libpq-fe.h>

#include "core/postgres.hpp"

namespace trunkline::pg {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Outcome = std::unique_ptr<PGresult, ClearResult>;

Rows rows_of(Outcome result);
BinaryRows binary_rows_of(Outcome result);

// The server's refusal. Values of parameters stay out: for refused data only the names of table, column and
// constraint are told, because the server's own sentence quotes the value.
Error error_of(const PGresult* result);

}  // namespace trunkline::pg
