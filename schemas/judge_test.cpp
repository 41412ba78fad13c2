// What the door's judge refuses and says, event by event.
#include "schemas/judge.hpp"

#include <doctest/doctest.h>

#include "schemas/catalogue_fixture.hpp"

namespace trunkline {
namespace {

using testing::catalogue;

// An event of that type with this data, and whatever attributes are to be otherwise.
std::string event(std::string_view type, std::string_view data, std::string_view attributes = "") {
  std::string text =
      R"({"specversion":"1.0","id":"e-1","source":"/test","subject":"s-1","time":"2026-11-20T10:00:00Z")";
  text += R"(,"type":")" + std::string{type} + R"(")";
  text += attributes;
  text += R"(,"data":)" + std::string{data} + "}";
  return text;
}

struct Verdict {
  bool accepted = false;
  std::vector<Issue> issues;

  bool says(std::string_view pointer, std::string_view message) const {
    for (const Issue& issue : issues)
      if (issue.pointer == pointer && issue.message.find(message) != std::string::npos) return true;
    return false;
  }
};

Verdict judged(const std::string& text) {
  static Judge judge(catalogue());
  static json::Parser parser;
  const auto document = parser.parse(text);
  REQUIRE(document.ok());
  const bool accepted = judge.accepts(*document);
  return {accepted, judge.issues()};
}

}  // namespace

TEST_CASE("an issue names the schema, the place in it, the place in the event and the reason") {
  const auto verdict = judged(event("call.ended", R"({"duration_ms":"long"})"));
  REQUIRE(verdict.issues.size() == 1);
  const Issue& issue = verdict.issues[0];
  CHECK(issue.schema == "urn:trunkline:call.ended:1");
  CHECK(issue.keyword == "urn:trunkline:shared.terms:1#/$defs/duration_ms/type");
  CHECK(issue.pointer == "/data/duration_ms");
  CHECK(issue.message == "must be a whole number");
}

TEST_CASE("every fault of an event is told, in the order of the document") {
  const auto verdict =
      judged(event("call.ended", R"({"direction":"up","agent_id":"","outcome":7,"rating":9})"));
  REQUIRE(verdict.issues.size() == 3);
  CHECK(verdict.says("/data/direction", "must be one of \"inbound\", \"outbound\""));
  CHECK(verdict.issues[1].pointer == "/data/agent_id");
  CHECK(verdict.issues[2].pointer == "/data/outcome");
}

TEST_CASE("at most twenty faults are told") {
  std::string turns;
  for (int i = 0; i < 50; ++i) turns += std::string{i == 0 ? "" : ","} + R"({"at_ms":-1})";
  const auto verdict = judged(event("call.transcribed", R"({"transcript":[)" + turns + "]}"));
  CHECK(verdict.issues.size() == issues_max);
  CHECK(verdict.says("/data/transcript/19/at_ms", "must be at least 0"));
}

TEST_CASE("what is required is missed at its parent") {
  CHECK(judged(event("message.status_changed", "{}")).says("/data", "\"status\" is required"));
  CHECK(judged(event("lead.captured", R"({"contact":{}})"))
            .says("/data/contact",
                  R"(must have at least one of "phone", "email", "visitor_id", "token", "withheld")"));
  CHECK(
      judged(
          R"({"specversion":"1.0","id":"e","source":"/t","type":"call.ended","time":"2026-11-20T10:00:00Z"})")
          .says("", "\"subject\" is required"));
}

TEST_CASE("the attributes are judged by the envelope's schema") {
  const auto with = [](std::string_view attributes) { return judged(event("call.ended", "{}", attributes)); };
  CHECK(with(R"(,"tenantid":"Not Valid")").says("/tenantid", "must match"));
  CHECK(with(R"(,"history":"yes")").says("/history", "must be true or false"));
  CHECK(with(R"(,"datacontenttype":"text/xml")").says("/datacontenttype", "must match"));
  CHECK(with(R"(,"datacontenttype":"application/json; charset=utf-8")").accepted);
  CHECK(with(R"(,"traceparent":"00-0af7651916cd43dd8448eb211c80319c")").accepted);
  CHECK(judged("[]").says("", "must be an object"));
  CHECK(judged(event("call.ended", "[]")).says("/data", "must be an object"));
}

TEST_CASE("a type or a schema that nobody knows is refused, and the rest is still looked at") {
  const auto unknown = judged(event("call.exploded", R"({"a":1,"a":2})"));
  CHECK(unknown.says("/type", "is no event type known here"));
  CHECK(unknown.says("/data/a", "stands twice"));
  CHECK(judged(event("call.ended", "{}", R"(,"dataschema":"urn:trunkline:call.ended:1")")).accepted);
  CHECK(judged(event("call.ended", "{}", R"(,"dataschema":"urn:trunkline:call.rated:1")"))
            .says("/dataschema", "such as urn:trunkline:call.ended:1"));
}

TEST_CASE("a member named twice is refused wherever it stands") {
  CHECK(judged(event("call.ended", R"({"agent_id":"a","agent_id":"b"})"))
            .says("/data/agent_id", "stands twice"));
  CHECK(judged(event("call.ended", R"({"metadata":{"x":[{"k":1,"l":2,"k":3}]}})"))
            .says("/data/metadata/x/0/k", "stands twice"));
  CHECK(judged(event("call.ended", R"({"agent_id":"a","agent\u005fid":"b"})"))
            .says("/data/agent_id", "stands twice"));
  CHECK(judged(event("call.ended", "{}", R"(,"id":"e-2")")).says("/id", "stands twice"));
}

TEST_CASE("U+0000 is refused in texts and in names") {
  CHECK(judged(event("call.ended", R"({"summary":"a\u0000b"})")).says("/data/summary", "U+0000"));
  CHECK(judged(event("call.ended", R"({"metadata":{"a\u0000b":1}})")).issues.size() == 1);
  CHECK(judged(event("call.ended", R"({"unknown":["\u0000"]})")).says("/data/unknown/0", "U+0000"));
}

TEST_CASE("ids hold no address and no telephone number, so that nobody stays readable for ever") {
  const auto attribute = [](std::string_view name, std::string_view value) {
    const std::string text =
        R"({"specversion":"1.0","time":"2026-11-20T10:00:00Z","type":"call.ended","data":{})";
    std::string rest;
    for (const std::string_view other : {"id", "source", "subject"})
      rest += ",\"" + std::string{other} + "\":\"" + std::string{other == name ? value : "x"} + "\"";
    return judged(text + rest + "}");
  };
  for (const std::string_view name : {"id", "source", "subject"}) {
    const std::string pointer = "/" + std::string{name};
    CHECK(attribute(name, "lead-ann.marsh@example.com-1").says(pointer, "e-mail address"));
    CHECK(attribute(name, "+442079460123").says(pointer, "telephone number"));
    CHECK(attribute(name, "call-8842@edge").accepted);
  }
  CHECK(judged(event("call.ended", R"({"agent_id":"ella@example.com"})"))
            .says("/data/agent_id", "e-mail address"));
}

TEST_CASE("no issue repeats what the event says") {
  constexpr std::string_view canary = "canary-4711";
  const auto verdict = judged(event(
      "lead.captured",
      R"({"contact":{"phone":["canary-4711"],"email":"canary-4711"},"first_name":{"x":"canary-4711"},"city":7,)"
      R"("value":"canary-4711","channel":"canary-4711","country":"canary-4711","line_type":"canary-4711 with blanks"})"));
  CHECK(verdict.issues.size() == 8);
  for (const Issue& issue : verdict.issues) {
    CHECK(issue.message.find(canary) == std::string::npos);
    CHECK(issue.pointer.find(canary) == std::string::npos);
  }
}

TEST_CASE("an accepted event hands over its attributes") {
  json::Parser parser;
  Judge judge(catalogue());
  const auto document =
      parser.parse(event("call.ended", R"({"duration_ms":5})",
                         R"(,"tenantid":"gym","history":true,"actor":"agent-1","correlationid":"c")"));
  REQUIRE(judge.accepts(*document));
  CHECK(judge.type().name == "call.ended");
  CHECK(judge.type().family == "call");
  CHECK(judge.attributes().id == "e-1");
  CHECK(judge.attributes().subject == "s-1");
  CHECK(judge.attributes().tenantid == "gym");
  CHECK(judge.attributes().actor == "agent-1");
  CHECK(judge.attributes().history);
  CHECK(judge.attributes().time == parse_time("2026-11-20T10:00:00Z"));
  CHECK(judge.data().integer("duration_ms") == 5);
}

}  // namespace trunkline
