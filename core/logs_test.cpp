#include "core/logs.hpp"

#include <doctest/doctest.h>

using namespace trunkline;

TEST_CASE("a log line is logfmt or JSON, and no value can break out of its field") {
  CHECK(logs::line(logs::Format::logfmt, "T", logs::Level::info, "served",
                   {{"route", "/v1/leads/{id}"}, {"status", 200}, {"why", "a \"b\"\nlevel=error"}}) ==
        R"(time=T level=info event=served route=/v1/leads/{id} status=200 why="a \"b\"\nlevel=error")");
  CHECK(logs::line(logs::Format::json, "T", logs::Level::warn, "slow", {{"micros", 5}, {"why", "a\"b"}}) ==
        R"({"time":"T","level":"warn","event":"slow","micros":5,"why":"a\"b"})");
}
