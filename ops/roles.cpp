#include "ops/roles.hpp"

#include <algorithm>
#include <string>

namespace trunkline {
namespace {

// "a,b" → a, b; of nothing nothing.
std::vector<std::string_view> names_in(std::string_view text) {
  std::vector<std::string_view> names;
  while (!text.empty()) {
    names.push_back(text.substr(0, text.find(',')));
    text.remove_prefix(std::min(names.back().size() + 1, text.size()));
  }
  return names;
}

}  // namespace

Result<Roles> parse_roles(std::string_view text) {
  Roles roles;
  for (const std::string_view name : names_in(text)) {
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

Result<std::vector<Projection>> parse_read_models(std::string_view text) {
  const std::vector<std::string_view> names = names_in(text);
  const auto named = [&names](std::string_view name) { return std::ranges::count(names, name) > 0; };
  std::vector<Projection> models = projections();
  std::string known = "all";
  for (const Projection& model : models) known.append(", ").append(model.name);
  for (const std::string_view name : names)
    if (name != "all" && std::ranges::find(models, name, &Projection::name) == models.end())
      return must_stop("config",
                       "read_models: there is no read model " + std::string{name} + "; there are " + known);
  if (names.empty()) return must_stop("config", "read_models: name one at least; there are " + known);
  if (!named("all")) std::erase_if(models, [&named](const Projection& model) { return !named(model.name); });
  return models;
}

}  // namespace trunkline
