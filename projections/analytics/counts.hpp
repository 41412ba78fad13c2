// What facts add to the sums. The whole treatment of a changed fact: count it out as it was, in as it is.
#pragma once
#include "projections/analytics/conversation.hpp"
#include "projections/sums.hpp"

namespace trunkline::analytics {

struct Counts {
  Sums<Quarter> quarters;
  Sums<WordRow> words;

  void drop() {
    quarters.drop();
    words.drop();
  }
};

// The UTC quarter-hour in which it happened: when that began.
Time quarter_of(std::int64_t at_us);

enum class Count { out, in };

// All of a call counts where it started, so that answered over ended is a share of the same calls.
void count_call(const leads::Fact& call, Count count, Counts& to);
// Messages, appointments, conversions, captures, analyses, reviews: where they happened.
void count_fact(const leads::Fact& fact, Count count, Counts& to);
// A conversation counts where it started, its replies where they were given. Only what differs is counted, so
// that one more message in a long thread costs one reply.
void count_conversation(const Conversation* before, const Conversation* after, Counts& to);

}  // namespace trunkline::analytics
