#include "core/clock.hpp"

#include <doctest/doctest.h>

using namespace trunkline;

namespace {
std::string rewritten(std::string_view text) {
  const auto time = parse_time(text);
  return time ? format_time(*time) : "refused";
}
}  // namespace

TEST_CASE("a time keeps its moment whatever offset it was written with") {
  CHECK(rewritten("2026-11-21T11:21:29Z") == "2026-11-21T11:21:29.000000Z");
  CHECK(rewritten("2026-11-21T12:21:29.5+01:00") == "2026-11-21T11:21:29.500000Z");
  CHECK(rewritten("2026-11-20T23:51:29.123456-11:30") == "2026-11-21T11:21:29.123456Z");
  CHECK(rewritten("2024-02-29t00:00:00z") == "2024-02-29T00:00:00.000000Z");
}

TEST_CASE("a time finer than a microsecond is cut, not rounded") {
  CHECK(rewritten("2026-11-21T11:21:29.123456999Z") == "2026-11-21T11:21:29.123456Z");
  CHECK(rewritten("1969-12-31T23:59:59.999999999Z") == "1969-12-31T23:59:59.999999Z");
}

TEST_CASE("a leap second is the next second") {
  CHECK(rewritten("2016-12-31T23:59:60Z") == "2017-01-01T00:00:00.000000Z");
}

TEST_CASE("what is not RFC 3339 is refused") {
  for (const auto* text :
       {"", "2026-11-21", "2026-11-21T11:21:29", "2026-11-21T11:21Z", "2026-02-30T00:00:00Z",
        "2025-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T11:60:00Z",
        "2026-11-21T11:21:61Z", "2026-11-21T11:21:29.Z", "2026-11-21T11:21:29.1234567890Z",
        "2026-11-21T11:21:29+24:00", "2026-11-21T11:21:29+0100", "2026-11-21T11:21:29Zx",
        " 2026-11-21T11:21:29Z", "+026-11-21T11:21:29Z", "1763724089"}) {
    CAPTURE(text);
    CHECK(rewritten(text) == "refused");
  }
}

TEST_CASE("the text order of formatted times is their time order, to the ends of what is accepted") {
  const auto first = rewritten("0000-01-01T00:00:00Z");
  const auto last = rewritten("9999-12-31T23:59:59.999999Z");
  CHECK(first.size() == formatted_time_size);
  CHECK(last.size() == formatted_time_size);
  CHECK(first < rewritten("1969-12-31T23:59:59Z"));
  CHECK(rewritten("1969-12-31T23:59:59Z") < rewritten("1970-01-01T00:00:00Z"));
  CHECK(rewritten("1970-01-01T00:00:00Z") < last);
}

TEST_CASE("an offset may not carry a time out of the years that can be written") {
  CHECK(rewritten("9999-12-31T23:59:59-00:01") == "refused");
  CHECK(rewritten("9999-12-31T23:59:60Z") == "refused");
  CHECK(rewritten("0000-01-01T00:00:00+00:01") == "refused");
}
