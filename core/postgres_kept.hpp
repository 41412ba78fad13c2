// Inside the Postgres adapter only: the statements that a session has prepared, by their text, and sending
// several of them as one piece.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/postgres_results.hpp"

namespace trunkline::pg {

// A statement and its values as libpq takes them; what they point to outlives the call.
struct SentStatement {
  std::string_view sql;
  std::vector<const char*> values;  // nullptr is NULL
  std::vector<int> sizes;           // of binary values; empty: all of them are text
};

class KeptStatements {
 public:
  bool on = false;  // statements that are run singly are prepared as well

  // The statement's name; prepared if the session meets it for the first time.
  Result<std::string> name_of(PGconn* session, std::string_view sql);

  // In one round trip. What each gave, values in binary form; or the first error: behind it nothing was run,
  // and the session goes on, in a failed transaction if one was open.
  Result<std::vector<Outcome>> run_together(PGconn* session, std::span<const SentStatement> statements);

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  Status renew(PGconn* session);
  bool send(PGconn* session, const SentStatement& statement);
  Result<std::vector<Outcome>> receive(PGconn* session);

  std::unordered_map<std::string, std::string, Hash, std::equal_to<>> names_;
  std::vector<bool> counts_;  // of what is under way: whether it is a statement, or prepares one
  bool unsure_ = false;       // which of them the server has, after an error
};

Error session_lost();

}  // namespace trunkline::pg
