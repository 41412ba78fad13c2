// A small invented history: six businesses, some days of calls, chats, short messages, leads, appointments
// and conversions, as CloudEvents that an integrator might send. A seed, a length and an end always give the
// same.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"

namespace trunkline::sample {

struct Settings {
  std::uint64_t seed = 1;
  int days = 14;
  Time until{};                      // nothing happens at or after it
  std::vector<std::string> tenants;  // empty: all
};

// Lines of NDJSON in the order of time, over all tenants. Errors: reject "tenant" naming those there are.
Result<std::vector<std::string>> make_sample(const Settings& settings);

std::vector<std::string> tenant_names();

}  // namespace trunkline::sample
