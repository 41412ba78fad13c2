// What the desks of an office bring in, from one seed: people who are captured, called, chatted with, visited
// and sold to, some twenty events each within 90 days. A call is told by three or four events, a conversation
// by its messages and its end. Tenants with sizes like 1/rank, 2 % of the events delivered twice.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "core/log/log.hpp"

namespace trunkline::bench {

struct OfficeSize {
  std::size_t events = 2'000'000;  // about
  std::size_t tenants = 20;
  // Close: a person's events come one after the other, as an import or a busy hour brings them. By time: as
  // they happen; what tells of one call lies close together, a person's calls far apart. Spread: each event
  // at any time at all, so that nearly every one finds its call, conversation and person in rows of earlier
  // batches.
  enum class Arrival { close, by_time, spread } arrival = Arrival::by_time;
};

// "close", "time", "spread"; nullopt for other names.
std::optional<OfficeSize::Arrival> arrival_named(std::string_view story);

// Calls `arrived` with drafts in batches.
void tell_office(const OfficeSize& size, const std::function<void(std::vector<Draft>)>& arrived);

}  // namespace trunkline::bench
