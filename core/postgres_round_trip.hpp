// Inside the Postgres adapter only: several prepared statements sent as one piece, answered as one piece.
#pragma once
#include <libpq-fe.h>

#include <unordered_map>

#include "core/postgres.hpp"

namespace trunkline::pg {

// What a session has prepared: names by text.
using Statements = std::unordered_map<std::string, std::string>;

// All results, or the first error; then nothing is prepared any more and no transaction is open.
Result<std::vector<BinaryRows>> round_trip(PGconn* session, Statements& prepared,
                                           std::span<const Question> questions);

}  // namespace trunkline::pg
