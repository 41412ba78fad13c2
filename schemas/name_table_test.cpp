#include "schemas/name_table.hpp"

#include <doctest/doctest.h>

namespace trunkline::schemas {

TEST_CASE("every name is found at its place, and no other is, whatever the size") {
  std::vector<std::string> names;
  for (std::size_t size = 0; size <= 40; ++size) {
    names.push_back(std::string(size, 'a'));
    if (size > 0) names.push_back(std::string(size - 1, 'a') + 'b');
    if (size > 20) names.push_back(std::string(18, 'a') + 'x' + std::string(size - 19, 'a'));
  }
  const NameTable table(names);
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    CAPTURE(names[i]);
    CHECK(table.find(names[i]) == i);
    CHECK(table.find(names[i] + "c") == NameTable::absent);
    CHECK(table.find(names[i] + '\0') == NameTable::absent);
    const std::string parsed = names[i] + std::string(16, '~');  // what follows a name does not matter
    CHECK(table.find_parsed(std::string_view{parsed}.substr(0, names[i].size())) == i);
  }
  CHECK(NameTable{}.find("a") == NameTable::absent);
}

}  // namespace trunkline::schemas
