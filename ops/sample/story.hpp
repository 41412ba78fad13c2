// What happens to one person: how they turn up, what is said, and what comes of it.
#pragma once
#include <optional>

#include "ops/sample/history.hpp"

namespace trunkline::sample {

struct Scene {
  const Business& business;
  const Person& person;
  Dice& dice;
  History& history;
};

struct Answer {
  Time ended;
  bool reached = false;
  bool opted_out = false;
  std::string agent;
};

// story_calls.cpp
Answer outbound_call(Scene& scene, Time at);
Answer inbound_call(Scene& scene, Time at);
// story_messages.cpp
Answer chat(Scene& scene, Time at);
void text_thread(Scene& scene, Time at, std::string_view agent);

// The whole way, beginning at this moment.
void tell_story(Scene& scene, Time at);

// The first moment from `at` on at which the business is open: later the same day or on a following one.
Time when_open(const Business& business, Time at);

}  // namespace trunkline::sample
