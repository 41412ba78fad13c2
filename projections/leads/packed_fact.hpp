// A fact as folds keep it between batches: its identity and its packed state. The readable columns of its row
// follow from these when the row is written.
#pragma once
#include <optional>
#include <string>

#include "projections/columns.hpp"
#include "projections/leads/fact.hpp"

namespace trunkline::leads {

struct PackedFact {
  std::string tenant, family, subject;
  std::string packed;

  static constexpr std::string_view table = "facts";
  static constexpr std::size_t key_columns = 3;
  static constexpr auto columns =
      std::make_tuple(column("tenant", &PackedFact::tenant), column("family", &PackedFact::family),
                      column("subject", &PackedFact::subject), column("packed", &PackedFact::packed));
};

inline std::optional<Fact> unpack_fact(const PackedFact& row) {
  return unpack_fact(row.tenant, row.family, row.subject, row.packed);
}

}  // namespace trunkline::leads
