#include "projections/leads/script_text.hpp"

#include <doctest/doctest.h>

using namespace trunkline::leads;

TEST_CASE("placeholders are filled within texts, lists and maps, and what has no value is told") {
  const Values values{{"first_name", "Zoë \"Z\""}, {"business_name", ""}};
  std::set<std::string> missing;
  CHECK(filled(R"("Hello {first_name} of {business_name}!")", values, missing) ==
        R"("Hello Zoë \"Z\" of !")");
  CHECK(filled(R"({"too dear":["{first_name}","{{x","{not a name}"]})", values, missing) ==
        R"({"too dear":["Zoë \"Z\"","{{x","{not a name}"]})");
  CHECK(filled("{projected_revenue", values, missing) == "{projected_revenue");
  CHECK(missing == std::set<std::string>{"business_name"});
}
