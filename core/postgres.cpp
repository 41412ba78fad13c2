// Sessions and transactions over libpq (docs/adr/0003-libpq-without-pqxx.md says why not over libpqxx).
#include "core/postgres.hpp"

#include <libpq-fe.h>

#include <array>
#include <charconv>

#include "core/postgres_kept.hpp"
#include "core/postgres_results.hpp"

namespace trunkline {
namespace {

struct CloseSession {
  void operator()(PGconn* session) const { PQfinish(session); }
};
using Session = std::unique_ptr<PGconn, CloseSession>;

enum class Format { text = 0, binary = 1 };

constexpr std::string_view copy_header("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
constexpr std::string_view copy_trailer("\xff\xff", 2);
constexpr std::size_t copy_piece_bytes = 1 << 20;

// The values as libpq takes them; they view the parameters.
Result<std::vector<const char*>> literals_of(const Params& params) {
  std::vector<const char*> literals;
  literals.reserve(params.values().size());
  for (const auto& value : params.values()) {
    if (value.literal && value.literal->find('\0') != std::string::npos)
      return rejected("data", "Postgres keeps no U+0000 in text");
    literals.push_back(value.literal ? value.literal->c_str() : nullptr);
  }
  return literals;
}

std::uint64_t rows_affected(PGresult* result) {
  const std::string_view digits = PQcmdTuples(result);
  std::uint64_t rows = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), rows);
  return rows;
}

}  // namespace

struct Postgres::Impl {
  Session session;
  pg::KeptStatements kept;

  Error lost() const { return pg::session_lost(); }

  // Takes a statement's result, or the reason why there is none.
  Result<pg::Outcome> outcome(PGresult* raw) {
    pg::Outcome result(raw);
    if (raw == nullptr) return lost();
    switch (PQresultStatus(raw)) {
      case PGRES_TUPLES_OK:
      case PGRES_COMMAND_OK:
      case PGRES_COPY_IN:
        return result;
      default:
        break;
    }
    if (PQresultErrorField(raw, PG_DIAG_SQLSTATE) == nullptr || PQstatus(session.get()) == CONNECTION_BAD)
      return lost();
    return pg::error_of(raw);
  }

  Result<pg::Outcome> execute(std::string_view sql, const Params& params, Format format) {
    const auto values = literals_of(params);
    if (!values) return values.error();
    const int count = static_cast<int>(values->size());
    if (kept.on && count > 0) {
      const auto name = kept.name_of(session.get(), sql);
      if (!name) return name.error();
      return outcome(PQexecPrepared(session.get(), name->c_str(), count, values->data(), nullptr, nullptr,
                                    static_cast<int>(format)));
    }
    return outcome(PQexecParams(session.get(), std::string{sql}.c_str(), count, nullptr, values->data(),
                                nullptr, nullptr, static_cast<int>(format)));
  }

  Status command(const char* sql) {
    const auto result = outcome(PQexec(session.get(), sql));
    return result ? done() : Status{result.error()};
  }

  // A copy that is under way ends with the server's word, whatever has gone wrong before.
  Status end_copy(const char* reason) {
    if (PQputCopyEnd(session.get(), reason) != 1) return lost();
    Status status = done();
    while (PGresult* raw = PQgetResult(session.get()))
      if (const auto result = outcome(raw); !result && status) status = result.error();
    return PQstatus(session.get()) == CONNECTION_OK ? status : Status{lost()};
  }
};

namespace {

Result<Rows> rows_of(Result<pg::Outcome> result) {
  if (!result) return result.error();
  return pg::rows_of(std::move(*result));
}

Result<BinaryRows> binary_rows_of(Result<pg::Outcome> result) {
  if (!result) return result.error();
  return pg::binary_rows_of(std::move(*result));
}

}  // namespace

Postgres::Postgres(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Postgres::Postgres(Postgres&&) noexcept = default;
Postgres& Postgres::operator=(Postgres&&) noexcept = default;
Postgres::~Postgres() = default;

Result<Postgres> Postgres::connect(const std::string& address) {
  // What stands before `dbname` may be overridden by the address, which libpq expands in its place.
  const std::array names{"connect_timeout", "application_name", "tcp_user_timeout",
                         "dbname",          "client_encoding",  static_cast<const char*>(nullptr)};
  const std::array values{
      "5", "trunkline", "30000", address.c_str(), "UTF8", static_cast<const char*>(nullptr)};
  auto impl = std::make_unique<Impl>();
  impl->session.reset(PQconnectdbParams(names.data(), values.data(), 1));
  if (PQstatus(impl->session.get()) != CONNECTION_OK)
    return try_again("connection",
                     std::string{"no session with Postgres: "} + PQerrorMessage(impl->session.get()));
  PQsetNoticeProcessor(
      impl->session.get(), [](void*, const char*) {}, nullptr);  // notices may quote values
  if (auto status = impl->command("SET timezone = 'UTC'; SET client_min_messages = warning; SET jit = off");
      !status)
    return status.error();
  return Postgres(std::move(impl));
}

Result<Rows> Postgres::run(std::string_view sql, const Params& params) {
  return rows_of(impl_->execute(sql, params, Format::text));
}

Result<BinaryRows> Postgres::fetch(std::string_view sql, const Params& params) {
  return binary_rows_of(impl_->execute(sql, params, Format::binary));
}

Result<std::vector<BinaryRows>> Postgres::fetch_together(std::span<const Question> questions) {
  std::vector<pg::SentStatement> statements;
  for (const Question& question : questions) {
    auto values = literals_of(question.params);
    if (!values) return values.error();
    statements.push_back({question.sql, std::move(*values), {}});
  }
  PGconn* const session = impl_->session.get();
  auto results = impl_->kept.run_together(session, statements);
  if (!results) {
    if (!broken() && PQtransactionStatus(session) != PQTRANS_IDLE) (void)impl_->command("ROLLBACK");
    return results.error();
  }
  std::vector<BinaryRows> all;
  for (pg::Outcome& result : *results) all.push_back(pg::binary_rows_of(std::move(result)));
  return all;
}

Status Postgres::script(std::string_view sql) {
  return impl_->command(std::string{sql}.c_str());  // a simple query is one transaction
}

void Postgres::keep_statements() {
  impl_->kept.on = true;
}

Status Postgres::listen(const std::string& channel) {
  return impl_->command(("LISTEN " + channel).c_str());
}

std::vector<std::string> Postgres::heard() {
  std::vector<std::string> words;
  PGconn* session = impl_->session.get();
  if (PQconsumeInput(session) != 1) return words;  // the next statement says what is wrong
  while (PGnotify* told = PQnotifies(session)) {
    if (told->be_pid != PQbackendPID(session)) words.emplace_back(told->extra);
    PQfreemem(told);
  }
  return words;
}

bool Postgres::broken() const {
  return PQstatus(impl_->session.get()) != CONNECTION_OK;
}

struct Transaction::Impl {
  Postgres::Impl* session;
  std::optional<Error> failure;  // the first one: from then on the server refuses everything
  bool open = true;

  template <class T>
  Result<T> noting(Result<T> result) {
    if (!result && !failure) failure = result.error();
    return result;
  }
};

Transaction::Transaction(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Transaction::Transaction(Transaction&&) noexcept = default;
Transaction& Transaction::operator=(Transaction&& other) noexcept {
  std::swap(impl_, other.impl_);  // the other one rolls back what was open here
  return *this;
}

Transaction::~Transaction() {
  if (impl_ && impl_->open)
    (void)impl_->session->command("ROLLBACK");  // a broken session has rolled back already
}

Result<Transaction> Transaction::begin(Postgres& session, Kind kind) {
  const char* sql = kind == Kind::durable        ? "BEGIN"
                    : kind == Kind::asynchronous ? "BEGIN; SET LOCAL synchronous_commit = off"
                                                 : "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
  if (auto status = session.impl_->command(sql); !status) return status.error();
  auto impl = std::make_unique<Impl>();
  impl->session = session.impl_.get();
  return Transaction(std::move(impl));
}

Result<Rows> Transaction::run(std::string_view sql, const Params& params) {
  return impl_->noting(rows_of(impl_->session->execute(sql, params, Format::text)));
}

Result<BinaryRows> Transaction::fetch(std::string_view sql, const Params& params) {
  return impl_->noting(binary_rows_of(impl_->session->execute(sql, params, Format::binary)));
}

Status Transaction::copy_in(std::string_view target, std::string_view tuples) {
  auto& session = *impl_->session;
  const std::string sql = "COPY " + std::string{target} + " FROM STDIN (FORMAT binary)";
  if (auto status = impl_->noting(session.command(sql.c_str())); !status) return status;
  const auto put = [&session](std::string_view piece) {
    return PQputCopyData(session.session.get(), piece.data(), static_cast<int>(piece.size())) == 1;
  };
  bool sent = put(copy_header);
  for (; sent && !tuples.empty(); tuples.remove_prefix(std::min(tuples.size(), copy_piece_bytes)))
    sent = put(tuples.substr(0, copy_piece_bytes));
  sent = sent && put(copy_trailer);
  return impl_->noting(session.end_copy(sent ? nullptr : "interrupted"));
}

Result<std::vector<std::uint64_t>> Transaction::run_together(std::span<const BoundStatement> statements) {
  std::vector<pg::SentStatement> sent;
  for (const BoundStatement& statement : statements) {
    pg::SentStatement& each = sent.emplace_back(pg::SentStatement{statement.sql, {}, {}});
    for (const auto& value : statement.values) {
      each.values.push_back(value ? value->data() : nullptr);
      each.sizes.push_back(value ? static_cast<int>(value->size()) : 0);
    }
  }
  auto& session = *impl_->session;
  const auto results = impl_->noting(session.kept.run_together(session.session.get(), sent));
  if (!results) return results.error();
  std::vector<std::uint64_t> rows;
  for (const pg::Outcome& result : *results) rows.push_back(rows_affected(result.get()));
  return rows;
}

Status Transaction::commit() {
  impl_->open = false;
  auto& session = *impl_->session;
  if (impl_->failure) {
    (void)session.command("ROLLBACK");
    return *impl_->failure;
  }
  const auto result = session.outcome(PQexec(session.session.get(), "COMMIT"));
  if (PQstatus(session.session.get()) != CONNECTION_OK)
    return try_again("unclear",
                     "the Postgres session broke while committing: it may or may not have happened");
  return result ? done() : Status{result.error()};
}

}  // namespace trunkline
