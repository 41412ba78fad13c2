#include <doctest/doctest.h>

#include "core/log/log.hpp"

using namespace trunkline;

TEST_CASE("the partition of a tenant is the one that Kafka's Java client computes") {
  // org.apache.kafka.common.utils.UtilsTest: murmur2("21") == -973932308, murmur2("foobar") == -790332482.
  const std::uint32_t all = 0x7fffffffu;
  CHECK(partition_of(TenantId{"21"}, all).value() == (static_cast<std::uint32_t>(-973932308) & all) % all);
  CHECK(partition_of(TenantId{"foobar"}, all).value() ==
        (static_cast<std::uint32_t>(-790332482) & all) % all);
  CHECK(partition_of(TenantId{"a-little-bit-long-string"}, all).value() ==
        (static_cast<std::uint32_t>(-985981536) & all) % all);
}

TEST_CASE("a position's text reads back, and only on its own journal") {
  const JournalId journal{"0123456789ab"};
  const Position position{Partition{3}, Offset{42}};
  const auto text = position_text(journal, position);
  REQUIRE(parse_position(text, journal, 16).ok());
  CHECK(*parse_position(text, journal, 16) == position);
  CHECK(parse_position(text, JournalId{"ba9876543210"}, 16).error().code == "foreign_position");
  CHECK(parse_position(text, journal, 3).error().code == "position");
  for (const auto* bad :
       {"", "-", "0123456789ab", "0123456789ab-3", "0123456789ab-3-", "0123456789ab-x-1", "0123456789ab-3-1x",
        "0123456789ab-3--1", "0123456789ab-3-99999999999999999999999"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_position(bad, journal, 16).ok());
  }
}
