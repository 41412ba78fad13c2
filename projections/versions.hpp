// Which versions of a read model's rows there are (design §5): each in a schema of its own, leads_v3, the
// stable views on the live one. The number counts what was built; beside it stands which fold code made it,
// because rows may only ever be folded on by the code that made them.
//
//   building ── filled ──▶ built ── switch ──▶ live ◀── switch ──▶ former ── drop ──▶ dropping ──▶ (gone)
//
// Versions of this process's code are all kept up with the journal, live or not, until they are dropped; the
// others stay at the position that they have.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/postgres.hpp"
#include "projections/projection.hpp"

namespace trunkline {

enum class VersionState { building, built, live, former, dropping };
std::string_view state_name(VersionState state);

struct Version {
  int number = 1;
  int code = 1;  // Projection::version of the fold that made the rows
  VersionState state = VersionState::live;
  std::string views_sql;  // as the code had it: what `back` needs of a code that is gone
};

// By number. Empty when the model was never installed here. The bookkeeping must be (checkpoint.hpp).
Result<std::vector<Version>> read_versions(Postgres& session, const Projection& projection);

// The projection as its rows of that number are meant: their schema, their checkpoints, their leases.
Projection at_version(const Projection& projection, int number);

// Installs the model if it is not there yet; points the views at the live version if this code made it.
// The live version: its `code` is not the projection's when the rows were made by other code, and then
// nothing was touched.
Result<Version> install_live(Postgres& session, const Projection& projection);

// The projection at its live version. Errors: reject "not_installed"; retry "rebuild_needed" when the live
// rows were made by other code than this process has.
Result<Projection> live_version(Postgres& session, const Projection& projection);
// The same whatever code made the live rows, for who looks without folding; as listed when nothing is
// installed.
Result<Projection> version_served(Postgres& session, const Projection& projection);
Error rebuild_needed(const Projection& projection, int code);

}  // namespace trunkline
