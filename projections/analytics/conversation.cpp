#include "projections/analytics/conversation.hpp"

#include <algorithm>

namespace trunkline::analytics {
namespace {

// Channels and agents of marks stand once, in the order of first use.
std::uint64_t place_of(std::vector<std::string_view>& names, std::string_view name) {
  const auto known = std::find(names.begin(), names.end(), name);
  if (known == names.end()) names.push_back(name);
  return static_cast<std::uint64_t>(known - names.begin());
}

}  // namespace

std::optional<Mark> mark_of(const leads::Fact& message) {
  const std::string_view direction = message.fields.value("direction");
  if (direction.empty() || message.fields.value("conversation_id").empty()) return std::nullopt;
  Mark mark;
  mark.sequence = message.fields.value("sequence");
  mark.at_us = message.at_us();
  mark.channel = message.fields.value("channel");
  if (direction == "inbound") return mark;
  const std::string_view role = message.fields.value("role");
  mark.speaker = role == "human_agent" ? Speaker::human : role == "system" ? Speaker::system : Speaker::ai;
  mark.agent = message.fields.value("agent_id");
  return mark;
}

std::int64_t Conversation::start_us() const {
  if (fact.fields.has("at") || marks.empty()) return fact.at_us();
  const auto earlier = [](const Mark& a, const Mark& b) { return a.at_us < b.at_us; };
  return std::min(fact.earliest_us, std::min_element(marks.begin(), marks.end(), earlier)->at_us);
}

std::string_view Conversation::channel() const {
  const std::string_view stated = fact.fields.value("channel");
  return !stated.empty() || marks.empty() ? stated : std::string_view{marks.front().channel};
}

std::string_view Conversation::agent() const {
  const std::string_view stated = fact.fields.value("agent_id");
  if (!stated.empty()) return stated;
  for (const Mark& mark : marks)
    if (mark.speaker == Speaker::ai || mark.speaker == Speaker::human) return mark.agent;
  return {};
}

bool Conversation::by_human() const {
  if (fact.fields.has("human") || fact.fields.value("resolved_by") == "human") return true;
  return std::any_of(marks.begin(), marks.end(),
                     [](const Mark& mark) { return mark.speaker == Speaker::human; });
}

void Conversation::add(const Mark& mark) {
  marks.insert(std::upper_bound(marks.begin(), marks.end(), mark), mark);
}

void Conversation::remove(const Mark& mark) {
  const auto at = std::lower_bound(marks.begin(), marks.end(), mark);
  if (at != marks.end() && *at == mark) marks.erase(at);
}

std::vector<Reply> Conversation::replies() const {
  std::vector<Reply> replies;
  std::optional<std::int64_t> first_us, waiting_us;
  bool ai = false, human = false;
  for (const Mark& mark : marks) {
    if (mark.speaker == Speaker::person) {
      if (!first_us) first_us = mark.at_us;
      if (!waiting_us) waiting_us = mark.at_us;
      continue;
    }
    if (mark.speaker == Speaker::system || !first_us) continue;  // a greeting answers nobody
    Reply reply{mark.at_us, mark.channel, mark.agent, {}, {}, {}};
    if (waiting_us) reply.waited_us = mark.at_us - *waiting_us;
    bool& answered = mark.speaker == Speaker::ai ? ai : human;
    if (!answered)
      (mark.speaker == Speaker::ai ? reply.first_ai_us : reply.first_human_us) = mark.at_us - *first_us;
    if (reply.waited_us || !answered) replies.push_back(std::move(reply));
    answered = true;
    waiting_us.reset();
  }
  return replies;
}

std::string pack(const Conversation& conversation) {
  Packer out;
  out.text(leads::pack(conversation.fact));
  std::vector<std::string_view> names;
  for (const Mark& mark : conversation.marks) {
    place_of(names, mark.channel);
    place_of(names, mark.agent);
  }
  out.count(names.size());
  for (const std::string_view name : names) out.text(name);
  out.count(conversation.marks.size());
  std::int64_t before_us = 0;
  for (const Mark& mark : conversation.marks) {
    out.text(mark.sequence).number(mark.at_us - before_us).count(static_cast<std::uint64_t>(mark.speaker));
    out.count(place_of(names, mark.channel)).count(place_of(names, mark.agent));
    before_us = mark.at_us;
  }
  return out.take();
}

std::optional<Conversation> unpack_conversation(const PackedConversation& row) {
  Unpacker in(row.packed);
  auto fact = leads::unpack_fact(row.tenant, "conversation", row.conversation, in.text());
  if (!fact) return std::nullopt;
  Conversation conversation{std::move(*fact), {}};
  std::vector<std::string> names;
  for (std::uint64_t n = in.count(); n > 0 && in.ok(); --n) names.emplace_back(in.text());
  std::int64_t at_us = 0;
  for (std::uint64_t n = in.count(); n > 0 && in.ok(); --n) {
    std::string sequence{in.text()};
    at_us += in.number();
    const std::uint64_t speaker = in.count(), channel = in.count(), agent = in.count();
    if (speaker > 3 || channel >= names.size() || agent >= names.size()) return std::nullopt;
    conversation.marks.push_back(
        {std::move(sequence), at_us, static_cast<Speaker>(speaker), names[channel], names[agent]});
  }
  if (!in.finished()) return std::nullopt;
  return conversation;
}

ConversationRow conversation_row(const Conversation& conversation, std::string packed) {
  ConversationRow row;
  row.tenant = conversation.fact.tenant;
  row.conversation = conversation.fact.subject;
  row.at = from_micros(conversation.start_us());
  if (const auto ended = conversation.fact.fields.find("ended"))
    row.ended_at = from_micros(ended->stamp.time_us);
  row.channel = conversation.channel();
  row.agent_id = conversation.agent();
  if (const std::string_view status = conversation.fact.fields.value("status"); !status.empty())
    row.status = status;
  for (const Mark& mark : conversation.marks)
    ++(mark.speaker == Speaker::person ? row.messages_in : row.messages_out);
  row.rating = conversation.fact.fields.integer("rating");
  row.packed = std::move(packed);
  return row;
}

}  // namespace trunkline::analytics
