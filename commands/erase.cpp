#include "commands/erase.hpp"

#include <algorithm>

#include "core/contact.hpp"
#include "core/json.hpp"
#include "core/stored_event.hpp"

namespace trunkline {
namespace {

// The same contact points, the same erasure: a repeated request finds its event.
std::string event_id_of(const Hmac& secret, const std::vector<Token>& contacts) {
  std::string text{"erasure"};
  for (const Token& token : contacts) text.append(1, ' ').append(token.value());
  return "erasure-" + hex(as_text(secret.of({text})).substr(0, 16));
}

std::string data_of(const std::vector<Token>& contacts) {
  std::string data;
  json::Writer writer(data);
  writer.open('{').key("tokens").open('[');
  for (const Token& token : contacts) writer.string(token.value());
  writer.close(']').close('}');
  return data;
}

constexpr std::size_t tokens_per_event_max = 10'000;  // as subject.erased's schema says

// What the journal is told: one event, or several where one would be too large.
std::vector<Envelope> envelopes_of(const Erasure& erasure) {
  std::vector<Envelope> envelopes;
  for (std::size_t from = 0; from < erasure.contacts.size(); from += tokens_per_event_max) {
    const auto size = std::min(tokens_per_event_max, erasure.contacts.size() - from);
    const auto first = erasure.contacts.begin() + static_cast<std::ptrdiff_t>(from);
    Envelope& envelope = envelopes.emplace_back();
    envelope.id = erasure.event_id + (from == 0 ? "" : "-" + std::to_string(from));
    envelope.source = "/trunkline";
    envelope.type = "subject.erased";
    envelope.subject = erasure.event_id;
    envelope.time = erasure.requested_at;
    envelope.dataschema = "urn:trunkline:subject.erased:1";
    envelope.tenant = erasure.tenant;
    envelope.actor = erasure.actor;
    envelope.contacts.assign(first, first + static_cast<std::ptrdiff_t>(size));
  }
  return envelopes;
}

}  // namespace

Result<Erasure> Erasing::lead_of(const EraseRequest& request) {
  auto session = keys_.pool().borrow();
  if (!session) return session.error();
  const auto rows = (*session)->run(
      "SELECT member.token, member.lead_id FROM leads.contacts AS named"
      " JOIN leads.contacts AS member ON member.tenant = named.tenant AND member.lead_id = named.lead_id"
      " WHERE named.tenant = $1 AND named.token = $2 ORDER BY member.token",
      Params{}.text(request.tenant.value()).text(request.lead));
  if (!rows) return rows.error();
  if (rows->size() == 0) return rejected("not_found", "there is no such lead");
  Erasure erasure{request.tenant, {}, std::string{rows->text(0, 1)}, request.actor, {}, clock_.now(), {}};
  for (std::size_t row = 0; row < rows->size(); ++row)
    erasure.contacts.push_back(Token{std::string{rows->text(row, 0)}});
  return erasure;
}

// What arrived about a fact before its contact was known lies under a token of the fact's own. A family with
// a dot is one statement of somebody known, which has none.
Result<std::vector<Token>> Erasing::facts_of(const Erasure& erasure) {
  const auto secret = keys_.tenant_secret(erasure.tenant);
  if (!secret) return secret.error();
  std::vector<std::string> contacts;
  for (const Token& token : erasure.contacts) contacts.push_back(token.value());
  auto session = keys_.pool().borrow();
  if (!session) return session.error();
  const auto rows = (*session)->run(
      "SELECT family, subject FROM leads.facts"
      " WHERE tenant = $1 AND contact = ANY ($2::text[]) AND position('.' IN family) = 0",
      Params{}.text(erasure.tenant.value()).texts(contacts));
  if (!rows) return rows.error();
  const Hmac keyed{*secret};
  std::vector<Token> tokens;
  tokens.reserve(rows->size());
  for (std::size_t row = 0; row < rows->size(); ++row)
    tokens.push_back(subject_token(keyed, rows->text(row, 0), rows->text(row, 1)));
  return tokens;
}

Result<EraseAnswer> Erasing::erase(const EraseRequest& request) {
  const auto ends = log_.ends();
  if (!leads_show_(ends[partition_of(request.tenant, log_.partitions()).value()], request.deadline))
    return try_again("stale", "the leads do not yet show all that the journal holds: try again");
  auto erasure = lead_of(request);
  if (!erasure) return erasure.error();
  auto tokens = facts_of(*erasure);
  if (!tokens) return tokens.error();
  const auto secret = keys_.tenant_secret(request.tenant);
  if (!secret) return secret.error();
  erasure->event_id = event_id_of(Hmac{*secret}, erasure->contacts);
  tokens->insert(tokens->end(), erasure->contacts.begin(), erasure->contacts.end());
  const auto destroyed = keys_.destroy(
      request.tenant, *tokens, [&](Transaction& transaction) { return note_erasure(transaction, *erasure); });
  if (!destroyed) return destroyed.error();

  const auto noted = find(*erasure);
  if (!noted) return noted.error();
  EraseAnswer answer{erasure->lead_id, erasure->event_id, erasure->contacts.size(), noted->relayed_to};
  if (!answer.position.empty()) return answer;
  auto position = relay(*noted);
  if (!position) return position.error();
  answer.position = *std::move(position);
  return answer;
}

// As it was noted first: when somebody asks again, the event that tells must say what it said.
Result<Erasure> Erasing::find(const Erasure& erasure) {
  auto session = keys_.pool().borrow();
  if (!session) return session.error();
  auto noted = find_erasure(**session, erasure.tenant, erasure.event_id);
  if (!noted) return noted.error();
  return noted->value();
}

Result<std::vector<Erasure>> Erasing::pending() {
  auto session = keys_.pool().borrow();
  if (!session) return session.error();
  return pending_erasures(**session);
}

Result<std::string> Erasing::relay(const Erasure& erasure) {
  std::vector<Draft> drafts;
  for (const Envelope& envelope : envelopes_of(erasure)) {
    auto draft = stored_event(envelope, data_of(envelope.contacts), {}, keys_);
    if (!draft) return draft.error();
    drafts.push_back(*std::move(draft));
  }
  const auto appended = log_.append(std::move(drafts));
  if (!appended) return appended.error();
  const Position behind{appended->back().partition, appended->back().next + 1};
  auto position = position_text(log_.id(), behind);
  auto session = keys_.pool().borrow();
  if (!session) return session.error();
  if (const auto marked = mark_relayed(**session, erasure, position); !marked) return marked.error();
  return position;
}

Status Erasing::relay_pending() {
  const auto untold = pending();
  if (!untold) return untold.error();
  for (const Erasure& erasure : *untold)
    if (const auto told = relay(erasure); !told) return told.error();
  return done();
}

}  // namespace trunkline
