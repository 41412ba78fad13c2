#include "ops/roles.hpp"

#include <string>

namespace trunkline {

Result<Roles> parse_roles(std::string_view text) {
  Roles roles;
  while (!text.empty()) {
    const std::string_view name = text.substr(0, text.find(','));
    text.remove_prefix(std::min(name.size() + 1, text.size()));
    if (name == "all")
      roles = {true, true, true, true};
    else if (name == "ingest")
      roles.ingest = true;
    else if (name == "commands")
      roles.commands = true;
    else if (name == "projections")
      roles.projections = true;
    else if (name == "query")
      roles.query = true;
    else
      return must_stop("config", "roles: there is no role " + std::string{name} +
                                     "; there are ingest, commands, projections, query, or all");
  }
  return roles;
}

}  // namespace trunkline
