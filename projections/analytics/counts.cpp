#include "projections/analytics/counts.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/json.hpp"

namespace trunkline::analytics {
namespace {

constexpr std::int64_t quarter_us = 15LL * 60 * 1'000'000;

bool one_of(std::string_view text, std::initializer_list<std::string_view> values) {
  return std::find(values.begin(), values.end(), text) != values.end();
}

Quarter place_of(const leads::Fact& fact, std::string_view channel) {
  Quarter to;
  to.tenant = fact.tenant;
  to.quarter = quarter_of(fact.at_us());
  to.channel = channel;
  to.agent = fact.fields.value("agent_id");
  return to;
}

void put(const Quarter& counted, Count count, Counts& to) {
  count == Count::in ? to.quarters.add(counted) : to.quarters.subtract(counted);
}

void add_outcome(std::string_view outcome, Quarter& to) {
  to.outcome_positive = outcome == "positive";
  to.outcome_neutral = outcome == "neutral";
  to.outcome_negative = outcome == "negative";
  to.outcome_escalate = outcome == "escalate";
}

// A share or a mood from -1 to 1, in 1/10000, so that sums are exact.
void add_real(const leads::Fields& fields, leads::FieldName name, std::int64_t& counted,
              std::int64_t& sum_e4) {
  const std::string_view text = fields.value(name);
  double value = 0;
  if (text.empty() || std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{})
    return;
  counted = 1;
  sum_e4 = std::llround(value * 10'000);
}

void add_rating(const leads::Fields& fields, Quarter& to) {
  const auto rating = fields.integer("rating");
  if (!rating) return;
  to.ratings = 1;
  to.rating_sum = *rating;
  to.ratings_good = *rating >= 4;
}

void add_ended_call(const leads::Fact& call, Quarter& to) {
  const std::string_view status = leads::call_status(call);
  to.calls_ended = 1;
  to.answered = leads::call_answered(call);
  to.offered = call.fields.value("direction") == "inbound";
  to.offered_answered = to.offered * to.answered;
  to.talk_ms = to.answered != 0 ? call.fields.integer("duration_ms").value_or(0) : 0;
  to.missed = status == "missed";
  to.voicemail = status == "voicemail";
  to.no_answer = status == "no_answer";
  to.busy = status == "busy";
  to.failed = status == "failed";
  to.transferred = status == "transferred";
}

using Words = std::vector<std::pair<std::string_view, std::string>>;

Words words_of(const leads::Fields& fields) {
  Words words;
  for (const std::string_view what : {"disposition", "outcome", "intent", "prompt_variant"})
    if (const std::string_view word = fields.value(what); !word.empty()) words.emplace_back(what, word);
  const std::string_view actions = fields.value("actions");
  if (actions.empty()) return words;
  json::Parser parser;
  const auto parsed = parser.parse(actions);
  const auto list = parsed ? parsed->as_array() : json::Found<json::Array>{};
  if (!list) return words;
  for (const json::Value action : *list)
    if (const auto word = action.as_string()) words.emplace_back("action", *word);
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

void put_words(const Quarter& at, const leads::Fields& fields, std::int64_t WordRow::*counted, Count count,
               Counts& to) {
  for (const auto& [what, word] : words_of(fields)) {
    WordRow row{at.tenant, at.quarter, at.channel, at.agent, std::string{what}, word};
    row.*counted = 1;
    count == Count::in ? to.words.add(row) : to.words.subtract(row);
  }
}

Quarter conversation_counted(const Conversation& conversation) {
  const leads::Fields& fields = conversation.fact.fields;
  Quarter to;
  to.tenant = conversation.fact.tenant;
  to.quarter = quarter_of(conversation.start_us());
  to.channel = conversation.channel();
  to.agent = conversation.agent();
  const std::string_view status = fields.value("status");
  to.conversations = to.channel != "voice";
  to.resolved = status == "resolved";
  to.resolved_by_ai = to.resolved != 0 && !conversation.by_human();
  to.abandoned = status == "abandoned";
  to.escalated = fields.has("escalated");
  if (const auto ended = fields.find("ended")) {
    to.handled = 1;
    to.handle_us = std::max<std::int64_t>(0, ended->stamp.time_us - conversation.start_us());
  }
  add_rating(fields, to);
  add_real(fields, "sentiment", to.sentiments, to.sentiment_e4);
  add_real(fields, "confidence", to.confidences, to.confidence_e4);
  return to;
}

Quarter reply_counted(const std::string& tenant, const Reply& reply) {
  Quarter to;
  to.tenant = tenant;
  to.quarter = quarter_of(reply.at_us);
  to.channel = reply.channel;
  to.agent = reply.agent;
  const auto add = [](std::optional<std::int64_t> took_us, std::int64_t& counted, std::int64_t& sum_us) {
    if (!took_us) return;
    counted = 1;
    sum_us = *took_us;
  };
  add(reply.waited_us, to.replies, to.reply_us);
  add(reply.first_ai_us, to.first_ai, to.first_ai_us);
  add(reply.first_human_us, to.first_human, to.first_human_us);
  return to;
}

void add_review(const leads::Fields& fields, Quarter& to) {
  to.reviews = 1;
  to.intents_reviewed = fields.has("intent_correct");
  to.intents_right = fields.value("intent_correct") == "true";
  to.answers_reviewed = fields.has("answer_correct");
  to.answers_right = fields.value("answer_correct") == "true";
  add_real(fields, "relevance", to.relevances, to.relevance_e4);
}

void add_appointment(const leads::Fields& fields, Quarter& to) {
  const std::string_view status = fields.value("status");
  to.appointments_booked = fields.has("booked");
  to.appointments_cancelled = status == "cancelled";
  to.appointments_completed = status == "completed";
  to.appointments_no_show = status == "no_show";
}

}  // namespace

Time quarter_of(std::int64_t at_us) {
  const std::int64_t into = ((at_us % quarter_us) + quarter_us) % quarter_us;
  return from_micros(at_us - into);
}

void count_call(const leads::Fact& call, Count count, Counts& to) {
  Quarter counted = place_of(call, "voice");
  const leads::Fields& fields = call.fields;
  const std::string_view direction = fields.value("direction");
  counted.calls_started = fields.has("started");
  counted.conversations = counted.calls_started;
  counted.calls_inbound = counted.calls_started != 0 && direction == "inbound";
  counted.attempts = counted.calls_started != 0 && direction == "outbound";
  counted.reached =
      one_of(fields.value("disposition"), {"reached", "callback_requested", "not_interested", "dnc"});
  if (const auto wait = fields.integer("wait_ms")) {
    counted.waited = 1;
    counted.wait_ms = *wait;
  }
  add_outcome(fields.value("outcome"), counted);
  if (fields.has("ended")) add_ended_call(call, counted);
  counted.handed_off = counted.transferred != 0 || counted.outcome_escalate != 0;
  add_rating(fields, counted);
  add_real(fields, "sentiment", counted.sentiments, counted.sentiment_e4);
  add_real(fields, "confidence", counted.confidences, counted.confidence_e4);
  put(counted, count, to);
  put_words(counted, fields, &WordRow::calls, count, to);
}

void count_fact(const leads::Fact& fact, Count count, Counts& to) {
  Quarter counted = place_of(fact, fact.fields.value("channel"));
  if (fact.family == "message") {
    counted.messages_in = fact.fields.value("direction") == "inbound";
    counted.messages_out = fact.fields.value("direction") == "outbound";
    counted.fallbacks = fact.fields.value("fallback") == "true";
    counted.thumbs_up = fact.fields.value("thumbs") == "up";
    counted.thumbs_down = fact.fields.value("thumbs") == "down";
  }
  if (fact.family == "conversation.analyzed") add_outcome(fact.fields.value("outcome"), counted);
  if (fact.family == "call.reviewed") add_review(fact.fields, counted);
  if (fact.family == "appointment") add_appointment(fact.fields, counted);
  if (fact.family == "conversion")
    counted.conversions = fact.fields.has("recorded") && !fact.fields.has("reversed");
  if (fact.family == "lead.captured") counted.leads_captured = 1;
  put(counted, count, to);
}

void count_conversation(const Conversation* before, const Conversation* after, Counts& to) {
  const auto count_head = [&](const Conversation* conversation, Count count) {
    if (conversation == nullptr) return;
    const Quarter counted = conversation_counted(*conversation);
    put(counted, count, to);
    put_words(counted, conversation->fact.fields, &WordRow::conversations, count, to);
  };
  count_head(before, Count::out);
  count_head(after, Count::in);
  const auto was = before == nullptr ? std::vector<Reply>{} : before->replies();
  const auto is = after == nullptr ? std::vector<Reply>{} : after->replies();
  const auto [was_from, is_from] = std::mismatch(was.begin(), was.end(), is.begin(), is.end());
  auto was_to = was.end(), is_to = is.end();
  while (was_to != was_from && is_to != is_from && *(was_to - 1) == *(is_to - 1)) --was_to, --is_to;
  const std::string& tenant = (after != nullptr ? after : before)->fact.tenant;
  std::for_each(was_from, was_to,
                [&](const Reply& reply) { put(reply_counted(tenant, reply), Count::out, to); });
  std::for_each(is_from, is_to,
                [&](const Reply& reply) { put(reply_counted(tenant, reply), Count::in, to); });
}

}  // namespace trunkline::analytics
