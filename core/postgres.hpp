// Postgres behind one adapter: sessions, transactions, parameters, and the two set-wise ways of moving rows
// (binary COPY in, binary results out). The only files that know libpq are core/postgres*.
//
// Errors: `retry` for whatever a later try may cure (connection, deadlock, serialisation, disk full,
// shutdown), `reject` with code "data" when the server refuses the values (SQLSTATE classes 22 and 23;
// "duplicate" where a key is taken already),
// `stop` for the rest (a missing table, a syntax error). The message carries the SQLSTATE and never a
// parameter's value.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"

namespace trunkline {

// Values for $1, $2 … in order.
class Params {
 public:
  Params& text(std::string_view value);
  Params& integer(std::int64_t value);
  Params& real(double value);
  Params& boolean(bool value);
  Params& time(Time value);                                 // timestamptz
  Params& bytes(std::string_view value);                    // bytea
  Params& texts(std::span<const std::string> values);       // text[]
  Params& integers(std::span<const std::int64_t> values);   // bigint[]
  Params& bytes_list(std::span<const std::string> values);  // bytea[]
  Params& null();

  struct Value {
    std::optional<std::string> literal;  // text form; nullopt is NULL
  };
  std::span<const Value> values() const { return values_; }

 private:
  std::vector<Value> values_;
};

// The rows of a result, all in memory. Columns count from 0. Readers give nullopt for NULL.
class Rows {
 public:
  struct Impl;
  explicit Rows(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}  // shared: a result is immutable
  std::size_t size() const;
  std::size_t columns() const;
  std::string_view column_name(std::size_t column) const;
  bool is_null(std::size_t row, std::size_t column) const;
  std::string_view text(std::size_t row,
                        std::size_t column) const;  // "" for NULL; any type as Postgres prints it
  std::int64_t integer(std::size_t row, std::size_t column) const;  // 0 for NULL
  std::string bytes(std::size_t row, std::size_t column) const;     // a bytea column
  std::uint64_t affected() const;                                   // rows written by the statement

 private:
  std::shared_ptr<Impl> impl_;
};

// Rows in Postgres's own binary format: for bulk reads of bigint, text, bytea, boolean, double, timestamptz.
class BinaryRows {
 public:
  struct Impl;
  explicit BinaryRows(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::size_t size() const;
  std::optional<std::string_view> value(std::size_t row, std::size_t column) const;  // raw big-endian bytes

 private:
  std::shared_ptr<Impl> impl_;
};

class Postgres;

// A statement and its values.
struct Question {
  std::string sql;
  Params params = {};
};

// Values as Postgres reads them in binary form, NULL where there is none; the views outlive the call.
struct BoundStatement {
  std::string_view sql;
  std::vector<std::optional<std::string_view>> values;
};

// Rolls back when it dies uncommitted. After an error the transaction can only be rolled back.
class Transaction {
 public:
  // `asynchronous` turns synchronous_commit off for this transaction: for projections only (design §4).
  enum class Kind { durable, asynchronous, snapshot };  // snapshot: repeatable read, read only
  static Result<Transaction> begin(Postgres& session, Kind kind);
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) noexcept;
  ~Transaction();

  Result<Rows> run(std::string_view sql, const Params& params = {});
  Result<BinaryRows> fetch(std::string_view sql, const Params& params = {});
  // COPY … FROM STDIN (FORMAT binary): `tuples` is the concatenation of encoded tuples, without header and
  // trailer (core/pg_binary.hpp encodes them). `target` is "table (column, column)".
  Status copy_in(std::string_view target, std::string_view tuples);
  // Several statements in one round trip, each prepared when the session meets its text for the first time:
  // texts must be few. The rows that each affected; or the first error.
  Result<std::vector<std::uint64_t>> run_together(std::span<const BoundStatement> statements);
  // retry "unclear" when the connection broke while committing: the caller must look whether it happened.
  Status commit();

 private:
  struct Impl;
  explicit Transaction(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// One session; one thread at a time. A broken session stays broken: connect a new one.
class Postgres {
 public:
  static Result<Postgres> connect(const std::string& address);  // a libpq connection string or URI
  Postgres(Postgres&&) noexcept;
  Postgres& operator=(Postgres&&) noexcept;
  ~Postgres();

  Result<Rows> run(std::string_view sql,
                   const Params& params = {});  // one statement, its own durable transaction
  Result<BinaryRows> fetch(std::string_view sql, const Params& params = {});
  // Several statements in one round trip and one transaction. Each is prepared when this session meets its
  // text for the first time, so texts must be few: what changes is a parameter.
  Result<std::vector<BinaryRows>> fetch_together(std::span<const Question> questions);
  Status script(std::string_view sql);  // several statements, one transaction, no parameters
  bool broken() const;
  // From now on the session hears what others tell with pg_notify('channel', word).
  Status listen(const std::string& channel);
  std::vector<std::string> heard();  // the words since the last time, without waiting and but for its own
  // From now on a statement with parameters stays prepared, and is planned only the first few times: for a
  // session that says the same few again and again.
  void keep_statements();

 private:
  friend class Transaction;
  struct Impl;
  explicit Postgres(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Sessions for many threads: borrow() gives an idle one or opens another up to `most`; waits up to two
// seconds for one to come back, then retry "busy". Broken sessions are not kept.
class PostgresPool {
 public:
  PostgresPool(std::string address, std::size_t most);
  ~PostgresPool();
  class Lease;
  Result<Lease> borrow();
  const std::string& address() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with the leases that are out
};

class PostgresPool::Lease {
 public:
  Lease(Lease&&) noexcept;
  ~Lease();
  Postgres& operator*();
  Postgres* operator->();

 private:
  friend class PostgresPool;
  Lease(std::shared_ptr<PostgresPool::Impl> pool, Postgres session);
  std::shared_ptr<PostgresPool::Impl> pool_;
  std::optional<Postgres> session_;
};

}  // namespace trunkline
