// The analytics model's tables (tables.sql) as its fold writes them.
#pragma once
#include <optional>
#include <string>

#include "projections/columns.hpp"
#include "projections/leads/packed_fact.hpp"

namespace trunkline::analytics {

using Text = std::optional<std::string>;

using FactRow = leads::PackedFact;  // nothing of it is readable

// Calls and conversations as the fold keeps them: everything else follows (call_row, conversation_row).
struct PackedCall {
  std::string tenant, call;
  std::string packed;  // a leads::Fact

  static constexpr std::string_view table = "calls";
  static constexpr std::size_t key_columns = 2;
  static constexpr auto columns =
      std::make_tuple(column("tenant", &PackedCall::tenant), column("call", &PackedCall::call),
                      column("packed", &PackedCall::packed));
};

struct PackedConversation {
  std::string tenant, conversation;
  std::string packed;  // a Conversation

  static constexpr std::string_view table = "conversations";
  static constexpr std::size_t key_columns = 2;
  static constexpr auto columns = std::make_tuple(column("tenant", &PackedConversation::tenant),
                                                  column("conversation", &PackedConversation::conversation),
                                                  column("packed", &PackedConversation::packed));
};

struct CallRow {
  std::string tenant, call;
  Text contact;
  Time at{};
  Text status, direction, call_type, provider, agent_id, script_id, prompt_variant, campaign, conversation_id,
      disposition, outcome, intent;
  bool answered = false;
  std::optional<std::int64_t> duration_ms, wait_ms;
  std::optional<double> sentiment;
  std::optional<std::int64_t> rating;
  std::string packed;

  static constexpr std::string_view table = "calls";
  static constexpr std::size_t key_columns = 2;
  static constexpr auto columns = std::make_tuple(
      column("tenant", &CallRow::tenant), column("call", &CallRow::call),
      column("contact", &CallRow::contact), column("at", &CallRow::at), column("status", &CallRow::status),
      column("direction", &CallRow::direction), column("call_type", &CallRow::call_type),
      column("provider", &CallRow::provider), column("agent_id", &CallRow::agent_id),
      column("script_id", &CallRow::script_id), column("prompt_variant", &CallRow::prompt_variant),
      column("campaign", &CallRow::campaign), column("conversation_id", &CallRow::conversation_id),
      column("disposition", &CallRow::disposition), column("outcome", &CallRow::outcome),
      column("intent", &CallRow::intent), column("answered", &CallRow::answered),
      column("duration_ms", &CallRow::duration_ms), column("wait_ms", &CallRow::wait_ms),
      column("sentiment", &CallRow::sentiment), column("rating", &CallRow::rating),
      column("packed", &CallRow::packed));
};

// The row of a call: every readable column follows from the fact.
CallRow call_row(const leads::Fact& call, std::string packed);
std::optional<leads::Fact> unpack_call(const PackedCall& row);  // nullopt: the bytes were damaged

struct ConversationRow {
  std::string tenant, conversation;
  Time at{};
  std::optional<Time> ended_at;
  std::string channel, agent_id;
  Text status;
  std::int64_t messages_in = 0, messages_out = 0;
  std::optional<std::int64_t> rating;
  std::string packed;

  static constexpr std::string_view table = "conversations";
  static constexpr std::size_t key_columns = 2;
  static constexpr auto columns = std::make_tuple(
      column("tenant", &ConversationRow::tenant), column("conversation", &ConversationRow::conversation),
      column("at", &ConversationRow::at), column("ended_at", &ConversationRow::ended_at),
      column("channel", &ConversationRow::channel), column("agent_id", &ConversationRow::agent_id),
      column("status", &ConversationRow::status), column("messages_in", &ConversationRow::messages_in),
      column("messages_out", &ConversationRow::messages_out), column("rating", &ConversationRow::rating),
      column("packed", &ConversationRow::packed));
};

// Sums of a quarter-hour; tables.sql says what each means.
struct Quarter {
  std::string tenant;
  Time quarter{};
  std::string channel, agent;
  std::int64_t calls_started = 0, calls_inbound = 0, attempts = 0, calls_ended = 0;
  std::int64_t offered = 0, offered_answered = 0, answered = 0, reached = 0;
  std::int64_t missed = 0, voicemail = 0, no_answer = 0, busy = 0;
  std::int64_t failed = 0, transferred = 0, handed_off = 0, talk_ms = 0;
  std::int64_t waited = 0, wait_ms = 0, messages_in = 0, messages_out = 0;
  std::int64_t conversations = 0, resolved = 0, resolved_by_ai = 0, escalated = 0;
  std::int64_t abandoned = 0, handled = 0, handle_us = 0, replies = 0;
  std::int64_t reply_us = 0, first_ai = 0, first_ai_us = 0, first_human = 0;
  std::int64_t first_human_us = 0, fallbacks = 0, ratings = 0, rating_sum = 0;
  std::int64_t ratings_good = 0, thumbs_up = 0, thumbs_down = 0, sentiments = 0;
  std::int64_t sentiment_e4 = 0, confidences = 0, confidence_e4 = 0, reviews = 0;
  std::int64_t intents_reviewed = 0, intents_right = 0, answers_reviewed = 0, answers_right = 0;
  std::int64_t relevances = 0, relevance_e4 = 0, outcome_positive = 0, outcome_neutral = 0;
  std::int64_t outcome_negative = 0, outcome_escalate = 0, appointments_booked = 0,
               appointments_cancelled = 0;
  std::int64_t appointments_completed = 0, appointments_no_show = 0, conversions = 0, leads_captured = 0;

  static constexpr std::string_view table = "quarter_sums";
  static constexpr bool zeros_are_null = true;
  static constexpr std::size_t key_columns = 4;
  static constexpr auto columns = std::make_tuple(
      column("tenant", &Quarter::tenant), column("quarter", &Quarter::quarter),
      column("channel", &Quarter::channel), column("agent", &Quarter::agent),
      column("calls_started", &Quarter::calls_started), column("calls_inbound", &Quarter::calls_inbound),
      column("attempts", &Quarter::attempts), column("calls_ended", &Quarter::calls_ended),
      column("offered", &Quarter::offered), column("offered_answered", &Quarter::offered_answered),
      column("answered", &Quarter::answered), column("reached", &Quarter::reached),
      column("missed", &Quarter::missed), column("voicemail", &Quarter::voicemail),
      column("no_answer", &Quarter::no_answer), column("busy", &Quarter::busy),
      column("failed", &Quarter::failed), column("transferred", &Quarter::transferred),
      column("handed_off", &Quarter::handed_off), column("talk_ms", &Quarter::talk_ms),
      column("waited", &Quarter::waited), column("wait_ms", &Quarter::wait_ms),
      column("messages_in", &Quarter::messages_in), column("messages_out", &Quarter::messages_out),
      column("conversations", &Quarter::conversations), column("resolved", &Quarter::resolved),
      column("resolved_by_ai", &Quarter::resolved_by_ai), column("escalated", &Quarter::escalated),
      column("abandoned", &Quarter::abandoned), column("handled", &Quarter::handled),
      column("handle_us", &Quarter::handle_us), column("replies", &Quarter::replies),
      column("reply_us", &Quarter::reply_us), column("first_ai", &Quarter::first_ai),
      column("first_ai_us", &Quarter::first_ai_us), column("first_human", &Quarter::first_human),
      column("first_human_us", &Quarter::first_human_us), column("fallbacks", &Quarter::fallbacks),
      column("ratings", &Quarter::ratings), column("rating_sum", &Quarter::rating_sum),
      column("ratings_good", &Quarter::ratings_good), column("thumbs_up", &Quarter::thumbs_up),
      column("thumbs_down", &Quarter::thumbs_down), column("sentiments", &Quarter::sentiments),
      column("sentiment_e4", &Quarter::sentiment_e4), column("confidences", &Quarter::confidences),
      column("confidence_e4", &Quarter::confidence_e4), column("reviews", &Quarter::reviews),
      column("intents_reviewed", &Quarter::intents_reviewed),
      column("intents_right", &Quarter::intents_right),
      column("answers_reviewed", &Quarter::answers_reviewed),
      column("answers_right", &Quarter::answers_right), column("relevances", &Quarter::relevances),
      column("relevance_e4", &Quarter::relevance_e4), column("outcome_positive", &Quarter::outcome_positive),
      column("outcome_neutral", &Quarter::outcome_neutral),
      column("outcome_negative", &Quarter::outcome_negative),
      column("outcome_escalate", &Quarter::outcome_escalate),
      column("appointments_booked", &Quarter::appointments_booked),
      column("appointments_cancelled", &Quarter::appointments_cancelled),
      column("appointments_completed", &Quarter::appointments_completed),
      column("appointments_no_show", &Quarter::appointments_no_show),
      column("conversions", &Quarter::conversions), column("leads_captured", &Quarter::leads_captured));
};

struct WordRow {
  std::string tenant;
  Time quarter{};
  std::string channel, agent, what, word;
  std::int64_t calls = 0, conversations = 0;

  static constexpr std::string_view table = "words";
  static constexpr std::size_t key_columns = 6;
  static constexpr auto columns =
      std::make_tuple(column("tenant", &WordRow::tenant), column("quarter", &WordRow::quarter),
                      column("channel", &WordRow::channel), column("agent", &WordRow::agent),
                      column("what", &WordRow::what), column("word", &WordRow::word),
                      column("calls", &WordRow::calls), column("conversations", &WordRow::conversations));
};

}  // namespace trunkline::analytics
