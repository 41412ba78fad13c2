#include "core/postgres_kept.hpp"

namespace trunkline::pg {
namespace {

constexpr std::size_t statements_max = 256;

bool good(const PGresult* result) {
  return PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK;
}

Error why(PGconn* session, const PGresult* result) {
  const bool told = result != nullptr && PQresultErrorField(result, PG_DIAG_SQLSTATE) != nullptr;
  return told && PQstatus(session) == CONNECTION_OK ? error_of(result) : session_lost();
}

}  // namespace

Error session_lost() {
  return try_again("connection", "the Postgres session broke; the server or the network is gone");
}

Status KeptStatements::renew(PGconn* session) {
  if (!unsure_ && names_.size() < statements_max) return done();
  const Outcome gone(PQexec(session, "DEALLOCATE ALL"));
  if (!good(gone.get())) return why(session, gone.get());
  names_.clear();
  unsure_ = false;
  return done();
}

Result<std::string> KeptStatements::name_of(PGconn* session, std::string_view sql) {
  if (const auto renewed = renew(session); !renewed) return renewed.error();
  if (const auto known = names_.find(sql); known != names_.end()) return known->second;
  std::string name = "kept" + std::to_string(names_.size());
  const Outcome prepared(PQprepare(session, name.c_str(), std::string{sql}.c_str(), 0, nullptr));
  if (!good(prepared.get())) return why(session, prepared.get());
  names_.emplace(sql, name);
  return name;
}

Result<std::vector<Outcome>> KeptStatements::run_together(PGconn* session,
                                                          std::span<const SentStatement> statements) {
  if (const auto renewed = renew(session); !renewed) return renewed.error();
  if (PQenterPipelineMode(session) != 1) return session_lost();
  counts_.clear();
  bool sent = true;
  for (const SentStatement& statement : statements) sent = sent && send(session, statement);
  auto results =
      PQpipelineSync(session) == 1 ? receive(session) : Result<std::vector<Outcome>>{session_lost()};
  unsure_ = !results;
  if (PQexitPipelineMode(session) != 1 || !sent) return session_lost();
  return results;
}

bool KeptStatements::send(PGconn* session, const SentStatement& statement) {
  auto known = names_.find(statement.sql);
  if (known == names_.end()) {
    known = names_.emplace(statement.sql, "kept" + std::to_string(names_.size())).first;
    if (PQsendPrepare(session, known->second.c_str(), known->first.c_str(), 0, nullptr) != 1) return false;
    counts_.push_back(false);
  }
  const std::vector<int> formats(statement.sizes.size(), 1);
  const bool binary = !formats.empty();
  counts_.push_back(true);
  return PQsendQueryPrepared(session, known->second.c_str(), static_cast<int>(statement.values.size()),
                             statement.values.data(), binary ? statement.sizes.data() : nullptr,
                             binary ? formats.data() : nullptr, 1) == 1;
}

// Up to the end of what was sent together, also behind an error: the session is usable afterwards.
Result<std::vector<Outcome>> KeptStatements::receive(PGconn* session) {
  std::vector<Outcome> results;
  std::optional<Error> failed;
  std::size_t at = 0;
  for (int nothing = 0; nothing < 2;) {
    Outcome result(PQgetResult(session));
    nothing = result == nullptr ? nothing + 1 : 0;
    if (result == nullptr) continue;
    if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) {
      if (failed) return *failed;
      return results;
    }
    const bool is_good = good(result.get());
    if (!is_good && !failed) failed = why(session, result.get());
    if (is_good && at < counts_.size() && counts_[at]) results.push_back(std::move(result));
    ++at;
  }
  return session_lost();
}

}  // namespace trunkline::pg
