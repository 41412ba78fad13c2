// What the desk remembers of each event, packed: rows hold facts, and every number is a function of them.
//
//   packed fact = id (u64) time (i64 µs) tie (u64) amount (i64) kind (u8) flags (u8) size (u16) text,
//   little-endian sorted by id; a set of facts has exactly one packed form, whatever order it was stated in
//
// A fact is what one event says about one subject. It may be stated again, with other content: the newest
// statement counts. Statements about a lead (captured, stage) have no subject of their own and are known by
// source and id.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.hpp"

namespace trunkline::desk {

enum class FactKind : std::uint8_t {
  captured,      // text: source
  stage,         // text: stage
  touch,         // text: campaign
  conversion,    // text: agent, amount: value in 1/10000
  call_started,  // flag inbound
  call_ended,    // text: agent, amount: duration in ms, flag reached
  received,      // text: channel
  sent,          // text: channel
  appointment,
};

inline constexpr std::uint8_t flag_inbound = 1;
inline constexpr std::uint8_t flag_reached = 2;
inline constexpr std::string_view none = "(none)";  // an agent, channel or campaign that was not named

struct Fact {
  std::uint64_t id = 0;
  Stamp stamp;
  std::int64_t amount = 0;
  FactKind kind = FactKind::captured;
  std::uint8_t flags = 0;
  std::string_view text;  // lives as long as what it was read from

  bool operator==(const Fact&) const = default;
  bool is(std::uint8_t flag) const { return (flags & flag) != 0; }
  // Attribution and stage look at their neighbours, so they stay together; the rest may lie in segments.
  bool of_thread() const { return kind >= FactKind::call_started; }
};

using Facts = std::vector<Fact>;  // sorted by id

// The fact that an event states; nullopt for events that the desk does not look at. The text views the event.
// Errors: reject "desk" when a clear field is not as the event's schema says.
Result<std::optional<Fact>> fact_of(const EventView& event);

// Bytes that are no packed facts give some facts, never a read beyond their end: `verify` reads damaged rows.
void unpack(std::string_view packed, Facts& facts);
std::string pack(const Fact* first, const Fact* last);

// Unites two sorted sets (`stated` may name an id several times, in any order of stamps). Calls
// changed(old or nullptr, now) for every fact that is new or newer.
template <class Changed>
void unite(const Facts& known, Facts& stated, Facts& united, Changed changed);

// What facts add up to: for a segment, and for the whole lead.
struct Summary {
  std::int64_t first_us = INT64_MAX, last_contact_us = INT64_MIN, first_outbound_us = INT64_MAX;
  std::int64_t calls = 0, answered = 0, talk_ms = 0, messages_in = 0, messages_out = 0;

  bool operator==(const Summary&) const = default;
  void add(const Fact& fact);
  void add(const Summary& other);
};

template <class Changed>
void unite(const Facts& known, Facts& stated, Facts& united, Changed changed) {
  std::sort(stated.begin(), stated.end(),
            [](const Fact& a, const Fact& b) { return a.id != b.id ? a.id < b.id : a.stamp < b.stamp; });
  united.clear();
  united.reserve(known.size() + stated.size());
  std::size_t at = 0;
  for (std::size_t i = 0; i < stated.size(); ++i) {
    if (i + 1 < stated.size() && stated[i + 1].id == stated[i].id) continue;  // a newer statement follows
    const Fact& now = stated[i];
    while (at < known.size() && known[at].id < now.id) united.push_back(known[at++]);
    const Fact* old = at < known.size() && known[at].id == now.id ? &known[at++] : nullptr;
    const bool newer = old == nullptr || old->stamp < now.stamp;
    if (newer) changed(old, now);
    united.push_back(newer ? now : *old);
  }
  united.insert(united.end(), known.begin() + static_cast<std::ptrdiff_t>(at), known.end());
}

}  // namespace trunkline::desk
