// A fact that people ask for: a call, a message, a conversation, an appointment, a conversion, a touch; and
// what was said about a lead (a stage, a note, a capture), where every statement is a fact of its own.
// Identity is (tenant, family, subject); statements merge field by field. A fact belongs to the contact point
// that it named last, never to the lead; until one is named it waits.
//
// What a fact adds to its contact's figures is its contribution: when the fact changes, the old one is taken
// out and the new one put in. Late, corrected and doubled facts need no other code.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "projections/leads/fields.hpp"

namespace trunkline::leads {

struct Fact {
  std::string tenant, family, subject;
  Fields fields;                         // names as in the rows' columns; "contact" is a token
  std::int64_t earliest_us = INT64_MAX;  // of all statements, an ended call's less its duration
  std::string inherited;  // a message that names nobody: its conversation's contact; no statement: not merged
  std::vector<Stamp> sealed;  // of the statements that had a sealed part (table texts); sorted

  std::string key() const;
  std::string_view contact() const;  // its own, else the inherited one; may be empty
  bool inherits() const;             // it would take its conversation's contact
  // When it happened: the newest statement that says so (a call's start, a message's sending), else the
  // earliest.
  std::int64_t at_us() const;
  void merge(const Fact& other);
  bool operator==(const Fact&) const = default;
};

std::string fact_key(std::string_view tenant, std::string_view family, std::string_view subject);

enum class Sum : std::size_t {
  calls,  // ended ones, either direction
  answered,
  talk_ms,   // of answered calls
  attempts,  // outbound calls that were started
  messages_in,
  messages_out,
  conversations,
  touches,
  touch_value_e4,
  conversions,  // without reversed ones
  value_e4,
  appointments,  // without cancelled ones
  count_
};
inline constexpr std::size_t sums = static_cast<std::size_t>(Sum::count_);
using Sums = std::array<std::int64_t, sums>;

// Of what a contact knows the first and the last moment. The value is the bit in the rows' `moments` column.
enum class Moment : std::size_t { seen, captured, interaction, call, outbound, activity, conversion, count_ };
inline constexpr std::size_t moments = static_cast<std::size_t>(Moment::count_);

struct Contribution {
  std::string_view contact;  // a token; empty: waits unattributed and adds to nothing. A view into the fact
  Sums sums{};
  std::uint32_t moments = 0;  // bits of Moment at which `at_us` counts
  std::int64_t at_us = 0;
  std::string_view currency;  // of the value in the sums; a view too
  std::string_view viewed;    // the listing that the person has been to; a view too

  std::int64_t& operator[](Sum sum) { return sums[static_cast<std::size_t>(sum)]; }
  void mark(Moment moment) { moments |= 1u << static_cast<std::size_t>(moment); }
  bool at(std::size_t moment) const { return (moments >> moment & 1u) != 0; }
  bool operator==(const Contribution&) const = default;
};
Contribution contribution(const Fact& fact);

// pending → queued → ringing → connected → completed | missed | voicemail | transferred | failed | busy |
// no_answer
std::string_view call_status(const Fact& call);
bool call_answered(const Fact& call);  // ended after a person was reached
// As a row shows it: derived for calls, the newest or highest ranking statement else.
std::string_view status_of(const Fact& fact);

// Everything but its identity, which is the key of the row around it.
std::string pack(const Fact& fact);
// nullopt: the bytes were damaged.
std::optional<Fact> unpack_fact(std::string_view tenant, std::string_view family, std::string_view subject,
                                std::string_view bytes);

}  // namespace trunkline::leads
