// Any order of the same events ends in the same rows (tests/fold_run.hpp).
#include "projections/analytics/projection.hpp"
#include "tests/fold_run.hpp"

using namespace trunkline;
using namespace trunkline::testing;

TEST_CASE("analytics ends in the same rows in any order, doubled, with failing commits and a small cache") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  check_convergence(analytics::projection,
                    {"calls", "call_ids", "conversations", "facts", "quarter_sums", "words"}, first_seed());
}
