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

TEST_CASE("equal statements pack to equal bytes, in whatever order they were made") {
  const auto packed = [](std::vector<std::pair<std::string, std::string>> stated) {
    Fields fields;
    for (const auto& [name, value] : stated) fields.state(name, value, {5, 5});
    Packer packer;
    fields.pack(packer);
    return packer.take();
  };
  CHECK(packed({{"custom.b", "1"}, {"stage", "new"}, {"agent_id", "a"}, {"custom.a", "2"}}) ==
        packed({{"agent_id", "a"}, {"custom.a", "2"}, {"custom.b", "1"}, {"stage", "new"}}));
}

TEST_CASE("a row that spells out a name which is known by now reads like any other") {
  Packer packer;
  packer.count(1).stamp({7, 7}).count(2);
  packer.count(0).text("stage").count(0).count(0).text("new");
  packer.count(0).text("custom.a").count(0).count(0).text("1");
  const std::string bytes = packer.take();
  Unpacker unpacker(bytes);
  const Fields fields = Fields::unpack(unpacker);
  CHECK(unpacker.finished());
  CHECK(fields.value("stage") == "new");
  CHECK(fields.value("custom.a") == "1");
}

TEST_CASE("what is outdone is gone, however long or short what outdoes it") {
  Fields fields;
  fields.state("reason", "a long reason that many words were lost on", {1, 1});
  fields.state("custom.a", "\"x\"", {1, 1});
  fields.state("reason", "no", {2, 1});
  fields.state("custom.a", "\"a longer one\"", {2, 1});
  fields.state("agent_id", "ann", {1, 1});
  CHECK(fields.value("reason") == "no");
  CHECK(fields.value("custom.a") == "\"a longer one\"");
  CHECK(fields.value("agent_id") == "ann");
}

TEST_CASE("only the named fields are kept") {
  Fields fields;
  for (const char* name : {"at", "stage", "agent_id", "channel", "custom.a"})
    fields.state(std::string{name}, name, {1, 1});
  fields.keep_only({"agent_id", "channel", "outcome"});
  std::string names;
  for (const Field field : fields) names.append(field.name).append("=").append(field.value).append(" ");
  CHECK(names == "agent_id=agent_id channel=channel ");
  fields.state("stage", "new", {2, 1});
  CHECK(fields.value("stage") == "new");
  CHECK(fields.value("channel") == "channel");
}

TEST_CASE("every known name is found by its text, and no other is") {
  for (std::size_t i = 0; i < field_names::known_names.size(); ++i)
    CHECK(FieldName{field_names::known_names[i]}.code() == i + 1);
  for (const std::string_view name : {"", "a", "custom.stage", "Stage", "stages"})
    CHECK(FieldName{name}.code() == 0);
}
