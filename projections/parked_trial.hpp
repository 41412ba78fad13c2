// What a retry of a parked event would do now.
#pragma once
#include <optional>

#include "projections/checkpoint.hpp"

namespace trunkline {

// Folds the one event onto the rows as they are and sends the writes in a transaction that is rolled back.
// Nullopt: it would be taken; else why not. Errors: the session's and the log's.
Result<std::optional<Error>> try_parked(Postgres& session, Log& log, const Projection& projection,
                                        Position at, const FoldSettings& settings);

}  // namespace trunkline
