// The facts that a batch reaches, and what becomes of them (fold.hpp).
#include "projections/leads/fold.hpp"

namespace trunkline::leads {

// Calls stand under one id, whichever of theirs the events named.
Result<LeadsFold::AllNews> LeadsFold::join_calls(Postgres& session) {
  const auto probe = [this](Postgres& in, std::vector<CallGroups::Candidate>& candidates) {
    for (const auto& each : candidates) facts_.want({each.tenant, "call", each.id});
    const auto loaded = facts_.load(in);
    if (loaded)
      for (auto& each : candidates) each.is_call = facts_.find({each.tenant, "call", each.id}) != nullptr;
    return loaded;
  };
  if (const auto loaded = groups_.load(session, probe); !loaded) return loaded.error();
  AllNews all;
  for (const auto& [key, fact] : batch_.facts) {
    if (fact.family != "call") {
      all[key].fact = fact;
      continue;
    }
    const std::string& call = groups_.call_of(fact.tenant, fact.subject);
    News& news = all[fact_key(fact.tenant, fact.family, call)];
    if (news.fact.tenant.empty()) {
      news.fact = fact;
      news.fact.subject = call;
    } else {
      news.fact.merge(fact);
    }
  }
  for (const auto& moved : groups_.moved())
    all.at(fact_key(moved.tenant, "call", moved.now)).formerly.push_back(moved.before);
  return all;
}

Status LeadsFold::load_rows(Postgres& session, const AllNews& news) {
  for (const auto& [key, each] : news) {
    facts_.want({each.fact.tenant, each.fact.family, each.fact.subject});
    for (const std::string& former : each.formerly) facts_.want({each.fact.tenant, each.fact.family, former});
  }
  if (const auto loaded = facts_.load(session); !loaded) return loaded;
  const auto readable = [this](const Fact& fact, const std::string& subject) {
    const FactRow* row = facts_.find({fact.tenant, fact.family, subject});
    return row == nullptr || unpack_fact(row->packed).has_value();
  };
  for (const auto& [key, each] : news) {
    bool all = readable(each.fact, each.fact.subject);
    for (const std::string& former : each.formerly) all = all && readable(each.fact, former);
    if (!all) return must_stop("row", "leads: a packed column of table facts cannot be read");
  }
  return done();
}

Status LeadsFold::load_facts(Postgres& session) {
  merged_.clear();
  gone_.clear();
  changes_.clear();
  with_.clear();
  moved_conversations_.clear();
  former_.restart();
  inheriting_.restart();
  auto news = join_calls(session);
  if (!news) return news.error();
  if (const auto loaded = load_rows(session, *news); !loaded) return loaded;
  for (const auto& [key, each] : *news)
    if (each.fact.family == "conversation") settle_conversation(each);
  if (const auto taken = take_up_inheriting(session, *news); !taken) return taken;
  for (const auto& [key, each] : *news) {
    if (each.fact.family == "message") settle_message(each);
    if (each.fact.family == "message" || each.fact.family == "conversation") continue;
    Fact merged = each.fact;
    for (const Fact& stored : stored_of(each)) merged.merge(stored);
    settle_fact(each, std::move(merged));
  }
  return done();
}

// Messages that name nobody follow a conversation that turns out to be with somebody else.
Status LeadsFold::take_up_inheriting(Postgres& session, AllNews& news) {
  const auto messages = inheriting_.of(session, moved_conversations_);
  if (!messages) return messages.error();
  AllNews more;
  for (const auto& [tenant, subject] : *messages) {
    std::string key = fact_key(tenant, "message", subject);
    if (news.contains(key)) continue;
    Fact& fact = more[std::move(key)].fact;
    fact.tenant = tenant;
    fact.family = "message";
    fact.subject = subject;
  }
  if (const auto loaded = load_rows(session, more); !loaded) return loaded;
  news.merge(more);
  return done();
}

std::vector<Fact> LeadsFold::stored_of(const News& news) const {
  std::vector<Fact> stored;
  const auto add = [&](const std::string& subject) {
    const FactRow* row = facts_.find({news.fact.tenant, news.fact.family, subject});
    if (row != nullptr) stored.push_back(*unpack_fact(row->packed));
  };
  add(news.fact.subject);
  for (const std::string& former : news.formerly) add(former);
  return stored;
}

void LeadsFold::settle_conversation(const News& news) {
  Fact merged = news.fact;
  const std::vector<Fact> stored = stored_of(news);
  for (const Fact& each : stored) merged.merge(each);
  with_[contact_key(merged.tenant, merged.subject)] = merged.contact();
  if (!stored.empty() && stored.front().contact() != merged.contact())
    moved_conversations_.push_back({merged.tenant, merged.subject});
  settle_fact(news, std::move(merged));
}

void LeadsFold::settle_message(const News& news) {
  Fact merged = news.fact;
  const std::vector<Fact> stored = stored_of(news);
  if (!stored.empty()) {
    merged.merge(stored.front());
    merged.inherited = stored.front().inherited;
  }
  if (merged.fields.empty()) return;  // it went away while its batch was being committed
  const auto conversation = with_.find(contact_key(merged.tenant, merged.fields.value("conversation_id")));
  if (!merged.inherits())
    merged.inherited.clear();
  else if (conversation != with_.end())
    merged.inherited = conversation->second;
  if (merged.inherits()) inheriting_.note(merged);
  settle_fact(news, std::move(merged));
}

// Takes out what is stored of it and puts in what it is now.
void LeadsFold::settle_fact(const News& news, Fact merged) {
  const auto owner = [&](const Contribution& to) {
    return to.contact.empty() ? std::string{} : contact_key(merged.tenant, to.contact);
  };
  const std::vector<Fact> all = stored_of(news);
  if (all.size() == 1 && all.front() == merged) return;
  const Contribution now = contribution(merged);
  Contribution before;
  for (const Fact& stored : all) {
    if (stored.subject == merged.subject) {
      before = contribution(stored);
      continue;
    }
    const Contribution part = contribution(stored);
    former_.changed({stored.tenant, stored.family, stored.subject, owner(part), ""});
    if (!part.contact.empty()) changes_[owner(part)].take_out(part);
    gone_.push_back(stored);
  }
  if (before != now) {
    former_.changed({merged.tenant, merged.family, merged.subject, owner(before), owner(now)});
    if (!before.contact.empty()) changes_[owner(before)].take_out(before);
    if (!now.contact.empty()) changes_[owner(now)].put_in(now);
  }
  merged_.push_back({std::move(merged), now});
}

}  // namespace trunkline::leads
