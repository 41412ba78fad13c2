#include "projections/leads/batch.hpp"

#include "projections/people/tokens.hpp"

namespace trunkline::leads {
namespace {

ContactNews& news_of(Batch& batch, std::string_view tenant, std::string_view token) {
  ContactNews& news = batch.contacts[contact_key(tenant, token)];
  if (news.token.empty()) {
    news.tenant = tenant;
    news.token = token;
  }
  return news;
}

void merge_fact(Fact fact, Batch& batch) {
  std::string key = fact.key();
  const auto [known, fresh] = batch.facts.try_emplace(std::move(key), std::move(fact));
  if (!fresh) known->second.merge(fact);
}

void note_fact(const EventView& event, const SealedEvent& sealed, Batch& batch) {
  std::optional<Fact> fact = stated_fact(event);
  if (!fact) return;
  for (Fact& entry : stated_entries(event)) merge_fact(std::move(entry), batch);
  if (auto conversation = gathered_conversation(event)) merge_fact(std::move(*conversation), batch);
  if (has_text(event.type) && !sealed.personal.empty()) {
    fact->sealed.push_back(event.stamp);
    batch.texts.push_back({fact->tenant, fact->family, fact->subject, event.time,
                           static_cast<std::int64_t>(event.stamp.tie), std::string{event.type},
                           sealed.event_id, sealed.personal});
  }
  merge_fact(std::move(*fact), batch);
}

// Whatever tokens it names, in the envelope or in its data.
void note_erased(const EventView& event, Batch& batch) {
  people::for_each_token(event.contacts,
                         [&](std::string_view token) { news_of(batch, event.tenant, token).erased = true; });
  const auto tokens = event.data.array("tokens");
  if (!tokens) return;
  for (const json::Value value : *tokens)
    if (const auto token = value.as_string()) news_of(batch, event.tenant, *token).erased = true;
}

void note_to_open(const EventView& event, SealedEvent sealed, Batch& batch) {
  if (sealed.personal.empty()) return;
  ToOpen job;
  job.names = has_names(event.type);
  bool reachable = job.names;
  people::for_each_token(event.contacts, [&](std::string_view token) {
    reachable = reachable || token.starts_with('p') || token.starts_with('e');
    job.contacts.push_back(contact_key(event.tenant, token));
  });
  if (!reachable || job.contacts.empty()) return;
  job.sealed = std::move(sealed);
  job.stamp = event.stamp;
  batch.to_open.push_back(std::move(job));
}

}  // namespace

void note(const EventView& event, Batch& batch) {
  if (event.type == "subject.erased") return note_erased(event, batch);
  people::for_each_token(event.contacts,
                         [&](std::string_view token) { news_of(batch, event.tenant, token); });
  if (const Fields details = stated_details(event); !details.empty() && !event.contacts.empty())
    news_of(batch, event.tenant, event.first_contact()).details.merge(details);
  SealedEvent sealed = sealed_part(event);
  note_fact(event, sealed, batch);
  note_to_open(event, std::move(sealed), batch);
  for (LinkStatement& link : stated_links(event)) {
    for (const std::string& end : {link.a, link.b}) news_of(batch, event.tenant, token_in(end));
    batch.links.push_back(std::move(link));
  }
  if (auto unlink = stated_unlink(event)) batch.unlinks.push_back(std::move(*unlink));
}

}  // namespace trunkline::leads
