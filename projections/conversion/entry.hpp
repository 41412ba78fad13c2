// What a contact point's row keeps of each thing that was said or done: a capture, a stage, a touch, a thread
// of messages, a call, an appointment, a conversion. Everything the model says of a lead is a function of its
// members' entries (lead.hpp).
//
// Captures, stages and touches are stated by one event each: stated again, the newest statement counts, for
// whom it was said of (StatementRow). A thread (the messages of one conversation, or of one channel where
// none is named) keeps its first moments only, so that a person who writes 100,000 messages is one entry.
// Entries of calls, appointments and conversions follow from facts that several events tell (facts.hpp) and
// are put in and taken out whole. An alias is another id of a call, under which a touch may speak of it.
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.hpp"
#include "projections/packing.hpp"

namespace trunkline::conversion {

enum class EntryKind : std::uint8_t { capture, stage, touch, thread, call, appointment, conversion, alias };

inline constexpr std::uint8_t flag_attempt = 1;   // we tried to reach the lead
inline constexpr std::uint8_t flag_reached = 2;   // the lead spoke with us, or wrote
inline constexpr std::uint8_t flag_touch = 4;     // counts as a touch, `name` is its kind
inline constexpr std::uint8_t flag_own_call = 8;  // a capture during a call or conversation of the lead's own
inline constexpr std::uint8_t flag_booked = 16;   // an appointment was made

inline constexpr std::int64_t never_us = INT64_MAX;

struct Entry {
  std::uint64_t id = 0;  // of what it is about: hash of family and subject
  EntryKind kind = EntryKind::capture;
  std::uint8_t flags = 0;
  Stamp stamp;                          // of the statement; a thread's: of the one whose texts it has
  std::int64_t at_us = never_us;        // a thread's: the first message from the lead
  std::int64_t answered_us = never_us;  // a thread's: the first message to the lead
  std::int64_t amount = 0;              // of a conversion, in 1/10000
  std::uint64_t about = 0;              // the entry that a touch speaks of, or an alias stands for
  std::string_view name;                // stage, kind of touch, a conversion's subject
  std::string_view channel, agent, script, campaign, source;  // texts live in a TextPool

  bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
  bool operator==(const Entry&) const = default;
};

using Entries = std::vector<Entry>;  // by id

std::uint64_t entry_id(std::string_view family, std::string_view subject);

// True when it changed anything.
bool join(Entries& entries, const Entry& thread);   // one message's thread with what is known of it
bool put_in(Entries& entries, const Entry& entry);  // instead of the one with its id
bool take_out(Entries& entries, std::uint64_t id);

void pack(Packer& out, const Entries& entries);
Entries unpack_entries(Unpacker& in);  // texts view the packed bytes

// Texts that live until clear(): entries of a batch view them.
class TextPool {
 public:
  std::string_view keep(std::string_view text);
  void clear();

 private:
  std::deque<std::string> chunks_;
};

}  // namespace trunkline::conversion
