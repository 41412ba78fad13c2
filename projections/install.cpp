#include "projections/install.hpp"

namespace trunkline {
namespace {

std::string replaced(std::string_view sql, std::string_view variable, std::string_view by) {
  std::string text;
  for (std::size_t at = 0; at < sql.size();) {
    const std::size_t found = sql.find(variable, at);
    text += sql.substr(at, found - at);
    if (found == std::string_view::npos) break;
    text += by;
    at = found + variable.size();
  }
  return text;
}

// Two processes that start together take turns: CREATE SCHEMA IF NOT EXISTS alone may fail in a race.
constexpr std::string_view take_turns = "SELECT pg_advisory_xact_lock(hashtext('trunkline.install'));";

// As statements that are harmless for a view that is no longer there.
constexpr std::string_view rights_on_views =
    "SELECT format('DO $do$ BEGIN IF to_regclass(%L) IS NOT NULL THEN GRANT %s ON %s TO %s; END IF; END "
    "$do$', format('%I.%I', n.nspname, c.relname), g.privilege_type, format('%I.%I', n.nspname, c.relname), "
    "CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE format('%I', pg_get_userbyid(g.grantee)) END) "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) g "
    "WHERE n.nspname = $1 AND c.relkind = 'v' AND g.grantee <> c.relowner";

std::string tables_script(const Projection& projection, const std::string& schema) {
  return "CREATE SCHEMA " + schema + "; SET LOCAL search_path = " + schema + ";" +
         std::string{projection.tables_sql};
}

Result<bool> schema_exists(Postgres& session, const std::string& schema) {
  const auto rows = session.run("SELECT to_regnamespace($1) IS NOT NULL", Params{}.text(schema));
  if (!rows) return rows.error();
  return rows->text(0, 0) == "t";
}

}  // namespace

std::string rows_schema(const Projection& projection) {
  return std::string{projection.name} + "_v" + std::to_string(projection.version);
}

Status install(Postgres& session, const Projection& projection) {
  const std::string rows = rows_schema(projection);
  auto transaction = Transaction::begin(session, Transaction::Kind::durable);
  if (!transaction) return transaction.error();
  if (const auto locked = transaction->run(take_turns); !locked) return locked.error();
  const auto found = schema_exists(session, rows);
  if (!found) return found.error();
  if (!*found)
    if (auto status = session.script(tables_script(projection, rows)); !status) return status;
  if (auto status = point_views(session, projection, rows); !status) return status;
  return transaction->commit();
}

Status point_views(Postgres& session, const Projection& projection, const std::string& schema) {
  const std::string views{projection.name};
  const std::string sql = "CREATE SCHEMA IF NOT EXISTS " + views + "; SET LOCAL search_path = " + views +
                          "; " + replaced(replaced(projection.views_sql, ":rows", schema), ":views", views);
  if (auto status = session.script("SAVEPOINT views"); !status) return status;
  if (session.script(sql)) return session.script("RELEASE SAVEPOINT views");
  if (auto status = session.script("ROLLBACK TO SAVEPOINT views"); !status) return status;
  const auto granted = session.run(rights_on_views, Params{}.text(views));
  if (!granted) return granted.error();
  std::string anew = "DROP VIEW IF EXISTS ";
  const auto known = session.run(
      "SELECT string_agg(format('%I.%I', schemaname, viewname), ', ') FROM pg_views WHERE schemaname = $1",
      Params{}.text(views));
  if (!known) return known.error();
  anew = known->is_null(0, 0) ? "" : anew + std::string{known->text(0, 0)} + "; ";
  anew += sql;
  if (auto status = session.script(anew); !status) return status;
  for (std::size_t i = 0; i < granted->size(); ++i)
    if (auto status = session.script(granted->text(i, 0)); !status) return status;
  return done();
}

Status install_tables(Postgres& session, const Projection& projection, const std::string& schema) {
  return session.script(tables_script(projection, schema));
}

Status look_up_by_key(Postgres& session) {
  // A forbidden scan is only made to look dear, and what looks dear is compiled first: each time anew.
  return session.script(
      "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off");
}

Status make_left_out_index(Postgres& session, const Projection& projection, std::string_view index) {
  const std::string name{index};
  const auto missing = session.run("SELECT to_regclass($1) IS NULL", Params{}.text(name));
  if (!missing) return missing.error();
  if (missing->text(0, 0) == "f") return done();
  const std::size_t from = projection.tables_sql.find("CREATE INDEX " + name + " ");
  const std::string definition{
      projection.tables_sql.substr(from, projection.tables_sql.find(';', from) - from)};
  auto transaction = Transaction::begin(session, Transaction::Kind::durable);
  if (!transaction) return transaction.error();
  if (const auto locked = transaction->run(take_turns); !locked) return locked.error();
  if (auto status = session.script(replaced(definition, "CREATE INDEX ", "CREATE INDEX IF NOT EXISTS ") +
                                   "; COMMENT ON INDEX " + name + " IS 'queries only'");
      !status)
    return status;
  return transaction->commit();
}

Result<Postgres> fold_session(const std::string& address, const Projection& projection) {
  auto session = Postgres::connect(address);
  if (!session) return session;
  if (const auto used = use_schema(*session, rows_schema(projection)); !used) return used.error();
  if (const auto set = look_up_by_key(*session); !set) return set.error();
  session->keep_statements();
  return session;
}

Status use_schema(Postgres& session, const std::string& schema) {
  const auto set = session.run("SELECT set_config('search_path', $1, false)", Params{}.text(schema));
  return set ? done() : Status{set.error()};
}

}  // namespace trunkline
