// The read model `leads`, for the list in projections.cpp.
#pragma once
#include "projections/projection.hpp"

namespace trunkline::leads {

extern const Projection projection;

}  // namespace trunkline::leads
