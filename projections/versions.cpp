#include "projections/versions.hpp"

#include <algorithm>

#include "projections/install.hpp"

namespace trunkline {
namespace {

constexpr std::string_view state_names[] = {"building", "built", "live", "former", "dropping"};

Result<VersionState> state_of(std::string_view name) {
  const auto found = std::find(std::begin(state_names), std::end(state_names), name);
  if (found == std::end(state_names)) return must_stop("versions", "a version is in a state nobody knows");
  return static_cast<VersionState>(found - std::begin(state_names));
}

const Version* live_of(const std::vector<Version>& versions) {
  const auto found = std::find_if(versions.begin(), versions.end(),
                                  [](const Version& each) { return each.state == VersionState::live; });
  return found == versions.end() ? nullptr : &*found;
}

}  // namespace

std::string_view state_name(VersionState state) {
  return state_names[static_cast<std::size_t>(state)];
}

Result<std::vector<Version>> read_versions(Postgres& session, const Projection& projection) {
  const auto rows = session.run(
      "SELECT version, code, state, views_sql FROM projections.versions WHERE projection = $1 ORDER BY 1",
      Params{}.text(projection.name));
  if (!rows) return rows.error();
  std::vector<Version> versions;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto state = state_of(rows->text(i, 2));
    if (!state) return state.error();
    versions.push_back({static_cast<int>(rows->integer(i, 0)), static_cast<int>(rows->integer(i, 1)), *state,
                        std::string{rows->text(i, 3)}});
  }
  return versions;
}

Projection at_version(const Projection& projection, int number) {
  Projection at = projection;
  at.version = number;
  return at;
}

Result<Version> install_live(Postgres& session, const Projection& projection) {
  const auto versions = read_versions(session, projection);
  if (!versions) return versions.error();
  const Version* known = live_of(*versions);
  Version live{projection.version, projection.version, VersionState::live, std::string{projection.views_sql}};
  if (known != nullptr) live = *known;
  if (live.code != projection.version) return live;
  if (auto status = install(session, at_version(projection, live.number)); !status) return status.error();
  const auto noted = session.run(
      "INSERT INTO projections.versions (projection, version, code, state, views_sql, made_at) "
      "VALUES ($1, $2, $3, 'live', $4, clock_timestamp()) ON CONFLICT (projection, version) "
      "DO UPDATE SET views_sql = excluded.views_sql",
      Params{}.text(projection.name).integer(live.number).integer(live.code).text(projection.views_sql));
  if (!noted) return noted.error();
  return live;
}

Error rebuild_needed(const Projection& projection, int code) {
  const std::string name{projection.name};
  return try_again("rebuild_needed", "the rows of " + name + " were made by version " + std::to_string(code) +
                                         " of its code, this is version " +
                                         std::to_string(projection.version) + ": `trunkline rebuild " + name +
                                         "` makes them anew");
}

Result<Projection> live_version(Postgres& session, const Projection& projection) {
  const auto versions = read_versions(session, projection);
  if (!versions) return versions.error();
  const Version* live = live_of(*versions);
  if (live == nullptr) return rejected("not_installed", std::string{projection.name} + " has no tables here");
  if (live->code != projection.version) return rebuild_needed(projection, live->code);
  return at_version(projection, live->number);
}

Result<Projection> version_served(Postgres& session, const Projection& projection) {
  const auto versions = read_versions(session, projection);
  if (!versions) return versions.error();
  const Version* live = live_of(*versions);
  return live == nullptr ? projection : at_version(projection, live->number);
}

}  // namespace trunkline
