// The facts that a batch reaches, and what becomes of them (fold.hpp).
#include <algorithm>
#include <iterator>

#include "projections/leads/fold.hpp"

namespace trunkline::leads {

// Calls stand under one id, whichever of theirs the events named.
Status LeadsFold::join_calls(Postgres& session) {
  const auto probe = CallGroups::probe_of(facts_, [](const CallGroups::Candidate& each) {
    return KeyOf<PackedFact>{each.tenant, "call", each.id};
  });
  if (const auto loaded = groups_.load(session, probe); !loaded) return loaded;
  std::unordered_map<std::string, News*> calls;
  for (const auto& [key, fact] : batch_.facts) {
    if (fact.family != "call") {
      news_.emplace_back().fact = &fact;
      continue;
    }
    const std::string& call = groups_.call_of(fact.tenant, fact.subject);
    const auto [known, fresh] = calls.try_emplace(contact_key(fact.tenant, call), nullptr);
    if (fresh) known->second = &news_.emplace_back();
    tell_call(fact, call, *known->second);
  }
  for (const auto& moved : groups_.moved())
    calls.at(contact_key(moved.tenant, moved.now))->formerly.push_back(moved.before);
  return done();
}

void LeadsFold::tell_call(const Fact& fact, const std::string& call, News& news) {
  if (news.fact == nullptr && fact.subject == call) {
    news.fact = &fact;
    return;
  }
  if (!news.own) news.own = std::make_unique<Fact>(news.fact == nullptr ? fact : *news.fact);
  news.own->merge(fact);
  news.own->subject = call;
  news.fact = news.own.get();
}

Status LeadsFold::load_rows(Postgres& session, AllNews& news) {
  for (const News& each : news) {
    facts_.want({each.fact->tenant, each.fact->family, each.fact->subject});
    for (const std::string& former : each.formerly)
      facts_.want({each.fact->tenant, each.fact->family, former});
  }
  if (const auto loaded = facts_.load(session); !loaded) return loaded;
  const auto add = [this](News& to, const std::string& subject) {
    const PackedFact* row = facts_.find({to.fact->tenant, to.fact->family, subject});
    if (row == nullptr) return true;
    auto stored = unpack_fact(*row);
    if (stored) to.stored.push_back(std::move(*stored));
    return stored.has_value();
  };
  for (News& each : news) {
    bool all = add(each, each.fact->subject);
    for (const std::string& former : each.formerly) all = all && add(each, former);
    if (!all) return must_stop("row", "leads: a packed column of table facts cannot be read");
  }
  return done();
}

Status LeadsFold::load_facts(Postgres& session) {
  forget_facts();
  with_.clear();
  moved_conversations_.clear();
  former_.restart();
  inheriting_.restart();
  if (const auto joined = join_calls(session); !joined) return joined;
  if (const auto loaded = load_rows(session, news_); !loaded) return loaded;
  for (const News& each : news_)
    if (each.fact->family == "conversation") settle_conversation(each);
  if (const auto taken = take_up_inheriting(session); !taken) return taken;
  for (const News& each : news_) {
    if (each.fact->family == "message") settle_message(each);
    if (each.fact->family == "message" || each.fact->family == "conversation") continue;
    settle_fact(each, merged_of(each));
  }
  return done();
}

// What is stored and what is stated together; the latter itself where nothing is stored.
const Fact& LeadsFold::merged_of(const News& news) {
  if (news.stored.empty()) return *news.fact;
  Fact& merged = copy_of(*news.fact);
  for (const Fact& stored : news.stored) merged.merge(stored);
  return merged;
}

// Messages that name nobody follow a conversation that turns out to be with somebody else.
Status LeadsFold::take_up_inheriting(Postgres& session) {
  const auto messages = inheriting_.of(session, moved_conversations_);
  if (!messages) return messages.error();
  AllNews more;
  std::unordered_set<std::string> known;
  for (const auto& [tenant, subject] : *messages) {
    std::string key = fact_key(tenant, "message", subject);
    if (batch_.facts.contains(key) || !known.insert(std::move(key)).second) continue;
    News& taken = more.emplace_back();
    taken.own = std::make_unique<Fact>();
    taken.own->tenant = tenant;
    taken.own->family = "message";
    taken.own->subject = subject;
    taken.fact = taken.own.get();
  }
  if (const auto loaded = load_rows(session, more); !loaded) return loaded;
  std::move(more.begin(), more.end(), std::back_inserter(news_));
  return done();
}

void LeadsFold::settle_conversation(const News& news) {
  const Fact& merged = merged_of(news);
  with_[contact_key(merged.tenant, merged.subject)] = merged.contact();
  if (!news.stored.empty() && news.stored.front().contact() != merged.contact())
    moved_conversations_.push_back({merged.tenant, merged.subject});
  settle_fact(news, merged);
}

void LeadsFold::settle_message(const News& news) {
  if (news.stored.empty() && !news.fact->inherits() && !news.fact->fields.empty())
    return settle_fact(news, *news.fact);
  Fact& merged = copy_of(*news.fact);
  if (!news.stored.empty()) {
    merged.merge(news.stored.front());
    merged.inherited = news.stored.front().inherited;
  }
  if (merged.fields.empty()) return;  // it went away while its batch was being committed
  if (!merged.inherits()) {
    merged.inherited.clear();
  } else {
    const auto with = with_.find(contact_key(merged.tenant, merged.fields.value("conversation_id")));
    if (with != with_.end()) merged.inherited = with->second;
    inheriting_.note(merged);
  }
  settle_fact(news, merged);
}

// Takes out what is stored of it and puts in what it is now.
void LeadsFold::settle_fact(const News& news, const Fact& merged) {
  if (news.stored.size() == 1 && news.stored.front() == merged) return;
  const auto owner = [&](const Contribution& to) {
    return to.contact.empty() ? std::string{} : contact_key(merged.tenant, to.contact);
  };
  const Contribution now = contribution(merged);
  Contribution before;
  for (const Stamp& stamp : merged.sealed) {
    const auto has = [&](const Fact& stored) {
      return std::binary_search(stored.sealed.begin(), stored.sealed.end(), stamp);
    };
    if (std::none_of(news.stored.begin(), news.stored.end(), has)) texts_to_write_.insert(stamp);
  }
  for (const Fact& stored : news.stored) {
    if (stored.subject == merged.subject) {
      before = contribution(stored);
      continue;
    }
    const Contribution part = contribution(stored);
    std::string whose = owner(part);
    if (!whose.empty()) changes_[whose].take_out(part);
    former_.changed({stored.tenant, stored.family, stored.subject, std::move(whose), ""});
    gone_.push_back(stored);
  }
  if (before != now) {
    std::string whose = owner(before), whose_now = owner(now);
    if (!whose.empty()) changes_[whose].take_out(before);
    if (!whose_now.empty()) changes_[whose_now].put_in(now);
    former_.changed({merged.tenant, merged.family, merged.subject, std::move(whose), std::move(whose_now)});
  }
  merged_.push_back(&merged);
}

}  // namespace trunkline::leads
