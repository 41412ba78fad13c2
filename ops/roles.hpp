// What a process does: all of it, or on Kafka a part, with others beside it.
#pragma once
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "projections/projection.hpp"

namespace trunkline {

struct Roles {
  bool ingest = false;       // takes events: the HTTP door, and on Kafka the inbound topics
  bool commands = false;     // decides: erasing
  bool projections = false;  // folds the read models
  bool query = false;        // answers from them; verify, dead letters

  bool all() const { return ingest && commands && projections && query; }
};

// "ingest,query"; "all". Errors: stop "config".
Result<Roles> parse_roles(std::string_view text);

// "leads,analytics"; "all". In the order of the list. Errors: stop "config", also where none is named.
Result<std::vector<Projection>> parse_read_models(std::string_view text);

}  // namespace trunkline
