// Generated histories through the leads fold, in batches of random size, doubled and shuffled, committed one
// batch late, with commits that fail, under a cache of 50 rows and a large one: the same rows in every table,
// and leads equal to a recount that shares no code with the fold (tests/leads_oracle.hpp).
#include "projections/leads/projection.hpp"
#include "tests/fold_run.hpp"
#include "tests/leads_oracle.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

std::string somebody(Random& random) {
  static constexpr char kinds[] = {'p', 'p', 'e', 'v'};
  const std::size_t who = pick(random, 40) < 20 ? 0 : pick(random, 22);  // one of them knows everybody
  return token("person" + std::to_string(who), kinds[who % 4]);
}

TestEvent about(std::string type, const std::string& contact, Time time, const std::string& what) {
  TestEvent event(std::move(type), "", time);
  event.id(what + ":" + std::to_string(to_micros(time) % 7)).subject(what);
  if (!contact.empty()) event.contacts(contact).json("contact", R"({"phone":")" + contact + "\"}");
  return event;
}

TestEvent random_event(Random& random) {
  const Time time = at(9, static_cast<int>(pick(random, 90)));  // equal times are frequent
  const std::string who = somebody(random);
  const auto one_of = [&](std::initializer_list<std::string_view> values) {
    return *(values.begin() + pick(random, values.size()));
  };
  const auto thing = [&](const char* name, std::size_t of) {
    return name + std::to_string(pick(random, of));
  };
  const std::string maybe = pick(random, 5) == 0 ? "" : who;
  switch (pick(random, 14)) {
    case 0:
      return about("lead.captured", who, time, thing("lead", 30))
          .text("line_type", one_of({"cellular", "fixed"}));
    case 1:
      return about("lead.details_changed", who, time, thing("lead", 30))
          .text("line_type", one_of({"cellular", "fixed"}));
    case 2:
      return about("lead.stage_changed", who, time, thing("lead", 30))
          .text("stage", one_of({"contacted", "qualified", "lost"}));
    case 3:
      return about(std::string{one_of({"lead.opted_out", "lead.opted_in"})}, who, time, thing("lead", 30));
    case 4:
    case 5:
      return about("call.started", maybe, time, thing("call", 30))
          .text("direction", one_of({"inbound", "outbound"}));
    case 6:
    case 7:
      return about("call.ended", maybe, time, thing("call", 30))
          .number("duration_ms", static_cast<std::int64_t>(1000 * pick(random, 300)))
          .text("disposition", one_of({"reached", "voicemail", "no_answer"}));
    case 8:
      return about("message.received", maybe, time, thing("in", 30));
    case 9:
      return about("message.sent", maybe, time, thing("out", 30));
    case 10:
      return about(std::string{one_of({"conversion.recorded", "conversion.recorded", "conversion.reversed"})},
                   maybe, time, thing("sale", 12))
          .text("value", std::to_string(pick(random, 90)) + ".5")
          .text("currency", "USD");
    case 11:
      return about(std::string{one_of({"appointment.booked", "appointment.cancelled", "touch.recorded"})},
                   maybe, time, thing("thing", 12));
    case 12: {
      const std::string other = somebody(random);
      return about("lead.linked", who, time, thing("link", 40))
          .contacts(who + " " + other)
          .json("other", R"({"phone":")" + other + "\"}")
          .text("by", one_of({"person", "inferred"}));
    }
    default:
      return about(pick(random, 2) == 0 ? "lead.unlinked" : "lead.note_added", who, time, thing("link", 40))
          .text("by", one_of({"person", "inferred"}));
  }
}

// The lines that only one of the two has: what a failure shows.
std::string difference(const std::vector<std::string>& folded, const std::vector<std::string>& recounted) {
  std::string text;
  for (const std::string& line : folded)
    if (!std::binary_search(recounted.begin(), recounted.end(), line)) text += "\nfolded    " + line;
  for (const std::string& line : recounted)
    if (!std::binary_search(folded.begin(), folded.end(), line)) text += "\nrecounted " + line;
  return text;
}

}  // namespace

TEST_CASE(
    "any history in any order, doubled, with failing commits and a small cache, gives the recount's leads") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const std::uint64_t seed = first_seed();
  INFO("TRUNKLINE_SEED=", seed);
  Random random(seed);
  std::vector<TestEvent> story;
  for (int i = 0; i < 420; ++i) {
    story.push_back(random_event(random));
    if (pick(random, 4) == 0) story.back().of("globex");
  }
  const std::vector<std::string> expected = leads_recounted(story);

  Run small(leads::projection, 50, seed + 1);
  CHECK(small.fold(doubled_and_shuffled(story, seed + 2)) >= 200);
  CHECK_MESSAGE(small.rows(leads_recounted_sql) == expected,
                difference(small.rows(leads_recounted_sql), expected));

  Run large(leads::projection, 100'000, seed + 3);
  large.fold(story);
  CHECK_MESSAGE(large.rows(leads_recounted_sql) == expected,
                difference(large.rows(leads_recounted_sql), expected));
  for (const std::string table : {"leads", "contacts", "facts", "peers", "texts"})
    CHECK_MESSAGE(small.rows("SELECT t::text FROM " + table + " t") ==
                      large.rows("SELECT t::text FROM " + table + " t"),
                  table);
}

TEST_CASE("calls under several ids and messages that name nobody end in the same rows, in any order") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  check_convergence(leads::projection, {"leads", "contacts", "facts", "peers", "texts", "call_ids"},
                    first_seed());
}
