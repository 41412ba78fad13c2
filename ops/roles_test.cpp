#include "ops/roles.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace trunkline;

namespace {

std::string models_of(std::string_view text) {
  const auto models = parse_read_models(text);
  if (!models) return models.error().code + ": " + models.error().message;
  std::string names;
  for (const Projection& model : *models) names.append(names.empty() ? "" : " ").append(model.name);
  return names;
}

}  // namespace

TEST_CASE("a process folds the read models that it is told to, in the order of the list") {
  CHECK(models_of("lead_desk") == "lead_desk");
  CHECK(models_of("lead_desk,workspace,leads,leads") == "workspace leads lead_desk");
  CHECK(parse_read_models("all")->size() == projections().size());
  CHECK(parse_read_models("leads,all")->size() == projections().size());
}

TEST_CASE("a read model that there is not stops the start, and so does none") {
  CHECK(models_of("lead desk")
            .starts_with("config: read_models: there is no read model lead desk; there are all, "));
  CHECK(
      models_of("leads, analytics").starts_with("config: read_models: there is no read model  analytics; "));
  CHECK(models_of("").starts_with("config: read_models: name one at least; there are all, "));
}

TEST_CASE("roles are named as well; one that there is not stops the start") {
  CHECK(parse_roles("all")->all());
  const auto some = parse_roles("query,ingest");
  REQUIRE(some.ok());
  CHECK(some->query);
  CHECK(some->ingest);
  CHECK_FALSE(some->projections);
  CHECK_FALSE(some->commands);
  CHECK(parse_roles("cooking").error().code == "config");
}
