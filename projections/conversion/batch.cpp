#include "projections/conversion/batch.hpp"

#include "core/money.hpp"
#include "projections/conversion/facts.hpp"

namespace trunkline::conversion {
namespace {

// What of an event's data goes into an entry: read in one pass.
struct Said {
  std::string_view stage, kind, channel, agent, script, campaign, source, captured_by, value, currency;
  std::string_view call, conversation;

  explicit Said(json::Object data) {
    struct Member {
      std::string_view name;
      std::string_view Said::*text;
    };
    static constexpr Member members[] = {
        {"stage", &Said::stage},      {"kind", &Said::kind},
        {"channel", &Said::channel},  {"agent_id", &Said::agent},
        {"script_id", &Said::script}, {"campaign", &Said::campaign},
        {"source", &Said::source},    {"captured_by", &Said::captured_by},
        {"value", &Said::value},      {"currency", &Said::currency},
        {"call_id", &Said::call},     {"conversation_id", &Said::conversation}};
    for (const auto [name, said] : data)
      for (const Member& member : members)
        if (member.name == name) this->*member.text = said.as_string().value_or("");
  }
};

void take_texts(const Said& said, TextPool& texts, Entry& entry) {
  entry.channel = texts.keep(said.channel);
  entry.agent = texts.keep(said.agent);
  entry.script = texts.keep(said.script);
  entry.campaign = texts.keep(said.campaign);
  entry.source = texts.keep(said.source);
}

// Captures and stages have no subject of their own and are known by source and id.
std::uint64_t statement_id(const EventView& event) {
  thread_local std::string name;
  name.assign(event.source).append(1, '#').append(event.id);
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

Entry capture(const EventView& event, const Said& said, TextPool& texts) {
  Entry entry = entry_of(event, EntryKind::capture, statement_id(event));
  take_texts(said, texts, entry);
  if (said.captured_by == "call" || said.captured_by == "conversation" || said.source == "phone_call")
    entry.flags = flag_own_call;
  return entry;
}

Entry stage(const EventView& event, const Said& said, TextPool& texts) {
  Entry entry = entry_of(event, EntryKind::stage, statement_id(event));
  entry.name = texts.keep(said.stage);
  return entry;
}

// Calls, chats and appointments are touches by themselves; one that is stated as a touch as well counts once.
Entry touch(const EventView& event, const Said& said, TextPool& texts) {
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

Entry message(const EventView& event, const Said& said, TextPool& texts) {
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

template <class Visit>
void for_each_contact(std::string_view contacts, Visit visit) {
  while (!contacts.empty()) {
    const std::size_t end = contacts.find(' ');
    visit(contacts.substr(0, end));
    contacts.remove_prefix(end == std::string_view::npos ? contacts.size() : end + 1);
  }
}

// What an event says of whom it is about. What leaves no entry tells at least that the person was there.
void note_statement(const EventView& event, TextPool& texts, ContactNews& news) {
  const std::size_t before = news.stated.size();
  const bool is_capture = event.type == "lead.captured";
  if (is_capture || event.type == "lead.details_changed") {
    const Said said(event.data);
    if (is_capture) news.stated.push_back(capture(event, said, texts));
    if (!said.stage.empty()) news.stated.push_back(stage(event, said, texts));
    if (const auto amount = parse_money_e4(said.value))
      news.worth.merge({event.stamp, *amount, texts.keep(said.currency)});
  } else if (event.type == "lead.stage_changed") {
    news.stated.push_back(stage(event, Said(event.data), texts));
  } else if (event.type == "touch.recorded") {
    news.stated.push_back(touch(event, Said(event.data), texts));
  } else if (event.type == "message.received" || event.type == "message.sent") {
    news.stated.push_back(message(event, Said(event.data), texts));
  }
  if (news.stated.size() == before) news.first_seen_us = std::min(news.first_seen_us, event.stamp.time_us);
}

}  // namespace

void Batch::note_fact(leads::Fact fact) {
  const auto [known, fresh] = facts_.try_emplace(fact.key(), fact);
  if (!fresh) known->second.merge(fact);
}

void Batch::note(const EventView& event, TextPool& texts) {
  if (event.family() == "subject") return;
  bool first = true;
  auto fact = stated_fact(event);
  for_each_contact(event.contacts, [&](std::string_view token) {
    ContactNews& news = contacts_[people::contact_key(event.tenant, token)];
    if (std::exchange(first, false) && !fact) note_statement(event, texts, news);
  });
  if (fact) note_fact(std::move(*fact));
  for (people::LinkStatement& link : people::stated_links(event)) {
    for (const std::string& end : {link.a, link.b}) contacts_.try_emplace(end);
    links_.push_back(std::move(link));
  }
  if (auto unlink = people::stated_unlink(event)) unlinks_.push_back(std::move(*unlink));
}

void Batch::clear() {
  contacts_.clear();
  facts_.clear();
  links_.clear();
  unlinks_.clear();
}

}  // namespace trunkline::conversion
