// The read model `analytics`, for the list in projections.cpp.
#pragma once
#include "projections/projection.hpp"

namespace trunkline::analytics {

extern const Projection projection;

}  // namespace trunkline::analytics
