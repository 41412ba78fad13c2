#include "projections/leads/fields.hpp"

#include <doctest/doctest.h>

using namespace trunkline;
using namespace trunkline::leads;

TEST_CASE("the newest statement of a field wins in either order") {
  Fields early, late;
  early.state("stage", "new", {10, 1});
  late.state("stage", "qualified", {20, 1});
  Fields forwards = early, backwards = late;
  forwards.merge(late);
  backwards.merge(early);
  CHECK(forwards == backwards);
  CHECK(forwards.value("stage") == "qualified");
}

TEST_CASE("a higher rank wins whatever its time") {
  Fields fields;
  fields.state("status", "read", {10, 1}, 4);
  fields.state("status", "sent", {20, 1}, 1);
  CHECK(fields.value("status") == "read");
}

TEST_CASE("at equal times the tie decides, the same way in every order") {
  Fields one, other;
  one.state("agent_id", "a", {10, 7});
  one.state("agent_id", "b", {10, 9});
  other.state("agent_id", "b", {10, 9});
  other.state("agent_id", "a", {10, 7});
  CHECK(one == other);
  CHECK(one.value("agent_id") == "b");
}

TEST_CASE("packed fields read back equal, known and unknown names alike") {
  Fields fields;
  fields.state("stage", "new", {-5, 1});
  fields.state("custom.budget", "\"12\"", {20, UINT64_MAX}, 3);
  fields.state("duration_ms", "261000", {20, UINT64_MAX});
  Packer packer;
  fields.pack(packer);
  const std::string bytes = packer.take();
  Unpacker unpacker(bytes);
  CHECK(Fields::unpack(unpacker) == fields);
  CHECK(unpacker.finished());
  CHECK(fields.integer("duration_ms") == 261000);
  CHECK_FALSE(fields.integer("stage").has_value());
}

TEST_CASE("bytes that were cut read as not ok") {
  Fields fields;
  fields.state("stage", "new", {1, 1});
  Packer packer;
  fields.pack(packer);
  const std::string bytes = packer.take();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Unpacker unpacker(std::string_view{bytes}.substr(0, size));
    (void)Fields::unpack(unpacker);
    CHECK_FALSE(unpacker.finished());
  }
}

TEST_CASE("numbers of any size and sign survive packing") {
  for (const std::int64_t number :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{300}, INT64_MIN, INT64_MAX}) {
    Packer packer;
    packer.number(number);
    const std::string bytes = packer.take();
    Unpacker unpacker(bytes);
    CHECK(unpacker.number() == number);
  }
}
