// A lead as of a past moment is what was answered at that moment, for any history: told in rounds, asked
// after each, and asked again at the end about every round.
#include "projections/lead_history.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <random>

#include "tests/fold_run.hpp"
#include "tests/office.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

std::uint64_t chosen_seed() {
  const char* stated = std::getenv("TRUNKLINE_SEED");
  return stated != nullptr ? std::strtoull(stated, nullptr, 10) : std::random_device{}();
}

class Story {
 public:
  explicit Story(std::uint64_t seed) : dice_(seed) {}

  std::string somebody() {
    const std::size_t who = roll(24);
    return who >= 16 ? "desk" : "person" + std::to_string(who);  // the desk knows everybody
  }

  // What is said once may be said again under the same id, of somebody else as well.
  std::vector<TestEvent> round() {
    std::vector<TestEvent> events;
    for (int i = 0; i < 25; ++i)
      events.push_back(event().id("e" + std::to_string(roll(4) == 0 ? roll(n_ + 1) : n_))), ++n_;
    for (int i = 0; i < 25; ++i) events.push_back(random_course(dice_));
    for (int i = 0; i < 15; ++i)  // in the end the desk is a hub
      events.push_back(linked("desk", "caller" + std::to_string(n_ * 3 + i), at(12, i))
                           .id("l" + std::to_string(n_ * 20 + i)));
    return events;
  }

 private:
  std::size_t roll(std::size_t sides) { return static_cast<std::size_t>(dice_() % sides); }
  std::string thing(const std::string& name, std::size_t of) { return name + std::to_string(roll(of)); }

  TestEvent event() {
    const Time when = at(static_cast<int>(9 + roll(9)), static_cast<int>(roll(60)));
    const std::string who = somebody();
    const std::string maybe = roll(4) == 0 ? "" : who;
    switch (roll(15)) {
      case 13:
        return message_received(maybe, when)
            .subject(thing("in", 40))
            .text("conversation_id", thing("talk", 4));
      case 14:
        return TestEvent("call.analyzed", maybe, when)
            .subject(thing("call", 40))
            .json("provider_ids",
                  R"({"call":")" + (roll(2) == 0 ? thing("call", 40) : thing("room", 9)) + "\"}")
            .json("analysis",
                  R"({"requirements":{"urgency":"immediate"},"listings":[{"listing_id":"flat1"}]})");
      case 0:
        return captured(who, when).text("line_type", "cellular");
      case 1:
        return stage_changed(who, roll(2) == 0 ? "qualified" : "lost", when);
      case 2:
      case 3:
        return linked(who, somebody(), when, roll(3) == 0 ? "person" : "inferred");
      case 4:
        return unlinked(who, when, roll(3) == 0 ? "person" : "inferred");
      case 5:
        return call_started(maybe, when, "inbound").subject(thing("call", 40));
      case 6:
      case 7:
        return call_ended(maybe, 1'000 + static_cast<std::int64_t>(roll(90'000)), when)
            .subject(thing("call", 40));
      case 8:
        return message_received(maybe, when).subject(thing("in", 40));
      case 9:
        return conversion(who, 120, when).subject(thing("sale", 20));
      case 10:
        return TestEvent("conversion.reversed", "", when)
            .subject(thing("back", 9))
            .text("conversion_id", thing("sale", 20));
      case 11:
        return roll(2) == 0 ? opted_out(who, when) : opted_in(who, when);
      default:
        return appointment_booked(maybe, when).subject(thing("visit", 20));
    }
  }

  std::mt19937_64 dice_;
  std::size_t n_ = 0;
};

std::vector<std::string> questions() {
  std::vector<std::string> all;
  for (int i = 0; i < 12; ++i) {
    all.push_back("/v1/leads/" + token("person" + std::to_string(i)));
    const std::string lead = all.back();
    all.push_back(lead + "/timeline?limit=200");  // a cursor names its own question
    all.push_back(lead + "/requirements");
    all.push_back(lead + "/listings");
  }
  all.push_back("/v1/leads/" + token("desk"));
  all.push_back("/v1/leads/by-contact?token=" + token("person3"));
  return all;
}

}  // namespace

TEST_CASE("a lead as of a past moment is what was answered then, for generated histories") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const std::uint64_t seed = chosen_seed();
  CAPTURE(seed);
  Story story(seed);
  Office office;
  struct Then {
    std::string position, question;
    int status;
    std::string body;
  };
  std::vector<Then> answered;
  for (int round = 0; round < 8; ++round) {
    std::vector<TestEvent> events = story.round();
    for (TestEvent& foreign : story.round()) events.push_back(foreign.of("other"));
    office.tell(events);
    const Partition partition = partition_of(TenantId{"acme"}, office.log().partitions());
    const auto position = position_text(office.log().id(), office.log().ends()[partition.value()]);
    for (const std::string& question : questions()) {
      const http::Response now = office.ask(question);
      answered.push_back({position, question, now.status, now.body});
    }
  }
  office.index_all();
  for (const Then& then : answered) {
    const bool more = then.question.find('?') != std::string::npos;
    const http::Response past = office.ask(then.question + (more ? "&" : "?") + "as_of=" + then.position);
    CHECK_MESSAGE(past.status == then.status, then.question);
    CHECK_MESSAGE(past.body == then.body, then.question);
  }
}

TEST_CASE("as of a time is what had come in by then; before the first event nobody is known") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  const std::string lead = "/v1/leads/" + token("ann");
  const auto before = format_time(office.clock().now());
  office.clock().move(std::chrono::minutes{1});
  office.tell({call_ended("ann", 1'000, at(9))});
  const auto one_call = format_time(office.clock().now());
  office.clock().move(std::chrono::minutes{1});
  office.tell({call_ended("ann", 1'000, at(8)), linked("ann", "bob", at(10))});
  office.index_all();
  CHECK(office.ask(lead + "?as_of=" + before).status == 404);
  CHECK(office.body(lead + "?as_of=" + one_call).find("\"calls\":1,") != std::string::npos);
  CHECK(office.body(lead + "?as_of=" + one_call).find(token("bob")) == std::string::npos);
  CHECK(office.body(lead + "?as_of=2999-01-01T00:00:00Z") == office.body(lead));
  CHECK(office.ask(lead + "?as_of=yesterday").status == 400);
  CHECK(office.ask(lead + "?as_of=" + before + "&min_position=x").status == 400);
}

TEST_CASE("a peer that became a hub counts for nobody in the past either") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  std::vector<TestEvent> links;
  for (int i = 0; i < 8; ++i) {
    const std::string peer = "peer" + std::to_string(i);
    links.push_back(linked("ann", peer, at(9, i)));
    links.push_back(call_ended(peer, 1'000, at(10, i)));
  }
  links.push_back(linked("ann", "desk", at(9, 30)));  // with this one she would have too many
  office.tell(links);
  const std::string lead = "/v1/leads/" + token("ann");
  const auto shared =
      position_text(office.log().id(),
                    office.log().ends()[partition_of(TenantId{"acme"}, office.log().partitions()).value()]);
  const std::string alone = office.body(lead);
  CHECK(member(member(alone, "lead"), "calls") == "0");
  std::vector<TestEvent> crowd;
  for (int i = 0; i < 80; ++i) crowd.push_back(linked("desk", "caller" + std::to_string(i), at(11, i % 60)));
  office.tell(crowd);
  office.index_all();
  CHECK(member(member(office.body(lead), "lead"), "calls") == "8");
  CHECK(office.body(lead + "?as_of=2999-01-01T00:00:00Z") == office.body(lead));
  CHECK(office.body(lead + "?as_of=" + shared) == alone);
}

TEST_CASE("asking about the past before the index is there is told so, and leaves nothing behind") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  Office office;
  office.tell({call_ended("ann", 1'000, at(9))});
  const std::string lead = "/v1/leads/" + token("ann");
  CHECK(office.ask(lead + "?as_of=2999-01-01T00:00:00Z").status == 503);
  office.index_all();
  CHECK(office.ask(lead + "?as_of=2999-01-01T00:00:00Z").status == 200);
  CHECK(office.value("SELECT count(*) FROM pg_class WHERE relpersistence = 't'") == "0");
}
