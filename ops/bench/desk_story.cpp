#include "ops/bench/desk_story.hpp"

#include <algorithm>
#include <random>

#include "ops/bench/story_document.hpp"

namespace trunkline::bench {
namespace {

constexpr std::int64_t first_us = 1'767'225'600'000'000;  // 2026-01-01
constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t day_us = 86'400'000'000;
constexpr std::size_t batch_events = 10'000;

struct Told {
  std::uint32_t person;
  std::uint16_t tenant;
  std::uint8_t type;
  std::uint32_t number;  // which of the person's events
  std::int64_t time_us;
  std::int64_t arrives_us;
};

class Teller {
 public:
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }

  // Types as a sales desk has them: mostly messages and calls.
  std::uint8_t type_of(std::uint32_t number) {
    if (number == 0) return 0;
    constexpr std::uint8_t wheel[] = {1, 2, 1, 2, 3, 3, 3, 4, 4, 4, 5, 5, 6, 7, 8, 3, 4, 1, 2, 5};
    return wheel[below(std::size(wheel))];
  }

  Draft draft(const Told& told) {
    static constexpr std::string_view types[] = {
        "lead.captured",  "call.started",       "call.ended",         "message.received",   "message.sent",
        "touch.recorded", "lead.stage_changed", "appointment.booked", "conversion.recorded"};
    const std::string name = std::to_string(told.person) + "-" + std::to_string(told.number);
    return story_draft(
        {"tenant-" + std::to_string(told.tenant), token_of(told.person), "evt-" + name, "sub-" + name,
         types[told.type], told.time_us},
        [&told](json::Writer& json) { details(json, told); }, random_);
  }

  std::mt19937& random() { return random_; }

 private:
  static std::string agent(const Told& told) {
    return "agent-" + std::to_string((told.person + told.number) % 12);
  }

  static void details(json::Writer& json, const Told& told) {
    const std::size_t mix = told.person * 31 + told.number * 7;
    switch (told.type) {
      case 0:
        json.key("source").string(mix % 2 == 0 ? "website_quote" : "ad_campaign");
        return;
      case 1:
      case 2:
        json.key("direction")
            .string(mix % 3 == 0 ? "inbound" : "outbound")
            .key("agent_id")
            .string(agent(told));
        if (told.type == 1) return;
        json.key("duration_ms").number(static_cast<std::int64_t>(mix % 300'000));
        json.key("disposition").string(mix % 4 == 0 ? "no_answer" : "reached");
        return;
      case 3:
      case 4:
        json.key("channel").string(mix % 2 == 0 ? "sms" : "chat").key("conversation_id").string("c");
        return;
      case 5:
        json.key("kind").string("page_view").key("campaign").string("campaign-" + std::to_string(mix % 9));
        return;
      case 6:
        json.key("stage").string(mix % 2 == 0 ? "contacted" : "qualified");
        return;
      case 7:
        json.key("kind").string("demo");
        return;
      default:
        json.key("value").string(std::to_string(40 + mix % 200) + ".50").key("currency").string("USD");
        json.key("agent_id").string(agent(told));
    }
  }

  std::mt19937 random_{42};
};

void deliver(Teller& teller, const std::vector<Told>& story,
             const std::function<void(std::vector<Draft>)>& arrived) {
  std::vector<Draft> drafts;
  for (const Told& told : story) {
    drafts.push_back(teller.draft(told));
    if (drafts.size() == batch_events) arrived(std::exchange(drafts, {}));
  }
  if (!drafts.empty()) arrived(std::move(drafts));
}

}  // namespace

void tell_race(const StorySize& size, const std::function<void(std::vector<Draft>)>& arrived) {
  Teller teller;
  const auto tenants = tenants_of_persons(size.persons, size.tenants, teller.random());
  std::vector<std::vector<std::int64_t>> times(size.persons);
  for (std::size_t i = 0; i < size.events; ++i)
    times[i < size.persons ? i : teller.below(size.persons)].push_back(
        first_us + static_cast<std::int64_t>(teller.below(90 * 24 * 60)) * minute_us);
  std::vector<Told> story;
  for (std::uint32_t person = 0; person < size.persons; ++person) {
    auto& own = times[person];
    std::sort(own.begin(), own.end());
    for (std::uint32_t number = 0; number < own.size(); ++number) {
      Told told{person, tenants[person], teller.type_of(number), number, own[number], own[number]};
      if (teller.below(100) < 3)
        told.arrives_us = own[std::min(own.size() - 1, number + 1 + teller.below(3))] + 1;
      story.push_back(told);
      if (teller.below(100) >= 2) continue;
      told.arrives_us += static_cast<std::int64_t>(teller.below(7 * 24 * 60)) * minute_us;
      story.push_back(told);
    }
  }
  std::stable_sort(story.begin(), story.end(), [&](const Told& a, const Told& b) {
    if (size.arrival == StorySize::Arrival::close && a.person != b.person) return a.person < b.person;
    return a.arrives_us < b.arrives_us;
  });
  deliver(teller, story, arrived);
}

void tell_long_thread(std::size_t messages, const std::function<void(std::vector<Draft>)>& arrived) {
  Teller teller;
  std::vector<Told> story;
  for (std::uint32_t number = 0; number < messages; ++number) {
    const std::int64_t time = first_us + static_cast<std::int64_t>(number) * day_us / 1'000;
    story.push_back({1, 0, static_cast<std::uint8_t>(3 + number % 2), number, time, time});
  }
  deliver(teller, story, arrived);
}

}  // namespace trunkline::bench
