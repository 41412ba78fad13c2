#include "core/event.hpp"

#include <doctest/doctest.h>

using namespace trunkline;

namespace {

constexpr std::string_view ended =
    R"({"specversion":"1.0","id":"e1","source":"pbx","type":"call.ended","subject":"c1",)"
    R"("time":"2026-11-21T11:21:29.000001Z","dataschema":"urn:trunkline:call.ended:1","tenantid":"acme",)"
    R"("contacts":"p_one e_two","history":true,"recordedtime":"2026-11-21T11:21:30.000000Z",)"
    R"("contenthash":"00000000000000ff00000000000000aa","data":{"agent_id":"ann","duration_ms":1000}})";

std::string padded(std::string text) {
  text.reserve(text.size() + json::padding);
  return text;
}

}  // namespace

TEST_CASE("a stored event is read attribute by attribute") {
  json::Parser parser;
  const auto text = padded(std::string{ended});
  const auto event = view_event(parser, text);
  REQUIRE(event.ok());
  CHECK(event->id == "e1");
  CHECK(event->source == "pbx");
  CHECK(event->family() == "call");
  CHECK(event->subject == "c1");
  CHECK(event->tenant == "acme");
  CHECK(event->first_contact() == "p_one");
  CHECK(event->history);
  CHECK(event->data.integer("duration_ms") == 1000);
  CHECK(format_time(event->recorded) == "2026-11-21T11:21:30.000000Z");
  CHECK(event->stamp == Stamp{to_micros(event->time), 0xff});
}

TEST_CASE("newest is decided by the time, then by the content") {
  CHECK(Stamp{} < Stamp{INT64_MIN + 1, 0});
  CHECK(Stamp{1, 9} < Stamp{2, 0});
  CHECK(Stamp{1, 1} < Stamp{1, 2});
  CHECK_FALSE(Stamp{}.stated());
}

TEST_CASE("what this software cannot have written is refused, naming the attribute") {
  json::Parser parser;
  const auto refusal = [&](std::string_view from, std::string_view to) {
    std::string text{ended};
    text.replace(text.find(from), from.size(), to);
    const auto event = view_event(parser, padded(text));
    return event ? std::string{"accepted"} : event.error().code + event.error().pointer;
  };
  CHECK(refusal("2026-11-21T11:21:29.000001Z", "yesterday") == "stored_event/time");
  CHECK(refusal("\"e1\"", "7") == "stored_event/id");
  CHECK(refusal("\"acme\"", "\"\"") == "stored_event");
  CHECK(refusal("{\"agent_id\":\"ann\",\"duration_ms\":1000}", "[]") == "stored_event/data");
  CHECK(refusal("}}", "}") == "json");
}
