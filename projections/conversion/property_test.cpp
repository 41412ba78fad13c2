// Generated histories through the conversion fold, in batches of random size, doubled and shuffled, committed
// one batch late, with commits that fail, under a tiny cache and a large one: the same rows in every table,
// equal to a recount that shares no code with the fold (tests/conversion_oracle.hpp), complete for verify,
// and credits that sum to their conversion's value in every model.
#include "projections/conversion/projection.hpp"
#include "tests/conversion_oracle.hpp"
#include "tests/fold_run.hpp"

using namespace trunkline;
using namespace trunkline::testing;

namespace {

class Storyteller {
 public:
  explicit Storyteller(std::uint64_t seed) : random_(seed) {}

  std::vector<TestEvent> story(std::size_t many) {
    std::vector<TestEvent> events;
    while (events.size() < many) {
      events.push_back(one());
      if (below(4) == 0) events.back().of("globex");
    }
    return events;
  }

 private:
  std::size_t below(std::size_t most) { return static_cast<std::size_t>(random_() % most); }
  std::string pick(std::initializer_list<const char*> values) { return values.begin()[below(values.size())]; }
  std::string somebody() {
    static constexpr char kinds[] = {'p', 'p', 'e', 'v'};
    const std::size_t who = below(40) < 8 ? 0 : below(20);  // one of them knows everybody
    return token("person" + std::to_string(who), kinds[who % 4]);
  }

  TestEvent about(std::string type, const std::string& contact, const std::string& what) {
    const Time time = at(9, static_cast<int>(below(60)), static_cast<int>(below(4)));  // equal times happen
    TestEvent event(std::move(type), "", time);
    event.id(what + contact + ":" + std::to_string(to_micros(time) % 7)).subject(what);
    if (!contact.empty()) event.contacts(contact).json("contact", R"({"phone":")" + contact + "\"}");
    return event;
  }

  // Said again under the same id, it may be of somebody else.
  TestEvent said_of(std::string type, const std::string& contact, const std::string& what) {
    TestEvent event = about(std::move(type), contact, what);
    return event.id(what + ":" + std::to_string(below(3)));
  }

  TestEvent one() {
    const auto thing = [&](const char* name, std::size_t of) { return name + std::to_string(below(of)); };
    const std::string who = somebody();
    const std::string maybe = below(4) == 0 ? "" : who;
    switch (below(14)) {
      case 0:
        return said_of("lead.captured", who, thing("lead", 30));
      case 1:
        return said_of("lead.stage_changed", who, thing("lead", 30))
            .text("stage", pick({"contacted", "lost"}));
      case 2:
      case 3:
      case 4:
        return about("touch.recorded", who, thing("touch", 60))
            .text("kind", pick({"page_view", "quote_started"}))
            .text("source", pick({"ad", "letter", "direct"}));
      case 5:
        return about("call.started", maybe, thing("call", 30))
            .text("direction", pick({"inbound", "outbound"}));
      case 6:
      case 7:
        return about("call.ended", maybe, thing("call", 30))
            .number("duration_ms", static_cast<std::int64_t>(1000 * below(300)))
            .text("disposition", pick({"reached", "voicemail", "no_answer"}));
      case 8:
      case 9:
        return about(pick({"conversion.recorded", "conversion.recorded", "conversion.recorded",
                           "conversion.reversed"}),
                     maybe, thing("sale", 25))
            .text("value", std::to_string(below(90)) + pick({".5", ".37", ".0001"}))
            .text("currency", pick({"USD", "EUR"}));
      case 10:
      case 11: {
        const std::string other = somebody();
        return about("lead.linked", who, thing("link", 40))
            .contacts(who + " " + other)
            .json("other", R"({"phone":")" + other + "\"}")
            .text("by", pick({"person", "inferred"}));
      }
      case 12:
        return about("call.analyzed", maybe, thing("call", 30))
            .json("provider_ids",
                  R"({"call":")" + (below(2) == 0 ? thing("call", 30) : thing("room", 9)) + "\"}");
      default:
        return about("lead.unlinked", who, thing("link", 40)).text("by", pick({"person", "inferred"}));
    }
  }

  std::mt19937_64 random_;
};

// The lines that only one of the two has: what a failure shows.
std::string difference(const std::vector<std::string>& folded, const std::vector<std::string>& recounted) {
  std::string text;
  for (const std::string& line : folded)
    if (!std::binary_search(recounted.begin(), recounted.end(), line)) text += "\nfolded    " + line;
  for (const std::string& line : recounted)
    if (!std::binary_search(folded.begin(), folded.end(), line)) text += "\nrecounted " + line;
  return text;
}

const std::string unequal_credits =
    "SELECT conversion FROM conversion.credits_within(NULL, interval '90 days', interval '7 days')"
    " GROUP BY tenant, conversion, value_e4 HAVING sum(first_e4) <> value_e4 OR sum(last_e4) <> value_e4 OR"
    " sum(last_non_direct_e4) <> value_e4 OR sum(linear_e4) <> value_e4 OR sum(position_e4) <> value_e4 OR"
    " sum(decay_e4) <> value_e4 OR min(linear_e4) < 0 OR (max(touches) = 1 AND max(decay_e4) <> value_e4)";

}  // namespace

TEST_CASE("any history in any order, doubled, with failing commits, gives the recount's leads and journeys") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  const std::uint64_t seed = first_seed();
  INFO("TRUNKLINE_SEED=", seed);
  const std::vector<TestEvent> story = Storyteller(seed).story(450);
  const ConversionRecount expected = conversions_recounted(story);

  Run small(conversion::projection, 40, seed + 1);
  CHECK(small.fold(doubled_and_shuffled(story, seed + 2)) >= 200);
  const auto leads = small.rows(conversion_leads_sql), journeys = small.rows(conversion_journeys_sql);
  CHECK_MESSAGE(leads == expected.leads, difference(leads, expected.leads));
  CHECK_MESSAGE(journeys == expected.journeys, difference(journeys, expected.journeys));
  CHECK(small.rows(unequal_credits).empty());
  const auto wrong = small.differences();
  CHECK_MESSAGE(wrong.empty(), (wrong.empty() ? "" : wrong.front()));

  Run large(conversion::projection, 100'000, seed + 3);
  large.fold(story);
  for (const std::string table :
       {"facts", "call_ids", "statements", "contacts", "peers", "leads", "journeys"})
    CHECK_MESSAGE(small.rows("SELECT t::text FROM " + table + " t") ==
                      large.rows("SELECT t::text FROM " + table + " t"),
                  table);
}

TEST_CASE("conversion ends in the same rows in any order, doubled, with failing commits and a small cache") {
  SKIP_UNLESS(TestDatabase::available(), TestDatabase::why_skipped);
  check_convergence(conversion::projection,
                    {"facts", "call_ids", "statements", "contacts", "peers", "leads", "journeys"},
                    first_seed());
}
