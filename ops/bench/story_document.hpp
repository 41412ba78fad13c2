// Documents of the benchmarks' stories as the door would have stored them: some 600 bytes, with a sealed
// member of the length and randomness of a real one (which no key opens).
#pragma once
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <string_view>

#include "core/json.hpp"
#include "core/log/log.hpp"

namespace trunkline::bench {

struct StoryEvent {
  std::string tenant, token, id, subject;
  std::string_view type;
  std::int64_t time_us = 0;
};

// `members` writes the clear members of `data` behind the contact.
Draft story_draft(const StoryEvent& event, const std::function<void(json::Writer&)>& members,
                  std::mt19937& random);

std::string token_of(std::uint32_t person);  // of the length of a real one

// Tenants with sizes like 1/rank, one for each person.
std::vector<std::uint16_t> tenants_of_persons(std::size_t persons, std::size_t tenants, std::mt19937& random);

}  // namespace trunkline::bench
