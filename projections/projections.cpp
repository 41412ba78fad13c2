// The list of read models: the only place that names them all.
#include "projections/analytics/projection.hpp"
#include "projections/conversion/projection.hpp"
#include "projections/lead_desk/fold.hpp"
#include "projections/leads/projection.hpp"
#include "projections/projection.hpp"
#include "projections/workspace/projection.hpp"

namespace trunkline {

const std::vector<Projection>& projections() {
  static const std::vector<Projection> all = {workspace::projection, leads::projection, analytics::projection,
                                              conversion::projection, desk::lead_desk};
  return all;
}

}  // namespace trunkline
