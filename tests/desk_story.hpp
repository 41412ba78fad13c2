// Random histories of the lead desk from one seed: few moments, so that times are equal; few people, so that
// they meet; facts corrected after the fact; and one person who writes so much that the thread splits.
#pragma once
#include <cstdlib>
#include <random>
#include <vector>

#include "tests/builders.hpp"

namespace trunkline::testing {

// TRUNKLINE_SEED, or this one.
inline std::uint32_t story_seed(std::uint32_t otherwise) {
  const char* stated = std::getenv("TRUNKLINE_SEED");
  return stated == nullptr ? otherwise : static_cast<std::uint32_t>(std::strtoul(stated, nullptr, 10));
}

class DeskStory {
 public:
  explicit DeskStory(std::uint32_t seed) : random_(seed) {}

  std::vector<TestEvent> events(std::size_t many) {
    std::vector<TestEvent> told;
    while (told.size() < many) {
      TestEvent event = one();
      event.of(below(3) == 0 ? "other" : "acme").id("e" + std::to_string(told.size()));
      told.push_back(event);
      if (below(8) == 0) told.push_back(correction(event));
      if (below(30) == 0) told.push_back(event);
    }
    return told;
  }

 private:
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  std::string person() { return below(4) == 0 ? "ann" : "p" + std::to_string(100 + below(70)); }
  std::string pick(std::initializer_list<const char*> names) { return names.begin()[below(names.size())]; }
  Time moment() {
    return at(static_cast<int>(below(24)), static_cast<int>(below(2)) * 30, static_cast<int>(below(4)));
  }
  std::string number(std::size_t n) { return std::to_string(below(n)); }

  TestEvent one() {
    switch (below(12)) {
      case 0:
        return captured(person(), moment(), pick({"form", "chat", "cold_list"}));
      case 1:
        return stage_changed(person(), pick({"contacted", "qualified", "lost"}), moment());
      case 2:
        return touch(person(), pick({"spring", "summer", ""}), moment()).subject("t" + number(400));
      case 3:
        return conversion(person(), static_cast<std::int64_t>(below(500)), moment(),
                          pick({"agent-1", "agent-2"}))
            .subject("s" + number(300));
      case 4:
        return call_started(person(), moment(), pick({"inbound", "outbound"})).subject("c" + number(300));
      case 5:
        return call_ended(person(), static_cast<std::int64_t>(below(100'000)), moment(),
                          pick({"reached", "busy"}), pick({"agent-1", "agent-2", ""}))
            .subject("c" + number(300));
      case 6:
        return appointment_booked(person(), moment()).subject("a" + number(100));
      case 7:
        return details_changed(person(), moment());  // of no interest to the desk
      case 8:
        return message_sent(person(), moment(), pick({"chat", "sms"})).subject("m" + number(5'000));
      case 9:
        return message_sent("ann", moment(), "chat").subject("m" + number(5'000));
      default:
        return message_received("ann", moment(), pick({"chat", "sms"})).subject("m" + number(5'000));
    }
  }

  // The same id again with other content, at the same time or another.
  TestEvent correction(TestEvent event) {
    if (below(2) == 0) event.when(moment());
    return event.text("agent_id", "agent-3")
        .text("campaign", "autumn")
        .text("channel", "email")
        .text("source", "web");
  }

  std::mt19937 random_;
};

}  // namespace trunkline::testing
