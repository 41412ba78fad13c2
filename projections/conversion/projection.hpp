// The conversion model: from capture to sale, and what brought it about.
#pragma once
#include "projections/projection.hpp"

namespace trunkline::conversion {

extern const Projection projection;

}  // namespace trunkline::conversion
