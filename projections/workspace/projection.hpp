// The workspace read model: what tenants stated about themselves. Other models' answers read it (settings_of
// in projections/query.hpp).
#pragma once
#include "projections/projection.hpp"

namespace trunkline::workspace {

extern const Projection projection;

}  // namespace trunkline::workspace
