#include "projections/analytics/fold.hpp"

#include "projections/analytics/statements.hpp"

namespace trunkline::analytics {
namespace {

Error damaged(std::string_view table) {
  return must_stop("row", "analytics: a packed column of table " + std::string{table} + " cannot be read");
}

std::string conversation_of(const leads::Fact& message) {
  return std::string{message.fields.value("conversation_id")};
}

}  // namespace

AnalyticsFold::AnalyticsFold(const FoldSettings& settings)
    : groups_(settings.rows_cached_max / 4),
      calls_(settings.rows_cached_max),
      conversations_(settings.rows_cached_max),
      facts_(settings.rows_cached_max) {}

void AnalyticsFold::note(leads::Fact fact, Kept& to) {
  std::string key = fact.key();
  const auto [known, fresh] = to.try_emplace(std::move(key), std::move(fact));
  if (!fresh) known->second.merge(fact);
}

Status AnalyticsFold::read(const EventView& event) {
  auto fact = stated_fact(event);
  if (!fact) return done();
  if (auto analysis = stated_analysis(event)) note(std::move(*analysis), batch_facts_);
  if (fact->family == "call") {
    groups_.read(event);
    note(std::move(*fact), batch_calls_);
  } else {
    Kept& kept = fact->family == "conversation" ? batch_conversations_ : batch_facts_;
    note(std::move(*fact), kept);
  }
  return done();
}

// Everything that load() derives is made anew by every call: after an error it may be called again.
Status AnalyticsFold::load(Postgres& session) {
  forget_news();
  const auto probe = CallGroups::probe_of(calls_, [](const CallGroups::Candidate& each) {
    return KeyOf<PackedCall>{each.tenant, each.id};
  });
  if (const auto loaded = groups_.load(session, probe); !loaded) return loaded;
  join_calls();
  if (const auto loaded = load_calls(session); !loaded) return loaded;
  if (const auto loaded = load_facts(session); !loaded) return loaded;
  return load_conversations(session);
}

void AnalyticsFold::join_calls() {
  for (const auto& [key, fact] : batch_calls_) {
    const std::string& call = groups_.call_of(fact.tenant, fact.subject);
    CallNews& news = call_news_[people::contact_key(fact.tenant, call)];
    if (news.fact.tenant.empty()) {
      news.fact = fact;
      news.fact.subject = call;
    } else {
      news.fact.merge(fact);
    }
  }
  for (const auto& moved : groups_.moved())
    call_news_[people::contact_key(moved.tenant, moved.now)].formerly.push_back(moved.before);
}

Status AnalyticsFold::load_calls(Postgres& session) {
  for (const auto& [key, news] : call_news_) {
    calls_.want({news.fact.tenant, news.fact.subject});
    for (const std::string& former : news.formerly) calls_.want({news.fact.tenant, former});
  }
  if (const auto loaded = calls_.load(session); !loaded) return loaded;
  for (auto& [key, news] : call_news_) {
    const auto add = [&](const std::string& call) {
      const PackedCall* row = calls_.find({news.fact.tenant, call});
      if (row == nullptr) return true;
      auto stored = unpack_call(*row);
      if (stored) news.stored.push_back(std::move(*stored));
      return stored.has_value();
    };
    bool all = add(news.fact.subject);
    for (const std::string& former : news.formerly) all = all && add(former);
    if (!all) return damaged(CallRow::table);
  }
  return done();
}

Status AnalyticsFold::load_facts(Postgres& session) {
  for (const auto& [key, fact] : batch_facts_) facts_.want({fact.tenant, fact.family, fact.subject});
  if (const auto loaded = facts_.load(session); !loaded) return loaded;
  for (const auto& [key, fact] : batch_facts_) {
    const FactRow* row = facts_.find({fact.tenant, fact.family, fact.subject});
    if (row == nullptr) {
      changed_.push_back({std::nullopt, fact});
      continue;
    }
    auto stored = leads::unpack_fact(*row);
    if (!stored) return damaged(FactRow::table);
    leads::Fact merged = *stored;
    merged.merge(fact);
    if (merged != *stored) changed_.push_back({std::move(stored), std::move(merged)});
  }
  return done();
}

AnalyticsFold::ConversationNews& AnalyticsFold::news_of(const std::string& tenant,
                                                        std::string_view conversation) {
  ConversationNews& news = conversation_news_[people::contact_key(tenant, conversation)];
  if (news.tenant.empty()) {
    news.tenant = tenant;
    news.id = conversation;
  }
  return news;
}

// A corrected message may leave one conversation for another.
Status AnalyticsFold::load_conversations(Postgres& session) {
  for (const auto& [key, fact] : batch_conversations_) news_of(fact.tenant, fact.subject).stated = &fact;
  for (const Changed& changed : changed_) {
    if (changed.after.family != "message") continue;
    const auto was = changed.before ? mark_of(*changed.before) : std::nullopt;
    const auto is = mark_of(changed.after);
    if (was == is && was && conversation_of(*changed.before) == conversation_of(changed.after)) continue;
    if (was) news_of(changed.after.tenant, conversation_of(*changed.before)).gone.push_back(*was);
    if (is) news_of(changed.after.tenant, conversation_of(changed.after)).come.push_back(*is);
  }
  for (const auto& [key, news] : conversation_news_) conversations_.want({news.tenant, news.id});
  if (const auto loaded = conversations_.load(session); !loaded) return loaded;
  for (auto& [key, news] : conversation_news_) {
    const PackedConversation* row = conversations_.find({news.tenant, news.id});
    if (row != nullptr && !(news.stored = unpack_conversation(*row))) return damaged(ConversationRow::table);
  }
  return done();
}

void AnalyticsFold::apply() {
  for (auto& [key, news] : call_news_) apply_call(news);
  for (const Changed& changed : changed_) {
    if (changed.before) count_fact(*changed.before, Count::out, counts_);
    count_fact(changed.after, Count::in, counts_);
    const leads::Fact& fact = changed.after;
    facts_.touch({fact.tenant, fact.family, fact.subject}).packed = leads::pack(fact);
  }
  for (auto& [key, news] : conversation_news_) apply_conversation(news);
}

void AnalyticsFold::apply_call(CallNews& news) {
  leads::Fact& call = news.fact;
  for (const leads::Fact& stored : news.stored) call.merge(stored);
  if (news.stored.size() == 1 && news.stored.front() == call) return;
  for (const leads::Fact& stored : news.stored) {
    count_call(stored, Count::out, counts_);
    if (stored.subject != call.subject) calls_.remove({stored.tenant, stored.subject});
  }
  count_call(call, Count::in, counts_);
  PackedCall& row = calls_.touch({call.tenant, call.subject});
  row.packed = leads::pack(call);
  of_call_[&row] = &call;
}

void AnalyticsFold::apply_conversation(ConversationNews& news) {
  const Conversation* before = news.stored ? &*news.stored : nullptr;
  Conversation& after = news.after;
  if (before != nullptr) {
    after = *before;
  } else {
    after.fact.tenant = news.tenant;
    after.fact.family = "conversation";
    after.fact.subject = news.id;
  }
  if (news.stated != nullptr) after.fact.merge(*news.stated);
  for (const Mark& mark : news.gone) after.remove(mark);
  for (const Mark& mark : news.come) after.add(mark);
  if (before != nullptr && *before == after) return;
  count_conversation(before, after.empty() ? nullptr : &after, counts_);
  if (after.empty()) return conversations_.remove({news.tenant, news.id});
  PackedConversation& row = conversations_.touch({news.tenant, news.id});
  row.packed = pack(after);
  of_conversation_[&row] = &after;
}

WriteSet AnalyticsFold::take_writes() {
  WriteSet writes;
  groups_.take(writes);
  calls_.take(writes, [this](const PackedCall& row) { return call_row(*of_call_.at(&row), row.packed); });
  conversations_.take(writes, [this](const PackedConversation& row) {
    return conversation_row(*of_conversation_.at(&row), row.packed);
  });
  facts_.take(writes);
  counts_.quarters.take(writes);
  counts_.words.take(writes);
  forget_batch();
  return writes;
}

// What load() derived of the batch.
void AnalyticsFold::forget_news() {
  of_call_.clear();
  of_conversation_.clear();
  call_news_.clear();
  changed_.clear();
  conversation_news_.clear();
}

void AnalyticsFold::forget_batch() {
  forget_news();
  for (Kept* kept : {&batch_calls_, &batch_conversations_, &batch_facts_}) kept->clear();
}

void AnalyticsFold::settled() {
  groups_.settled();
  calls_.settled();
  conversations_.settled();
  facts_.settled();
}

void AnalyticsFold::drop() {
  groups_.drop();
  calls_.drop();
  conversations_.drop();
  facts_.drop();
  counts_.drop();
  forget_batch();
}

void AnalyticsFold::begins_empty() {
  calls_.begins_empty();
  conversations_.begins_empty();
  facts_.begins_empty();
  groups_.begins_empty();
  counts_.quarters.begins_empty();
  counts_.words.begins_empty();
}

}  // namespace trunkline::analytics
