#include "core/postgres_round_trip.hpp"

#include "core/postgres_results.hpp"

namespace trunkline::pg {
namespace {

constexpr std::size_t statements_max = 256;

Error lost() {
  return try_again("connection", "the Postgres session broke; the server or the network is gone");
}

void command(PGconn* session, const char* sql) {
  const Outcome ignored(PQexec(session, sql));
}

class RoundTrip {
 public:
  RoundTrip(PGconn* session, Statements& prepared) : session_(session), prepared_(prepared) {}

  Status send(std::span<const Question> questions) {
    if (PQenterPipelineMode(session_) != 1) return lost();
    for (const Question& question : questions)
      if (const auto sent = send(question); !sent) return sent;
    return PQpipelineSync(session_) == 1 ? done() : Status{lost()};
  }

  Result<std::vector<BinaryRows>> receive() {
    std::vector<BinaryRows> all;
    std::optional<Error> failed;
    for (const bool is_answer : answers_) {
      Outcome result(PQgetResult(session_));
      const ExecStatusType status = PQresultStatus(result.get());
      const bool good = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
      if (!good && !failed) failed = why(result.get());
      if (good && is_answer) all.push_back(binary_rows_of(std::move(result)));
      if (const Outcome end(PQgetResult(session_)); end != nullptr) return lost();
    }
    const Outcome synced(PQgetResult(session_));
    if (PQresultStatus(synced.get()) != PGRES_PIPELINE_SYNC) return lost();
    if (failed) return *failed;
    return all;
  }

 private:
  Status send(const Question& question) {
    std::vector<const char*> values;
    for (const auto& value : question.params.values()) {
      if (value.literal && value.literal->find('\0') != std::string::npos)
        return rejected("data", "Postgres keeps no U+0000 in text");
      values.push_back(value.literal ? value.literal->c_str() : nullptr);
    }
    const auto [known, fresh] = prepared_.try_emplace(question.sql, "s" + std::to_string(prepared_.size()));
    const char* name = known->second.c_str();
    if (fresh) {
      if (PQsendPrepare(session_, name, question.sql.c_str(), 0, nullptr) != 1) return lost();
      answers_.push_back(false);
    }
    if (PQsendQueryPrepared(session_, name, static_cast<int>(values.size()), values.data(), nullptr, nullptr,
                            1) != 1)
      return lost();
    answers_.push_back(true);
    return done();
  }

  Error why(const PGresult* result) const {
    const bool told = PQresultErrorField(result, PG_DIAG_SQLSTATE) != nullptr;
    return told && PQstatus(session_) == CONNECTION_OK ? error_of(result) : lost();
  }

  PGconn* session_;
  Statements& prepared_;
  std::vector<bool> answers_;  // of what is sent, in order: an answer, or that a statement was prepared
};

// Whatever is still to come of a round trip that failed.
void clean_up(PGconn* session, Statements& prepared) {
  prepared.clear();
  if (PQstatus(session) != CONNECTION_OK) return;
  if (PQpipelineStatus(session) != PQ_PIPELINE_OFF && PQexitPipelineMode(session) != 1) {
    PQpipelineSync(session);
    for (int idle = 0; idle < 2 && PQstatus(session) == CONNECTION_OK;) {
      const Outcome dropped(PQgetResult(session));
      idle = dropped == nullptr ? idle + 1 : 0;
    }
    PQexitPipelineMode(session);
  }
  if (PQtransactionStatus(session) != PQTRANS_IDLE) command(session, "ROLLBACK");
  command(session, "DEALLOCATE ALL");
}

}  // namespace

Result<std::vector<BinaryRows>> round_trip(PGconn* session, Statements& prepared,
                                           std::span<const Question> questions) {
  if (prepared.size() + questions.size() > statements_max) {
    prepared.clear();
    command(session, "DEALLOCATE ALL");
  }
  RoundTrip trip(session, prepared);
  const Status sent = trip.send(questions);
  auto received = sent ? trip.receive() : Result<std::vector<BinaryRows>>{sent.error()};
  if (!received || PQexitPipelineMode(session) != 1) {
    clean_up(session, prepared);
    if (received) return lost();
  }
  return received;
}

}  // namespace trunkline::pg
