#include "core/postgres_results.hpp"

#include <charconv>

namespace trunkline {

struct Rows::Impl {
  pg::Outcome result;
};

struct BinaryRows::Impl {
  pg::Outcome result;
};

namespace {

// libpq counts in int.
int index(std::size_t n) {
  return static_cast<int>(n);
}

std::string_view field(const PGresult* result, std::size_t row, std::size_t column) {
  return {PQgetvalue(result, index(row), index(column)),
          static_cast<std::size_t>(PQgetlength(result, index(row), index(column)))};
}

Fault fault_of(std::string_view sqlstate) {
  const auto family = sqlstate.substr(0, 2);
  if (family == "22" || family == "23") return Fault::reject;
  for (const std::string_view passing : {"08", "40", "53", "57", "58"})
    if (family == passing) return Fault::retry;
  return sqlstate == "55P03" || sqlstate == "55006" ? Fault::retry
                                                    : Fault::stop;  // lock not available, in use
}

std::string diagnostic(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? "" : text;
}

}  // namespace

namespace pg {

Rows rows_of(Outcome result) {
  return Rows(std::make_shared<Rows::Impl>(Rows::Impl{std::move(result)}));
}

BinaryRows binary_rows_of(Outcome result) {
  return BinaryRows(std::make_shared<BinaryRows::Impl>(BinaryRows::Impl{std::move(result)}));
}

Error error_of(const PGresult* result) {
  const std::string sqlstate = diagnostic(result, PG_DIAG_SQLSTATE);
  const Fault fault = fault_of(sqlstate);
  std::string message = "Postgres refused with " + sqlstate;
  if (fault == Fault::reject) {
    for (const auto& [code, what] : {std::pair{PG_DIAG_TABLE_NAME, ", table "},
                                     {PG_DIAG_COLUMN_NAME, ", column "},
                                     {PG_DIAG_CONSTRAINT_NAME, ", constraint "}})
      if (const std::string name = diagnostic(result, code); !name.empty()) message += what + name;
    return {fault, sqlstate == "23505" ? "duplicate" : "data", std::move(message)};
  }
  message += ": " + diagnostic(result, PG_DIAG_MESSAGE_PRIMARY);
  return {fault, fault == Fault::retry ? "postgres_busy" : "postgres", std::move(message)};
}

}  // namespace pg

std::size_t Rows::size() const {
  return static_cast<std::size_t>(PQntuples(impl_->result.get()));
}

std::size_t Rows::columns() const {
  return static_cast<std::size_t>(PQnfields(impl_->result.get()));
}

std::string_view Rows::column_name(std::size_t column) const {
  return PQfname(impl_->result.get(), index(column));
}

bool Rows::is_null(std::size_t row, std::size_t column) const {
  return PQgetisnull(impl_->result.get(), index(row), index(column)) == 1;
}

std::string_view Rows::text(std::size_t row, std::size_t column) const {
  return field(impl_->result.get(), row, column);
}

std::int64_t Rows::integer(std::size_t row, std::size_t column) const {
  const auto digits = text(row, column);
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::string Rows::bytes(std::size_t row, std::size_t column) const {
  const auto hex = text(row, column);  // \x…
  std::string bytes;
  for (std::size_t i = 2; i + 1 < hex.size(); i += 2) {
    unsigned byte = 0;
    std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

std::uint64_t Rows::affected() const {
  const std::string_view digits = PQcmdTuples(impl_->result.get());
  std::uint64_t rows = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), rows);
  return rows;
}

std::size_t BinaryRows::size() const {
  return static_cast<std::size_t>(PQntuples(impl_->result.get()));
}

std::optional<std::string_view> BinaryRows::value(std::size_t row, std::size_t column) const {
  if (PQgetisnull(impl_->result.get(), index(row), index(column)) == 1) return std::nullopt;
  return field(impl_->result.get(), row, column);
}

}  // namespace trunkline
