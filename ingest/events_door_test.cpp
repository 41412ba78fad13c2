#include "ingest/events_door.hpp"

#include <doctest/doctest.h>

#include <set>

#include "core/open.hpp"
#include "tests/running_door.hpp"

using namespace trunkline;
using trunkline::testing::Door;
using trunkline::testing::RawClient;
using trunkline::testing::RawReply;

namespace {

struct Ended {
  std::string id = "e1";
  std::string subject = "call-1";
  std::string more = "";  // attributes, each with a comma behind
  std::string data = R"({"contact":{"phone":"+14155550100"},"agent_id":"a7","duration_ms":61000})";
  std::string time = "2025-11-13T01:00:00Z";

  std::string json() const {
    return R"({"specversion":"1.0","id":")" + id +
           R"(","source":"/telephony","type":"call.ended","subject":")" + subject + R"(","time":")" + time +
           "\"," + more + "\"data\":" + data + "}";
  }
};

bool holds(const RawReply& reply, std::string_view text) {
  return reply.body.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("one structured event is on the journal, sealed, when the answer with its position comes") {
  Door door;
  const auto reply = door.structured(Ended{}.json());
  CHECK(reply.status == 200);
  const auto position = reply.header("Trunkline-Position");
  CHECK(position.starts_with(door.log.id().value() + "-"));
  CHECK(position.ends_with("-1"));
  CHECK(holds(reply, "\"position\":\"" + position + "\""));
  const auto stored = door.stored();
  REQUIRE(stored.size() == 1);
  CHECK(stored[0].find("4155550100") == std::string::npos);
  CHECK(stored[0].find("\"contacts\":\"p_") != std::string::npos);
  CHECK(stored[0].find("\"dataschema\":\"urn:trunkline:call.ended:1\",\"tenantid\":\"acme\"") !=
        std::string::npos);
  const auto opened = open_document(door.keys, stored[0]);
  REQUIRE(opened.ok());
  CHECK(opened->find("\"phone\":\"+14155550100\"") != std::string::npos);
}

TEST_CASE("the same event again is stored again with the same content hash, other content has another") {
  Door door;
  Ended again, other;
  other.data = R"({"contact":{"phone":"+14155550100"},"agent_id":"a8"})";
  for (const Ended& event : {Ended{}, again, other}) CHECK(door.structured(event.json()).status == 200);
  const auto stored = door.stored();
  REQUIRE(stored.size() == 3);
  const auto hash = [](const std::string& document) {
    return document.substr(document.find("contenthash"), 48);
  };
  CHECK(hash(stored[0]) == hash(stored[1]));
  CHECK(hash(stored[0]) != hash(stored[2]));
}

TEST_CASE("a call without a contact is about the caller when inbound and about the called when outbound") {
  Door door;
  Ended inbound, outbound, named, withheld;
  inbound.data = R"({"direction":"inbound","from":"+14155550101","to":"+14155550199"})";
  outbound.data = R"({"direction":"outbound","from":"+14155550199","to":"+14155550101"})";
  named.data = R"({"contact":{"email":"A@example.com","phone":"+14155550101"}})";
  withheld.data = R"({"direction":"inbound","contact":{"withheld":true},"to":"+14155550199"})";
  for (const Ended& event : {inbound, outbound, named, withheld})
    CHECK(door.structured(event.json()).status == 200);
  std::vector<std::string> contacts;
  json::Parser parser;
  for (const std::string& document : door.stored()) {
    const auto parsed = parser.parse(document);
    contacts.emplace_back(parsed->as_object()->string("contacts").value_or("none"));
  }
  REQUIRE(contacts.size() == 4);
  CHECK(contacts[0] == contacts[1]);
  CHECK(contacts[2].starts_with(contacts[0] + " e_"));
  CHECK(contacts[3].starts_with("s_"));
}

TEST_CASE("callers who hide their number are each somebody of their own, not one person called anonymous") {
  Door door;
  Ended first, second, keypad;
  first.data = R"({"direction":"inbound","from":"anonymous","to":"+14155550199"})";
  second.data = R"({"direction":"inbound","from":"Restricted","to":"+14155550199"})";
  second.subject = "call-2";
  keypad.data = R"({"contact":{"phone":"+266696687"}})";
  keypad.subject = "call-3";
  for (const Ended& event : {first, second, keypad}) CHECK(door.structured(event.json()).status == 200);
  std::set<std::string> contacts;
  json::Parser parser;
  for (const std::string& document : door.stored()) {
    const auto parsed = parser.parse(document);
    contacts.emplace(parsed->as_object()->string("contacts").value_or("none"));
  }
  CHECK(contacts.size() == 3);
  for (const std::string& contact : contacts) CHECK_MESSAGE(contact.starts_with("s_"), contact);
}

TEST_CASE("binary mode is the same event, and its body cannot add attributes") {
  Door door;
  const std::string headers =
      "ce-specversion: 1.0\r\nce-id: e1\r\nce-source: /telephony\r\nce-type: call.ended\r\nce-subject: "
      "call%2D1\r\nce-time: \"2025-11-13T01:00:00Z\"\r\n";
  CHECK(door.structured(Ended{}.json()).status == 200);
  CHECK(door.post(Ended{}.data, "application/json", "tk_acme", "/v1/events", headers).status == 200);
  const auto stored = door.stored();
  REQUIRE(stored.size() == 2);
  CHECK(stored[0].substr(0, stored[0].find("\"contenthash\":") + 40) ==
        stored[1].substr(0, stored[1].find("\"contenthash\":") + 40));
  const auto smuggled =
      door.post(R"({"a":1},"tenantid":"other")", "application/json", "tk_acme", "/v1/events", headers);
  CHECK(smuggled.status == 400);
  CHECK(door.post("x", "text/plain", "tk_acme", "/v1/events", headers).status == 415);
  CHECK(door.stored().size() == 2);
}

TEST_CASE("a refused event says where and why, and nothing of it is stored") {
  Door door;
  const auto wrong = [&](const Ended& event, int status, std::string_view said,
                         std::string_view key = "tk_acme") {
    const auto reply = door.structured(event.json(), key);
    CHECK(reply.status == status);
    CHECK(reply.header("Content-Type") == "application/problem+json");
    INFO(reply.body);
    CHECK(holds(reply, said));
  };
  wrong({.data = R"({"duration_ms":"long"})"}, 422, "\"pointer\":\"/data/duration_ms\"");
  wrong({.data = R"({"duration_ms":"long"})"}, 422, "\"schema\":\"urn:trunkline:call.ended:1\"");
  wrong({.time = "2025-11-14T12:00:00Z"}, 422, "\"pointer\":\"/time\"");
  wrong({.id = "call-with-ann@example.com"}, 422, "\"pointer\":\"/id\"");
  wrong({.subject = "+14155550100"}, 422, "\"pointer\":\"/subject\"");
  wrong({.more = R"("tenantid":"other",)"}, 403, "\"pointer\":\"/tenantid\"");
  wrong({.more = R"("history":true,)"}, 403, "\"pointer\":\"/history\"");
  wrong({.data = R"({"contact":{"phone":"12"}})"}, 422, "\"pointer\":\"/data/contact/phone\"");
  wrong({.data = "{\"note\":\"a\\u0000b\"}"}, 422, "U+0000");
  wrong({.data = R"({"agent_id":"a","agent_id":"b"})"}, 422, "/data/agent_id");
  wrong({.data = "{\"metadata\":{\"x\":\"" + std::string(700'000, 'x') + "\"}}"}, 413, "too_large");
  const auto erased = door.structured(
      R"({"specversion":"1.0","id":"1","source":"/x","type":"subject.erased","subject":"erasure-1",)"
      R"("time":"2025-11-13T01:00:00Z","data":{"tokens":[]}})");
  CHECK(erased.status == 403);
  CHECK(holds(erased, "/v1/leads/{id}/erase"));
  CHECK(door.structured(R"({"specversion":"1.0","type":"call.endet"})").body.find("call.ended") !=
        std::string::npos);
  CHECK(door.stored().empty());
  CHECK(door.structured(Ended{.more = R"("history":true,)"}.json(), "tk_import").status == 200);
}

TEST_CASE("what is no JSON, no known content type, too large, too deep or without a key is told apart") {
  Door door;
  CHECK(door.structured("{").status == 400);
  CHECK(door.structured("").status == 400);
  CHECK(door.structured("[1]").status == 422);
  CHECK(door.structured(std::string(2'000, '[')).status == 400);
  CHECK(door.structured("{\"id\":\"\xff\"}").status == 400);
  CHECK(door.post("{}", "text/plain").status == 415);
  CHECK(door.post("{}", "application/json; charset=latin1").status == 415);
  CHECK(door.post(Ended{}.json(), "application/json; charset=\"UTF-8\"").status == 200);
  CHECK(door.structured(std::string(1'200'000, ' ')).status == 413);
  CHECK(door.structured(Ended{}.json(), "tk_nobody").status == 401);
  CHECK(door.structured(Ended{}.json(), "tk_read").status == 403);
  CHECK(door.structured(Ended{}.json(), "tk_acme", "/v1/events?tenat=acme").status == 400);
  CHECK(door.structured(Ended{}.json(), "tk_acme", "/v1/events?tenant=other").status == 403);
}

TEST_CASE("an operator's key names the tenant, in the event or in the address, and only a known one") {
  Door door;
  CHECK(door.structured(Ended{}.json(), "tk_platform").status == 400);
  CHECK(door.structured(Ended{}.json(), "tk_platform", "/v1/events?tenant=acme").status == 200);
  CHECK(door.structured(Ended{.more = R"("tenantid":"acme",)"}.json(), "tk_platform").status == 200);
  CHECK(door.structured(Ended{.more = R"("tenantid":"nobody",)"}.json(), "tk_platform").status == 422);
  CHECK(door.stored().size() == 2);
}

TEST_CASE("of a batch the valid events are accepted and the others told, and broken JSON refuses it whole") {
  Door door;
  const std::string type = "application/cloudevents-batch+json";
  const auto mixed = door.post(
      "[" + Ended{}.json() + ", {\"specversion\":\"1.0\"}, " + Ended{.id = "e2"}.json() + "]", type);
  CHECK(mixed.status == 200);
  CHECK(holds(mixed, R"("accepted":2,"refused":1,"accepted_indexes":[[0,0],[2,2]])"));
  CHECK(holds(mixed, R"("index":1)"));
  CHECK(mixed.header("Trunkline-Position").ends_with("-2"));
  CHECK(door.post("[" + Ended{}.json() + ",{\"a\":]", type).status == 400);
  CHECK(door.post("[" + Ended{}.json() + "", type).status == 400);
  CHECK(door.post("[{}, 5]", type).status == 422);
  CHECK(door.post("[]", type).status == 400);
  CHECK(door.post("{}", type).status == 400);
  CHECK(door.post("[" + std::string(3'000'000, ' ') + "]", type).status == 413);
  CHECK(door.stored().size() == 2);
}

TEST_CASE("an NDJSON stream of any length answers with ranges of lines and each refused one") {
  Door door;
  std::string body;
  for (int line = 1; line <= 100; ++line) {
    if (line == 10)
      body += "{broken\n";
    else if (line == 20)
      body += "\n";
    else if (line == 30)
      body += "\"" + std::string(1'100'000, 'x') + "\"\n";
    else
      body += Ended{.id = "e" + std::to_string(line)}.json() + "\r\n";
  }
  const auto reply = door.post(body, "application/x-ndjson");
  CHECK(reply.status == 200);
  CHECK(holds(reply, R"("accepted":97,"refused":2,"accepted_lines":[[1,9],[11,19],[21,29],[31,100]])"));
  CHECK(holds(reply, R"({"line":10,"code":"json")"));
  CHECK(holds(reply, R"({"line":30,"code":"too_large")"));
  CHECK(door.stored().size() == 97);
  CHECK(reply.header("Trunkline-Position").ends_with("-97"));
}

TEST_CASE("the list of refused lines is bounded, counted on, and says so") {
  Door door;
  std::string body;
  for (int line = 0; line < 1500; ++line) body += "{}\n";
  const auto none = door.post(body, "application/x-ndjson");
  CHECK(none.status == 422);
  CHECK(holds(none, "the first 1000 of 1500"));
  const auto some = door.post(body + Ended{}.json(), "application/x-ndjson");
  CHECK(some.status == 200);
  CHECK(holds(some, R"("accepted":1,"refused":1500,"accepted_lines":[[1501,1501]])"));
  CHECK(holds(some, "only the first 1000 refused are listed"));
}

TEST_CASE("the catalogue is there to read, without a key") {
  Door door;
  RawClient client(door.server->port());
  CHECK(client.ask("GET /v1/schemas HTTP/1.1\r\n\r\n").body.find("call.ended") != std::string::npos);
  const auto schema = client.ask("GET /v1/schemas/call.ended HTTP/1.1\r\n\r\n");
  CHECK(schema.status == 200);
  CHECK(schema.header("Content-Type") == "application/schema+json");
  CHECK(client.ask("GET /v1/schemas/call.ended/example HTTP/1.1\r\n\r\n").status == 200);
  CHECK(client.ask("GET /v1/schemas/envelope HTTP/1.1\r\n\r\n").status == 200);
  CHECK(client.ask("GET /v1/schemas/call.nothing HTTP/1.1\r\n\r\n").status == 404);
}
