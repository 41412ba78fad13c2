// The lead desk's fold: events → facts of their contact → rows and sums.
#pragma once
#include "projections/lead_desk/contributions.hpp"
#include "projections/lead_desk/thread.hpp"
#include "projections/projection.hpp"
#include "projections/table.hpp"

namespace trunkline::desk {

extern const Projection lead_desk;

std::unique_ptr<Fold> make_fold(const FoldSettings& settings);

// Every number of the desk against its facts (recount.cpp).
Result<std::vector<Difference>> recount(Postgres& snapshot);

// The visible columns of a lead from its facts: those in its own row, and what the leaves of its thread add
// up to.
void set_columns(LeadRow& row, const Facts& own, const Leaves& leaves);

}  // namespace trunkline::desk
