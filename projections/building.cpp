#include "projections/building.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "projections/install.hpp"
#include "projections/rebuild.hpp"

namespace trunkline {
namespace {

constexpr std::string_view take_turns = "SELECT pg_advisory_xact_lock(hashtext('trunkline.install'))";
constexpr auto letting_go_most = std::chrono::seconds{15};  // a runner that was killed counts for ten
constexpr auto letting_go_poll = std::chrono::milliseconds{100};

Params of(const Projection& projection, int number) {
  return Params{}.text(projection.name).integer(number);
}

Status run(Postgres& session, std::string_view sql, const Params& params = {}) {
  const auto rows = session.run(sql, params);
  return rows ? done() : Status{rows.error()};
}

// Schema and bookkeeping of a version that nobody keeps up: within the session's open transaction.
Status remove_all_of(Postgres& session, const Projection& projection, int number) {
  const std::string schema = rows_schema(at_version(projection, number));
  if (auto status = session.script("DROP SCHEMA IF EXISTS " + schema + " CASCADE"); !status) return status;
  for (const std::string table : {"versions", "checkpoints", "members", "leases", "parked"})
    if (auto status =
            run(session, "DELETE FROM projections." + table + " WHERE projection = $1 AND version = $2",
                of(projection, number));
        !status)
      return status;
  return done();
}

Status remove_version(Postgres& session, const Projection& projection, int number) {
  auto transaction = Transaction::begin(session, Transaction::Kind::durable);
  if (!transaction) return transaction.error();
  if (auto status = remove_all_of(session, projection, number); !status) return status;
  return transaction->commit();
}

struct QueryIndex {
  std::string name, table;
  std::string definition;  // as Postgres tells it: CREATE INDEX …, or of a table's key: PRIMARY KEY (…)
  bool is_key = false;
};

Result<std::vector<QueryIndex>> query_indexes(Postgres& session, const std::string& schema) {
  const auto rows = session.run(
      "SELECT c.relname, t.relname, coalesce(pg_get_constraintdef(k.oid), pg_get_indexdef(c.oid)), "
      "k.oid IS NOT NULL FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
      "JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
      "LEFT JOIN pg_constraint k ON k.conindid = c.oid AND k.contype = 'p' "
      "WHERE n.nspname = $1 AND obj_description(c.oid, 'pg_class') = 'queries only' ORDER BY 1",
      Params{}.text(schema));
  if (!rows) return rows.error();
  std::vector<QueryIndex> found;
  for (std::size_t i = 0; i < rows->size(); ++i)
    found.push_back({std::string{rows->text(i, 0)}, std::string{rows->text(i, 1)},
                     std::string{rows->text(i, 2)}, rows->text(i, 3) == "t"});
  return found;
}

Status drop_query_indexes(Postgres& session, const std::string& schema) {
  const auto indexes = query_indexes(session, schema);
  if (!indexes) return indexes.error();
  for (const QueryIndex& each : *indexes) {
    const std::string sql = each.is_key
                                ? "ALTER TABLE " + schema + "." + each.table + " DROP CONSTRAINT " + each.name
                                : "DROP INDEX " + schema + "." + each.name;
    if (auto status = session.script(sql); !status) return status;
  }
  return done();
}

std::string replaced_once(std::string text, const std::string& what, const std::string& by) {
  if (const auto at = text.find(what); at != std::string::npos) text.replace(at, what.size(), by);
  return text;
}

// `index` is of the tables in schema `probe`.
Status make_index(Postgres& session, const QueryIndex& index, const std::string& probe,
                  const std::string& schema) {
  const std::string sql = index.is_key
                              ? "ALTER TABLE " + schema + "." + index.table + " ADD CONSTRAINT " +
                                    index.name + " " + index.definition
                              : replaced_once(index.definition, " ON " + probe + ".", " ON " + schema + ".");
  return session.script(sql + "; COMMENT ON INDEX " + schema + "." + index.name + " IS 'queries only'");
}

// So that the first questions are planned well; autovacuum looks more closely in its own time.
Status analyze_all(Postgres& session, const std::string& schema) {
  const auto tables = session.run(
      "SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') FROM pg_tables WHERE schemaname = $1",
      Params{}.text(schema));
  if (!tables) return tables.error();
  return session.script("SET default_statistics_target = 20; ANALYZE " + std::string{tables->text(0, 0)} +
                        "; RESET default_statistics_target");
}

Status make_version(Postgres& session, const Projection& made, int code) {
  const std::string schema = rows_schema(made);
  if (auto status = remove_all_of(session, made, made.version); !status) return status;
  if (auto status = install_tables(session, made, schema); !status) return status;
  if (auto status = session.script("RESET search_path"); !status) return status;
  if (auto status = drop_query_indexes(session, schema); !status) return status;
  return run(session,
             "INSERT INTO projections.versions (projection, version, code, state, views_sql, made_at) "
             "VALUES ($1, $2, $3, 'building', $4, clock_timestamp())",
             of(made, made.version).integer(code).text(made.views_sql));
}

// Views and states in one transaction: `from` is live no more, `to` is.
Result<int> switch_between(Postgres& session, const Projection& projection, const Version& from,
                           const Version& to) {
  auto transaction = Transaction::begin(session, Transaction::Kind::durable);
  if (!transaction) return transaction.error();
  if (const auto locked = transaction->run(take_turns); !locked) return locked.error();
  const auto retired = transaction->run(
      "UPDATE projections.versions SET state = 'former' WHERE projection = $1 AND version = $2 "
      "AND state = 'live'",
      of(projection, from.number));
  if (!retired) return retired.error();
  const auto raised = transaction->run(
      "UPDATE projections.versions SET state = 'live' WHERE projection = $1 AND version = $2 "
      "AND state IN ('built', 'former')",
      of(projection, to.number));
  if (!raised) return raised.error();
  if (retired->affected() != 1 || raised->affected() != 1)
    return try_again("rebuild_running", "somebody else has switched this model just now");
  Projection views = projection;
  views.views_sql = to.views_sql;
  if (auto status = point_views(session, views, rows_schema(at_version(projection, to.number))); !status)
    return status.error();
  if (auto status = transaction->commit(); !status) return status.error();
  return to.number;
}

// The newest version above or below the live one that can be live.
Result<int> switch_where(Postgres& session, const Projection& projection,
                         const std::function<bool(const Version& live, const Version& other)>& wanted,
                         const std::string& otherwise) {
  const auto versions = read_versions(session, projection);
  if (!versions) return versions.error();
  const auto live = std::find_if(versions->begin(), versions->end(),
                                 [](const Version& each) { return each.state == VersionState::live; });
  if (live == versions->end())
    return rejected("not_installed", std::string{projection.name} + " has no tables here");
  const auto to = std::find_if(versions->rbegin(), versions->rend(), [&](const Version& each) {
    const bool whole = each.state == VersionState::built || each.state == VersionState::former;
    return whole && wanted(*live, each);
  });
  if (to == versions->rend()) return rejected("no_version", std::string{projection.name} + otherwise);
  return switch_between(session, projection, *live, *to);
}

// Nobody says any more that he keeps this version up.
Result<bool> let_go(Postgres& session, const Projection& projection, int number) {
  const auto deadline = std::chrono::steady_clock::now() + letting_go_most;
  while (std::chrono::steady_clock::now() < deadline) {
    const auto members = session.run(
        "SELECT count(*) FROM projections.members WHERE projection = $1 AND version = $2 "
        "AND heartbeat > clock_timestamp() - interval '10 seconds'",
        of(projection, number));
    if (!members) return members.error();
    if (members->integer(0, 0) == 0) return true;
    std::this_thread::sleep_for(letting_go_poll);
  }
  return false;
}

}  // namespace

Status begin_alone(Postgres& session, const Projection& projection) {
  const auto locked = session.run("SELECT pg_try_advisory_lock(hashtext('trunkline.rebuild'), hashtext($1))",
                                  Params{}.text(projection.name));
  if (!locked) return locked.error();
  if (locked->text(0, 0) == "t") return done();
  return try_again("rebuild_running", std::string{projection.name} + " is being rebuilt already");
}

Result<BegunVersion> begin_version(Postgres& session, const Projection& projection) {
  const auto versions = read_versions(session, projection);
  if (!versions) return versions.error();
  BegunVersion begun;
  int newest = projection.version - 1;
  for (const Version& version : *versions) {
    newest = std::max(newest, version.number);
    if (version.state == VersionState::live) begun.live = version.number;
    if (version.state != VersionState::building) continue;
    if (version.code == projection.version)
      begun.building = version.number;
    else if (auto status = remove_version(session, projection, version.number); !status)
      return status.error();
  }
  if (begun.live == 0)
    return rejected("not_installed", std::string{projection.name} + " has no tables here: start the server");
  if (begun.building != 0) return begun;
  begun.building = newest + 1;
  auto transaction = Transaction::begin(session, Transaction::Kind::durable);
  if (!transaction) return transaction.error();
  if (const auto locked = transaction->run(take_turns); !locked) return locked.error();
  if (auto status = make_version(session, at_version(projection, begun.building), projection.version);
      !status)
    return status.error();
  if (auto status = transaction->commit(); !status) return status.error();
  return begun;
}

// What the definitions are is asked of Postgres, by making the empty tables once more.
Status make_query_indexes(Postgres& session, const Projection& built) {
  const std::string schema = rows_schema(built), probe = schema + "_probe";
  if (auto status = session.script("DROP SCHEMA IF EXISTS " + probe + " CASCADE"); !status) return status;
  if (auto status = install_tables(session, built, probe); !status) return status;
  const auto wanted = query_indexes(session, probe);
  const auto made = query_indexes(session, schema);
  if (!wanted) return wanted.error();
  if (!made) return made.error();
  if (auto status = session.script("DROP SCHEMA " + probe + " CASCADE"); !status) return status;
  for (const QueryIndex& index : *wanted) {
    const auto same = [&](const QueryIndex& other) { return other.name == index.name; };
    if (std::any_of(made->begin(), made->end(), same)) continue;  // before an interruption
    if (auto status = make_index(session, index, probe, schema); !status) return status;
  }
  return analyze_all(session, schema);
}

Status mark_built(Postgres& session, const Projection& built) {
  return run(session,
             "UPDATE projections.versions SET state = 'built' WHERE projection = $1 AND version = $2 AND "
             "state = 'building'",
             of(built, built.version));
}

Result<std::uint64_t> rows_about(Postgres& session, const Projection& built) {
  const auto rows = session.run(
      "SELECT coalesce(sum(n_live_tup), 0)::bigint FROM pg_stat_user_tables WHERE schemaname = $1",
      Params{}.text(rows_schema(built)));
  if (!rows) return rows.error();
  return static_cast<std::uint64_t>(rows->integer(0, 0));
}

Result<int> switch_to_built(Postgres& session, const Projection& projection) {
  return switch_where(
      session, projection,
      [&](const Version& live, const Version& other) {
        return other.number > live.number && other.code == projection.version;
      },
      ": no newer version is built");
}

Result<int> switch_back(Postgres& session, const Projection& projection) {
  return switch_where(
      session, projection,
      [](const Version& live, const Version& other) {
        return other.number < live.number && other.state == VersionState::former;
      },
      ": there is no former version to go back to");
}

Result<std::vector<int>> drop_others(Postgres& session, const Projection& projection) {
  if (auto status = begin_alone(session, projection); !status) return status.error();
  const auto versions = read_versions(session, projection);
  if (!versions) return versions.error();
  std::vector<int> gone;
  for (const Version& version : *versions) {
    if (version.state == VersionState::live) continue;
    // From here no runner takes it up, and those at work let go when they next look.
    const auto unlisted = session.run(
        "UPDATE projections.versions SET state = 'dropping' WHERE projection = $1 AND version = $2",
        of(projection, version.number));
    if (!unlisted) return unlisted.error();
    const auto free = let_go(session, projection, version.number);
    if (!free) return free.error();
    if (!*free)
      return try_again("rebuild_running", std::string{projection.name} + ": version " +
                                              std::to_string(version.number) + " is still being kept up");
    if (auto status = remove_version(session, projection, version.number); !status) return status.error();
    gone.push_back(version.number);
  }
  (void)session.run("SELECT pg_advisory_unlock(hashtext('trunkline.rebuild'), hashtext($1))",
                    Params{}.text(projection.name));
  return gone;
}

}  // namespace trunkline
