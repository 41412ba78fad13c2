// The quarter-hours counted anew from the facts.
#include "projections/recount.hpp"

#include "projections/analytics/fold.hpp"

namespace trunkline::analytics {

Result<std::vector<Difference>> recount(Postgres& snapshot) {
  Sums<Quarter> counted;
  std::vector<Difference> differences;
  Status status = for_each_row<FactRow>(snapshot, [&](const FactRow& row) {
    const auto fact = leads::unpack_fact(row.packed);
    fact ? counted.add(analytics::contribution(*fact))
         : note(differences,
                {std::string{FactRow::table}, key_text(row), "packed", "unreadable", "a packed row"});
  });
  if (status) status = compare_sums(snapshot, counted, differences);
  if (!status) return status.error();
  return differences;
}

}  // namespace trunkline::analytics
