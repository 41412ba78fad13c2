#include "projections/conversion/batch.hpp"

#include "core/money.hpp"
#include "projections/conversion/facts.hpp"
#include "projections/people/tokens.hpp"

namespace trunkline::conversion {
namespace {

// What of an event's data goes into an entry: read in one pass.
struct Members {
  std::string_view stage, kind, channel, agent, script, campaign, source, captured_by, value, currency;
  std::string_view call, conversation;

  explicit Members(json::Object data) {
    struct Member {
      std::string_view name;
      std::string_view Members::*text;
    };
    static constexpr Member members[] = {
        {"stage", &Members::stage},      {"kind", &Members::kind},
        {"channel", &Members::channel},  {"agent_id", &Members::agent},
        {"script_id", &Members::script}, {"campaign", &Members::campaign},
        {"source", &Members::source},    {"captured_by", &Members::captured_by},
        {"value", &Members::value},      {"currency", &Members::currency},
        {"call_id", &Members::call},     {"conversation_id", &Members::conversation}};
    for (const auto [name, said] : data)
      for (const Member& member : members)
        if (member.name == name) this->*member.text = said.as_string().value_or("");
  }
};

void take_texts(const Members& said, TextPool& texts, Entry& entry) {
  entry.channel = texts.keep(said.channel);
  entry.agent = texts.keep(said.agent);
  entry.script = texts.keep(said.script);
  entry.campaign = texts.keep(said.campaign);
  entry.source = texts.keep(said.source);
}

// Captures and stages have no subject of their own and are known by source and id.
std::uint64_t statement_id(const EventView& event, std::string_view what) {
  thread_local std::string name;
  name.assign(event.source).append(1, '#').append(event.id).append(1, '#').append(what);
  return entry_id(event.type, name);
}

Entry entry_of(const EventView& event, EntryKind kind, std::uint64_t id) {
  Entry entry;
  entry.id = id;
  entry.kind = kind;
  entry.stamp = event.stamp;
  entry.at_us = event.stamp.time_us;
  return entry;
}

Entry capture(const EventView& event, const Members& said, TextPool& texts) {
  Entry entry = entry_of(event, EntryKind::capture, statement_id(event, "capture"));
  take_texts(said, texts, entry);
  if (said.captured_by == "call" || said.captured_by == "conversation" || said.source == "phone_call")
    entry.flags = flag_own_call;
  return entry;
}

Entry stage(const EventView& event, const Members& said, TextPool& texts) {
  Entry entry = entry_of(event, EntryKind::stage, statement_id(event, "stage"));
  entry.name = texts.keep(said.stage);
  return entry;
}

// Calls, chats and appointments are touches by themselves; one that is stated as a touch as well counts once.
Entry touch(const EventView& event, const Members& said, TextPool& texts) {
  Entry entry = entry_of(event, EntryKind::touch, entry_id("touch", event.subject));
  take_texts(said, texts, entry);
  entry.name = texts.keep(said.kind);
  entry.flags = flag_touch;
  if (!said.call.empty())
    entry.about = entry_id("call", said.call);
  else if (!said.conversation.empty())
    entry.about = entry_id("conversation", said.conversation);
  return entry;
}

std::string_view thread_touch(std::string_view channel) {
  if (channel == "sms") return "sms_reply";
  if (channel == "whatsapp") return "whatsapp_reply";
  return channel == "email" ? "email_reply" : "chat";
}

Entry message(const EventView& event, const Members& said, TextPool& texts) {
  const std::uint64_t id = said.conversation.empty() ? entry_id("thread", said.channel)
                                                     : entry_id("conversation", said.conversation);
  Entry entry = entry_of(event, EntryKind::thread, id);
  take_texts(said, texts, entry);
  entry.name = thread_touch(said.channel);
  if (event.type == "message.received") {
    entry.flags = flag_reached | flag_touch;
  } else {
    entry.flags = flag_attempt;
    entry.answered_us = std::exchange(entry.at_us, never_us);
  }
  return entry;
}

}  // namespace

void Batch::note_fact(leads::Fact fact) {
  const auto [known, fresh] = facts_.try_emplace(fact.key(), fact);
  if (!fresh) known->second.merge(fact);
}

void Batch::note_said(const EventView& event, const std::string& contact, const Entry& entry) {
  std::string key{event.tenant};
  key.append(reinterpret_cast<const char*>(&entry.id), sizeof entry.id);
  const auto [known, fresh] =
      said_.try_emplace(std::move(key), Said{std::string{event.tenant}, contact, entry});
  if (fresh || !(known->second.entry.stamp < entry.stamp)) return;
  known->second.contact = contact;
  known->second.entry = entry;
}

// What an event says of whom it is about. What leaves no entry tells at least that the person was there.
void Batch::note_statement(const EventView& event, const std::string& contact, TextPool& texts,
                           ContactNews& news) {
  const bool is_capture = event.type == "lead.captured";
  if (event.type == "message.received" || event.type == "message.sent") {
    news.threads.push_back(message(event, Members(event.data), texts));
  } else if (event.type == "touch.recorded") {
    note_said(event, contact, touch(event, Members(event.data), texts));
  } else if (event.type == "lead.stage_changed") {
    note_said(event, contact, stage(event, Members(event.data), texts));
  } else if (is_capture || event.type == "lead.details_changed") {
    const Members said(event.data);
    if (is_capture) note_said(event, contact, capture(event, said, texts));
    if (!said.stage.empty()) note_said(event, contact, stage(event, said, texts));
    if (!is_capture && said.stage.empty())
      news.first_seen_us = std::min(news.first_seen_us, event.stamp.time_us);
    if (const auto amount = parse_money_e4(said.value))
      news.worth.merge({event.stamp, *amount, texts.keep(said.currency)});
  } else {
    news.first_seen_us = std::min(news.first_seen_us, event.stamp.time_us);
  }
}

void Batch::note(const EventView& event, TextPool& texts) {
  if (event.family() == "subject") return;
  bool first = true;
  auto fact = stated_fact(event);
  people::for_each_token(event.contacts, [&](std::string_view token) {
    const std::string key = people::contact_key(event.tenant, token);
    ContactNews& news = contacts_[key];
    if (std::exchange(first, false) && !fact) note_statement(event, key, texts, news);
  });
  if (fact) {
    if (event.family() == "call")
      if (auto cost = stated_call_cost(event, *fact)) note_fact(std::move(*cost));
    note_fact(std::move(*fact));
  }
  for (people::LinkStatement& link : people::stated_links(event)) {
    for (const std::string& end : {link.a, link.b}) contacts_.try_emplace(end);
    links_.push_back(std::move(link));
  }
  if (auto unlink = people::stated_unlink(event)) unlinks_.push_back(std::move(*unlink));
}

void Batch::clear() {
  contacts_.clear();
  facts_.clear();
  said_.clear();
  links_.clear();
  unlinks_.clear();
}

}  // namespace trunkline::conversion
