#include "ingest/accept.hpp"

#include "core/contact.hpp"
#include "ingest/contacts.hpp"
#include "ingest/nearest.hpp"

namespace trunkline {
namespace {

Reason reason_of(const Error& error) {
  return {error.code, error.message, error.pointer, ""};
}

// What stays readable for ever must not name a person.
Status judge_clear_names(const Attributes& event) {
  const std::pair<std::string_view, std::string_view> names[] = {{event.id, "/id"},
                                                                 {event.subject, "/subject"},
                                                                 {event.source, "/source"},
                                                                 {event.actor, "/actor"},
                                                                 {event.correlationid, "/correlationid"},
                                                                 {event.causationid, "/causationid"}};
  for (const auto& [text, pointer] : names)
    if (looks_personal(text))
      return rejected("personal",
                      "looks like an e-mail address or a telephone number, and would stay readable for ever",
                      std::string{pointer});
  return done();
}

}  // namespace

Result<TenantId> Acceptance::tenant_of(const Sender& sender) const {
  const std::string_view named = judge_.attributes().tenantid;
  if (sender.kind == Sender::Kind::tenant) {
    if (!named.empty() && named != sender.tenant.value())
      return rejected("forbidden", "the event names another tenant than the key's", "/tenantid");
    return sender.tenant;
  }
  const TenantId tenant = named.empty() ? sender.tenant : TenantId{std::string{named}};
  if (tenant.value().empty())
    return rejected("tenant_missing",
                    "an operator's key names the tenant, in tenantid or ?tenant=", "/tenantid");
  if (!gate_.knows_tenant(tenant))
    return rejected("unknown_tenant", "there is no such tenant: `trunkline keys add` makes one", "/tenantid");
  return tenant;
}

Result<Envelope> Acceptance::envelope_of(const Sender& sender) const {
  const Attributes& event = judge_.attributes();
  auto tenant = tenant_of(sender);
  if (!tenant) return tenant.error();
  if (const auto names = judge_clear_names(event); !names) return names.error();
  if (event.type == "subject.erased")
    return rejected("forbidden", "is written by Trunkline itself: POST /v1/leads/{id}/erase erases a person",
                    "/type");
  if (event.time > gate_.clock.now() + ahead_max)
    return rejected("time", "lies more than five minutes ahead (seconds taken for milliseconds?)", "/time");
  if (event.history && !sender.may_state_history)
    return rejected("forbidden", "only a key with the scope command or admin may mark events as history",
                    "/history");
  Envelope envelope;
  envelope.id = event.id;
  envelope.source = event.source;
  envelope.type = event.type;
  envelope.subject = event.subject;
  envelope.time = event.time;
  envelope.dataschema = judge_.type().dataschema;
  envelope.tenant = std::move(*tenant);
  envelope.correlation = event.correlationid;
  envelope.causation = event.causationid;
  envelope.actor = event.actor;
  envelope.horizon = event.history ? Horizon::history : Horizon::live;
  return envelope;
}

Result<const Hmac*> Acceptance::secret_of(const TenantId& tenant) {
  if (const auto known = secrets_.find(tenant); known != secrets_.end()) return &known->second;
  const auto secret = gate_.keys.tenant_secret(tenant);
  if (!secret) return secret.error();
  return &secrets_.emplace(tenant, Hmac{*secret}).first->second;
}

void Acceptance::explain(std::vector<Reason>& reasons) const {
  const std::string_view type = judge_.attributes().type;
  for (const Issue& issue : judge_.issues()) {
    reasons.push_back({"schema", issue.message, issue.pointer, issue.schema});
    if (issue.pointer != "/type" || type.empty() || gate_.catalogue.newest(type) != nullptr) continue;
    if (const auto meant = nearest_type(gate_.catalogue, type); !meant.empty())
      reasons.back().message.append(" (did you mean ").append(meant).append("?)");
  }
}

Status Acceptance::judge_document(const Sender& sender, std::string_view padded,
                                  std::vector<Reason>& reasons) {
  const auto document = parser_.parse_padded(padded);
  if (!document) return document.error();
  if (!judge_.accepts(*document)) {
    explain(reasons);
    return done();
  }
  auto envelope = envelope_of(sender);
  if (!envelope) return envelope.error();
  const auto secret = secret_of(envelope->tenant);
  if (!secret) return secret.error();
  Contacts contacts(**secret, judge_.attributes().type, judge_.attributes().subject);
  if (const auto separated = judge_.separate(contacts, separated_); !separated) return separated.error();
  Waiting waiting;
  waiting.envelope = std::move(*envelope);
  contacts.settle(judge_.data(), waiting.envelope, waiting.parts);
  waiting.parts.field_members = separated_.personal;
  waiting.data.reserve(separated_.clear.size() + 2);
  waiting.data.append("{").append(separated_.clear).append("}");
  waiting_.push_back(std::move(waiting));
  return done();
}

Result<Acceptance::Verdict> Acceptance::judge(const Sender& sender, std::uint64_t number,
                                              std::string_view padded, std::vector<Refusal>& refusals) {
  std::vector<Reason> reasons;
  if (const Status judged = judge_document(sender, padded, reasons); !judged) {
    if (judged.error().fault != Fault::reject) return judged.error();
    reasons.push_back(reason_of(judged.error()));
  }
  if (reasons.empty()) {
    waiting_.back().number = number;
    return Verdict::waiting;
  }
  refusals.push_back({number, std::move(reasons)});
  return Verdict::refused;
}

// A fact of somebody erased stays closed also where another event about it names nobody: the recording before
// or after its call is sealed under the fact's own token, which therefore goes the same way.
Status Acceptance::close_facts_of_erased(const std::map<TenantId, SealingKeys>& keys) {
  std::map<TenantId, std::vector<Token>> facts;
  for (const auto& [number, envelope, data, parts] : waiting_) {
    if (envelope.contacts.empty() || keys.at(envelope.tenant).key(parts.owner) != nullptr) continue;
    const std::string_view family = std::string_view{envelope.type}.substr(0, envelope.type.find('.'));
    facts[envelope.tenant].push_back(subject_token(secrets_.at(envelope.tenant), family, envelope.subject));
  }
  for (const auto& [tenant, tokens] : facts)
    if (const auto closed = gate_.keys.destroy(tenant, tokens); !closed) return closed;
  return done();
}

Result<SealedBatch> Acceptance::seal(std::vector<Refusal>& refusals) {
  std::map<TenantId, std::vector<Token>> tokens;
  for (const Waiting& each : waiting_) {
    note_tokens(each.parts, tokens[each.envelope.tenant]);
    if (!each.envelope.contacts.empty()) tokens[each.envelope.tenant].push_back(each.parts.owner);
  }
  std::map<TenantId, SealingKeys> keys;
  for (auto& [tenant, needed] : tokens) {
    auto fetched = SealingKeys::fetch(gate_.keys, tenant, std::move(needed));
    if (!fetched) return fetched.error();
    keys.emplace(tenant, std::move(*fetched));
  }
  if (const auto closed = close_facts_of_erased(keys); !closed) return closed.error();
  SealedBatch sealed;
  sealed.drafts.reserve(waiting_.size());
  sealed.numbers.reserve(waiting_.size());
  for (const Waiting& each : waiting_) {
    const TenantId& tenant = each.envelope.tenant;
    auto draft = stored_event(each.envelope, each.data, each.parts, secrets_.at(tenant), keys.at(tenant));
    if (!draft) {
      refusals.push_back({each.number, {reason_of(draft.error())}});
      continue;
    }
    sealed.drafts.push_back(std::move(*draft));
    sealed.numbers.push_back(each.number);
  }
  waiting_.clear();
  return sealed;
}

}  // namespace trunkline
