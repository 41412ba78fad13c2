// Queries over a real database, filled by the runners from a journal.
#include <thread>

#include "core/contact.hpp"
#include "tests/office.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

std::vector<std::string> ids(std::string_view body) {
  json::Parser parser;
  const auto document = parser.parse(body);
  REQUIRE(document.ok());
  const auto leads = document->as_object()->array("leads");
  REQUIRE(leads.has_value());
  std::vector<std::string> found;
  for (const json::Value lead : *leads) found.emplace_back(*lead.as_object()->string("id"));
  return found;
}

}  // namespace

TEST_CASE("a list of leads is paged by a cursor that skips and repeats nobody, also while leads change") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  std::vector<TestEvent> story;
  for (int i = 0; i < 25; ++i)
    story.push_back(message_received(std::string(1, static_cast<char>('a' + i)), at(9, i / 3)));
  office.tell(story);
  std::vector<std::string> all;
  std::string target = "/v1/leads?limit=4&sort=last_activity";
  for (std::string next; next != "null";) {
    const std::string page = office.body(target + (next.empty() ? "" : "&cursor=" + next));
    for (const std::string& id : ids(page)) all.push_back(id);
    next = member(page, "next");
    if (all.size() == 8) office.tell({message_received("y", at(20))});  // moves the last one further back
  }
  CHECK(all.size() == 25);
  std::sort(all.begin(), all.end());
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
}

TEST_CASE("a cursor of another query, and one that was tampered with, is refused by name") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.tell({captured("ann", at(9)), captured("bob", at(10)), captured("cem", at(11))});
  const std::string next = member(office.body("/v1/leads?limit=1"), "next");
  for (const std::string& target :
       {"/v1/leads?stage=new&cursor=" + next, std::string{"/v1/leads?cursor=AAAA"},
        std::string{"/v1/leads?cursor=%27"}}) {
    const http::Response refused = office.ask(target);
    CHECK(refused.status == 400);
    CHECK(refused.body.find("cursor") != std::string::npos);
  }
}

TEST_CASE("filters narrow the list, and malformed ones are refused") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.tell({captured("ann", at(9)).text("line_type", "cellular"), captured("bob", at(9)),
               stage_changed("bob", "lost", at(10)), opted_out("cem", at(9)), conversion("dan", 50, at(9))});
  CHECK(ids(office.body("/v1/leads?stage=lost")) == std::vector<std::string>{token("bob")});
  CHECK(ids(office.body("/v1/leads?stage=new&stage=lost")).size() == 3);
  CHECK(ids(office.body("/v1/leads?line_type=cellular")) == std::vector<std::string>{token("ann")});
  CHECK(ids(office.body("/v1/leads?opted_out=true")) == std::vector<std::string>{token("cem")});
  CHECK(ids(office.body("/v1/leads?converted=true")) == std::vector<std::string>{token("dan")});
  CHECK(ids(office.body("/v1/leads?captured_from=2026-11-23T09:30:00Z")).empty());
  CHECK(ids(office.body("/v1/leads?stage='%20OR%201=1%20--")).empty());
  for (const char* target : {"/v1/leads?opted_out=perhaps", "/v1/leads?limit=201", "/v1/leads?sort=name",
                             "/v1/leads?stages=new", "/v1/leads?active_from=yesterday"})
    CHECK(office.ask(target).status == 400);
  CHECK(ids(office.ask("/v1/leads", "globex").body).empty());
}

TEST_CASE("any member's token and any way to write a contact point leads to the lead") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  const auto secret = office.keys_.tenant_secret(TenantId{"acme"});
  REQUIRE(secret.ok());
  const std::string phone = token_of(Hmac(*secret), ContactKind::phone, "+12025550123").value();
  office.tell({message_received("ann", at(9)), linked("ann", "other", at(10))
                                                   .contacts(token("ann") + " " + phone)
                                                   .json("other", R"({"phone":")" + phone + "\"}")});
  const std::string by_phone = office.body("/v1/leads/by-contact?phone=%2B1%20202%20555%200123");
  CHECK(member(by_phone, "known") == "true");
  CHECK(by_phone.find(token("ann")) != std::string::npos);
  CHECK(member(office.body("/v1/leads/" + phone), "lead") ==
        member(office.body("/v1/leads/" + token("ann")), "lead"));
  CHECK(member(office.body("/v1/leads/by-contact?email=nobody@example.com"), "known") == "false");
  CHECK(office.ask("/v1/leads/" + token("nobody")).status == 404);
  CHECK(office.ask("/v1/leads/by-contact?phone=nonsense").status == 400);
  CHECK(office.ask("/v1/leads/by-contact").status == 400);
}

TEST_CASE("counts group leads by any clear field") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.tell({captured("ann", at(9)).text("line_type", "cellular"),
               captured("bob", at(9)).text("line_type", "cellular"), captured("cem", at(9)),
               conversion("ann", 120, at(10)), call_started("bob", at(10)).subject("c"),
               call_ended("bob", 30'000, at(10, 1)).subject("c")});
  const std::string groups = member(office.body("/v1/leads/counts?group_by=line_type"), "groups");
  CHECK(groups.starts_with(
      R"([{"group":"cellular","leads":2,"converted":1,"conversions":1,"value":"120.00","calls":1,"answered":1,"not_answered":0,"attempts":1,"talk_ms":30000)"));
  CHECK(groups.find(R"({"group":null,"leads":1)") != std::string::npos);
  CHECK(office.ask("/v1/leads/counts?group_by=first_name").status == 400);
}

TEST_CASE("a timeline shows every fact of the lead, newest first, page by page") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  std::vector<TestEvent> story = {captured("ann", at(8)), linked("ann", "bob", at(8, 30))};
  for (int i = 0; i < 7; ++i) story.push_back(message_received(i % 2 == 0 ? "ann" : "bob", at(9, i)));
  office.tell(story);
  std::string target = "/v1/leads/" + token("bob") + "/timeline?limit=4";
  const std::string first = office.body(target);
  const std::string rest = office.body(target + "&cursor=" + member(first, "next"));
  CHECK(first.find("T09:06:00") < first.find("T09:05:00"));
  CHECK(rest.find("T09:02:00") != std::string::npos);
  CHECK(office.body("/v1/leads/" + token("ann") + "/timeline?family=lead.captured").find("\"next\":null") !=
        std::string::npos);
}

TEST_CASE("analytics add up by day of a time zone, by agent, and in sum") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.tell({call_ended("ann", 60'000, at(23, 30)).subject("c1"),
               call_ended("ann", 30'000, at(22, 30)).subject("c2"),
               call_ended("bob", 0, at(12), "no_answer", "agent-2").subject("c3")});
  const std::string berlin =
      member(office.body("/v1/analytics/calls?tz=Europe/Berlin&group_by=day"), "groups");
  CHECK(berlin.find(R"("group":"2026-11-23")") != std::string::npos);
  CHECK(berlin.find(R"("group":"2026-11-24")") != std::string::npos);
  const std::string day =
      member(office.body("/v1/analytics/calls?from=2026-11-24&tz=Europe/Berlin"), "groups");
  CHECK(day.find(R"("calls":1,"offered":0,)") != std::string::npos);
  const std::string total = office.body("/v1/analytics/overview");
  CHECK(total.find(R"("talk_ms":90000)") != std::string::npos);
  CHECK(total.find(R"("mean_talk_ms":45000.0)") != std::string::npos);
  CHECK(office.body("/v1/analytics/calls?from=2030-01-01").find(R"("answer_rate":null)") !=
        std::string::npos);
  for (const char* target : {"/v1/analytics/calls?tz=Mars/Base", "/v1/analytics/calls?tz=CET",
                             "/v1/analytics/calls?from=x", "/v1/analytics/calls?group_by=moon"})
    CHECK(office.ask(target).status == 400);
}

TEST_CASE("an answer says which position it reflects, and waits for the one that is asked for") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.tell({captured("ann", at(9))});
  const Position later = office.append({captured("bob", at(10))});
  const std::string wanted = position_text(office.log().id(), later);
  const http::Response stale = office.ask("/v1/leads?min_position=" + wanted + "&wait_ms=0");
  CHECK(stale.status == 409);
  CHECK(stale.content_type == "application/problem+json");
  CHECK(ids(office.body("/v1/leads?min_position=" + wanted + "&wait_ms=0&on_stale=serve")).size() == 1);
  std::thread folding([&] { office.fold_all(); });
  const std::string fresh = office.body("/v1/leads?min_position=" + wanted + "&wait_ms=30000");
  folding.join();
  CHECK(ids(fresh).size() == 2);
  CHECK(member(fresh, "position") == wanted);
  CHECK(office.ask("/v1/leads?min_position=000000000000-0-1").status == 400);
  CHECK(office.ask("/v1/leads?min_position=nonsense").status == 400);
}

TEST_CASE(
    "a question asked again is answered from memory until something is folded or erased or the second is "
    "over") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.tell({captured("ann", at(9))});
  const std::string before = office.body("/v1/leads");
  office.value("UPDATE leads_v1.leads SET stage = 'lost' RETURNING 1");  // behind the fold's back
  CHECK(office.body("/v1/leads") == before);
  CHECK(office.body("/v1/leads?limit=9") != before);
  const Token erased{"p_ann"};
  REQUIRE(office.keys_.destroy(TenantId{"acme"}, std::span{&erased, 1}).ok());
  CHECK(office.body("/v1/leads") != before);  // what was opened may not be shown any more
  office.value("UPDATE leads_v1.leads SET stage = 'won' RETURNING 1");
  CHECK(office.body("/v1/leads").find(R"("stage":"lost")") != std::string::npos);
  office.clock().move(std::chrono::seconds{1});
  CHECK(office.body("/v1/leads").find(R"("stage":"won")") != std::string::npos);
  office.tell({captured("bob", at(10))});
  CHECK(ids(office.body("/v1/leads")).size() == 2);
  CHECK(ids(office.ask("/v1/leads", "other").body).empty());
  CHECK(office.ask("/v1/leads", "acme", "text/csv").body.starts_with("id,"));
}

TEST_CASE("changed settings of a tenant count from the next answer on") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.tell({call_ended("ann", 60'000, at(23, 30))});
  CHECK(member(office.body("/v1/analytics/calls?group_by=day"), "tz") == "UTC");
  office.tell({TestEvent("tenant.changed", "", at(10)).subject("acme").text("time_zone", "Asia/Tokyo")});
  const std::string there = office.body("/v1/analytics/calls?group_by=day");
  CHECK(member(there, "tz") == "Asia/Tokyo");
  CHECK(there.find(R"("group":"2026-11-24")") != std::string::npos);
}

TEST_CASE("the status tells how far every read model is behind") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.tell({captured("ann", at(9))});
  CHECK(office.body("/v1/status").find(R"("lag_events":1)") == std::string::npos);
  office.append({captured("bob", at(10))});
  CHECK(office.body("/v1/status").find(R"("lag_events":1)") != std::string::npos);
}
