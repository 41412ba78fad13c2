#include "core/config.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace trunkline;

namespace {
Environment environment(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional{found->second};
  };
}
std::string refusal(std::string_view toml, std::map<std::string, std::string> variables = {}) {
  const auto settings = parse_settings(toml, "a.toml", environment(std::move(variables)));
  return settings ? "" : settings.error().message;
}
}  // namespace

TEST_CASE("the environment overrides the file, which overrides the defaults") {
  const auto settings = parse_settings("port = 9000\nhost = \"::1\"\n", "a.toml",
                                       environment({{"TRUNKLINE_PORT", "9001"}, {"TRUNKLINE_SEED", "7"}}));
  REQUIRE(settings.ok());
  CHECK(settings->port == 9001);
  CHECK(settings->host == "::1");
  CHECK(settings->partitions == 16);
}

TEST_CASE("what is wrong in the configuration is named with its line") {
  CHECK(refusal("\n\nprot = 1\n") == "a.toml:3: prot is not a setting (core/config.hpp lists them)");
  CHECK(refusal("port = \"9000\"") == "a.toml:1: port is a whole number");
  CHECK(refusal("port = 90000") == "a.toml:1: port is a whole number from 0 to 65535");
  CHECK(refusal("log_level = \"loud\"") == "a.toml:1: log_level is one of error|warn|info|debug");
  CHECK(refusal("", {{"TRUNKLINE_PORT", "x"}}) == "TRUNKLINE_PORT: port is a whole number");
  CHECK(refusal("port = ").starts_with("a.toml:1: "));
  CHECK(refusal("[server]\nport = 1") == "a.toml:1: server is not a setting (core/config.hpp lists them)");
}
