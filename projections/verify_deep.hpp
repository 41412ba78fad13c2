// The second half of `verify --deep`: the journal folded anew into scratch tables, and every column compared.
#pragma once
#include <set>

#include "projections/checkpoint.hpp"
#include "projections/verify.hpp"

namespace trunkline {

// Everything that differs between the model's rows and a fresh fold of the journal up to the same offsets.
// Makes a schema of its own and drops it again.
Result<std::vector<Difference>> differences_in_rows(Log& log, const std::string& postgres_address,
                                                    const Projection& model, const VerifyOptions& options);

}  // namespace trunkline
