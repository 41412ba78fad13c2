// Inside the Postgres adapter only: the statements that a session has prepared, by their text.
#pragma once
#include <libpq-fe.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/postgres.hpp"

namespace trunkline::pg {

class KeptStatements {
 public:
  bool on = false;

  // The statement's name; prepared if the session meets it for the first time.
  Result<std::string> name_of(PGconn* session, std::string_view sql);

  // See Transaction::run_together.
  Result<std::vector<std::uint64_t>> run_together(PGconn* session,
                                                  std::span<const BoundStatement> statements);

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  Status renew(PGconn* session);
  bool send(PGconn* session, const BoundStatement& statement);
  Result<std::vector<std::uint64_t>> receive(PGconn* session);

  std::unordered_map<std::string, std::string, Hash, std::equal_to<>> names_;
  std::vector<bool> counts_;  // of what is under way: whether it is a statement, or prepares one
  bool unsure_ = false;       // which of them the server has, after an error
};

Error session_lost();

}  // namespace trunkline::pg
