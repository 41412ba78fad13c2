// A conversation as analytics sees it: what was stated about it, and when its messages came and went. Who
// waited how long for whom follows from the moments alone, so messages may come in any order and be
// corrected.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "projections/analytics/rows.hpp"

namespace trunkline::analytics {

// By whom: the order is that of messages of one moment, a question before its answer.
enum class Speaker : std::uint8_t { person, ai, human, system };

// One message. Marks of equal content are interchangeable, so they need no id.
struct Mark {
  std::string sequence;  // where the sender numbers messages: it orders them before the time does
  std::int64_t at_us = 0;
  Speaker speaker = Speaker::person;
  std::string channel, agent;
  auto operator<=>(const Mark&) const = default;
};

// A message's mark; nullopt for one that is in no conversation or has no direction.
std::optional<Mark> mark_of(const leads::Fact& message);

// An answer to somebody who waited: counted where it was given, for who gave it.
struct Reply {
  std::int64_t at_us = 0;
  std::string channel, agent;
  std::optional<std::int64_t>
      waited_us;  // since the first message that was not yet answered, if there was one
  std::optional<std::int64_t> first_ai_us,
      first_human_us;  // since the first message at all; the first of each kind
  bool operator==(const Reply&) const = default;
};

struct Conversation {
  leads::Fact fact;         // family conversation; earliest_us INT64_MAX: nothing was stated about it
  std::vector<Mark> marks;  // sorted

  bool stated() const { return fact.earliest_us != INT64_MAX; }
  bool empty() const { return !stated() && marks.empty(); }
  std::int64_t start_us() const;
  std::string_view channel() const;  // stated, else that of the first message
  std::string_view agent() const;    // stated, else whoever answered first
  bool by_human() const;             // somebody human took part

  void add(const Mark& mark);
  void remove(const Mark& mark);
  std::vector<Reply> replies() const;
  bool operator==(const Conversation&) const = default;
};

std::string pack(const Conversation& conversation);
std::optional<Conversation> unpack_conversation(
    const PackedConversation& row);  // nullopt: the bytes were damaged
ConversationRow conversation_row(const Conversation& conversation, std::string packed);

}  // namespace trunkline::analytics
