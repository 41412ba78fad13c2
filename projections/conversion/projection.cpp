#include "projections/conversion/projection.hpp"

#include "projections/conversion/fold.hpp"
#include "projections/conversion/tables.sql.hpp"
#include "projections/conversion/views.sql.hpp"
#include "projections/recount.hpp"

namespace trunkline::conversion {
namespace {

std::unique_ptr<Fold> make_fold(const FoldSettings& settings) {
  return std::make_unique<ConversionFold>(settings);
}

}  // namespace

const Projection projection = {"conversion",          1,         sql::conversion_tables,
                               sql::conversion_views, make_fold, recount};

}  // namespace trunkline::conversion
