// The lead desk's race input, from one seed: tenants with sizes like 1/rank, some ten events a person spread
// over 90 days, 2 % delivered twice (up to a week apart), 3 % late by one to three events of the same person;
// documents of some 600 bytes, sealed member included, in the order in which they arrive.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/log/log.hpp"

namespace trunkline::bench {

struct StorySize {
  std::size_t events = 2'000'000;
  std::size_t persons = 195'000;
  std::size_t tenants = 20;
  // Spread: each event at its own time, so that what belongs together lies far apart. Close: a person's ten
  // events come one after the other.
  enum class Arrival { spread, close } arrival = Arrival::spread;
};

// Calls `arrived` with drafts in batches.
void tell_race(const StorySize& size, const std::function<void(std::vector<Draft>)>& arrived);

// One contact and so many messages.
void tell_long_thread(std::size_t messages, const std::function<void(std::vector<Draft>)>& arrived);

}  // namespace trunkline::bench
