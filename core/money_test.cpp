#include "core/money.hpp"

#include <doctest/doctest.h>

namespace trunkline {

TEST_CASE("decimal text becomes ten-thousandths, cut behind the fourth place") {
  CHECK(parse_money_e4("120") == 1'200'000);
  CHECK(parse_money_e4("-12.5") == -125'000);
  CHECK(parse_money_e4("0.00019") == 1);
  CHECK(parse_money_e4("922337203685477.5807") == INT64_MAX);
}

TEST_CASE("what is no plain decimal number, or too large, is no money") {
  for (const auto text : {"", "-", ".", ".5", "5.", "1.2.3", "1e3", " 1", "1 ", "+1", "0x1",
                          "922337203685477.5808", "99999999999999999999"})
    CHECK_MESSAGE(!parse_money_e4(text).has_value(), text);
}

}  // namespace trunkline
