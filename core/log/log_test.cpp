#include "core/log/log.hpp"

#include <doctest/doctest.h>

using namespace trunkline;

TEST_CASE("a tenant's partition is the one that Kafka's Java client would choose") {
  // Expected hashes from Apache Kafka's UtilsTest.testMurmur2; its toPositive drops the sign bit.
  const std::pair<std::string, std::int32_t> known[] = {
      {"21", -973932308},
      {"foobar", -790332482},
      {"a-little-bit-long-string", -985981536},
      {"a-little-bit-longer-string", -1486304829},
      {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
      {"abc", 479470107},
  };
  for (const auto& [key, hash] : known) {
    const std::uint32_t positive = static_cast<std::uint32_t>(hash) & 0x7fffffffu;
    CHECK(partition_of(TenantId{key}, 0x7fffffffu) == Partition{positive});
    CHECK(partition_of(TenantId{key}, 16) == Partition{positive % 16});
  }
}

TEST_CASE("a position survives its text") {
  const JournalId journal{"0123456789ab"};
  const Position position{Partition{3}, Offset{18446744073709551615u}};
  CHECK(position_text(journal, position) == "0123456789ab-3-18446744073709551615");
  const auto parsed = parse_position(position_text(journal, position), journal, 4);
  REQUIRE(parsed.ok());
  CHECK(*parsed == position);
}

TEST_CASE("a position of another journal, of no partition or of no sense is refused") {
  const JournalId journal{"0123456789ab"};
  const auto refusal = [&](std::string_view text) {
    const auto parsed = parse_position(text, journal, 4);
    return parsed ? "accepted" : parsed.error().code;
  };
  CHECK(refusal("0123456789ac-3-7") == "foreign_position");
  CHECK(refusal("0123456789ab-4-7") == "position");
  for (const char* text :
       {"", "-", "--", "0123456789ab", "0123456789ab-3", "0123456789ab-3-", "0123456789ab--7",
        "0123456789ab-3-7-1", "0123456789ab-3--7", "0123456789ab-+3-7", "0123456789ab-3-7 ",
        "0123456789ab-3-18446744073709551616", "0123456789ab-4294967296-0"}) {
    CAPTURE(text);
    CHECK(refusal(text) == "position");
  }
}

TEST_CASE("a batch keeps its records when it grows and when it is moved") {
  RecordBatch batch;
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < 200; ++i) {
    expected.push_back(std::string(i % 17, static_cast<char>('a' + i % 26)));
    batch.add(Offset{100 + i}, expected.back());
  }
  RecordBatch moved = std::move(batch);
  CHECK(batch.empty());
  CHECK(batch.bytes() == 0);
  REQUIRE(moved.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(moved[i].offset == Offset{100 + i});
    CHECK(moved[i].document == expected[i]);
  }
  moved.reserve(1000, 1 << 20);
  CHECK(moved[199].document == expected[199]);
  batch.add(Offset{0}, "again");
  CHECK(batch[0].document == "again");
}
