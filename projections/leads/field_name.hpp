// Names of fields. Those that folds know are numbers: a field of such a name is found without comparing text,
// and is stored as the number.
#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace trunkline::leads {

namespace field_names {

// Only ever append: the numbers are in stored rows.
// clang-format off
inline constexpr auto known_names = std::to_array<std::string_view>({
    "at", "contact", "direction", "agent_id", "duration_ms", "disposition", "outcome", "status", "channel",
    "campaign", "role", "content_type", "script_id", "conversation_id", "started", "connected", "ended",
    "kind", "value_e4", "currency", "reversed", "recorded", "starts_at", "ends_at", "stage", "reason",
    "source", "line_type", "first_name", "last_name", "intent", "call_type", "business_type",
    "business_name", "region", "state", "city", "time_zone", "vip", "assigned_to", "opt_out",
    "initial_value_e4", "booked", "transferred", "topic", "listing_id", "resource_id", "provider",
    "wait_ms", "language", "priority", "call_id", "max_attempts", "attempts", "error", "escalated",
    "temperature", "interest", "favourite", "viewing_booked", "viewing_completed", "listing_ids",
    "requirements", "score", "stated_score", "stage_reason", "country", "partner_id",
    "estimated_participants", "human", "sentiment", "confidence", "rating", "prompt_variant", "resolved_by",
    "thumbs", "fallback", "sequence", "actions", "intent_correct", "answer_correct", "relevance", "active",
    "clear", "event_id", "sealed"});
// clang-format on

constexpr std::size_t hash(std::string_view text) {
  const auto at = [text](std::size_t i) { return static_cast<std::size_t>(text[i]); };
  return text.empty() ? 0 : text.size() + 3 * at(0) + 7 * at(text.size() - 1) + 31 * at(text.size() / 2);
}

// Open addressing by hash(): 0, or one more than the place among known_names.
inline constexpr auto table = [] {
  std::array<std::uint8_t, 512> codes{};
  for (std::size_t i = 0; i < known_names.size(); ++i) {
    std::size_t at = hash(known_names[i]) % codes.size();
    while (codes[at] != 0) at = (at + 1) % codes.size();
    codes[at] = static_cast<std::uint8_t>(i + 1);
  }
  return codes;
}();

constexpr std::uint8_t code_of(std::string_view text) {
  for (std::size_t at = hash(text) % table.size(); table[at] != 0; at = (at + 1) % table.size())
    if (known_names[table[at] - 1u] == text) return table[at];
  return 0;
}

}  // namespace field_names

class FieldName {
 public:
  template <std::size_t Size>
  consteval FieldName(const char (&text)[Size]) : text_(text, Size - 1), code_(field_names::code_of(text_)) {}
  constexpr FieldName(std::string_view text) : text_(text), code_(field_names::code_of(text)) {}
  FieldName(const std::string& text) : FieldName(std::string_view{text}) {}
  constexpr FieldName(std::string_view text, std::uint8_t code) : text_(text), code_(code) {}  // which it has

  constexpr std::string_view text() const { return text_; }
  constexpr std::uint8_t code() const { return code_; }  // from 1 on; 0: not a known name

 private:
  std::string_view text_;
  std::uint8_t code_;
};

// Some of the known names.
class FieldNames {
 public:
  constexpr FieldNames() = default;
  consteval FieldNames(std::initializer_list<FieldName> names) {
    for (const FieldName& name : names) {
      if (name.code() == 0) throw "a set holds known names only";
      insert(name.code());
    }
  }

  constexpr void insert(std::uint8_t code) { words_[code / 64u] |= std::uint64_t{1} << code % 64u; }
  constexpr bool has(std::uint8_t code) const { return (words_[code / 64u] >> code % 64u & 1) != 0; }
  std::size_t size() const {
    return static_cast<std::size_t>(std::popcount(words_[0]) + std::popcount(words_[1]));
  }
  std::size_t size_below(std::uint8_t code) const {  // of those that stand before it
    const std::uint64_t below = (std::uint64_t{1} << code % 64u) - 1;
    return code < 64 ? static_cast<std::size_t>(std::popcount(words_[0] & below))
                     : static_cast<std::size_t>(std::popcount(words_[0]) + std::popcount(words_[1] & below));
  }
  bool operator==(const FieldNames&) const = default;

 private:
  std::array<std::uint64_t, 2> words_{};
};
static_assert(field_names::known_names.size() < 128);

}  // namespace trunkline::leads
