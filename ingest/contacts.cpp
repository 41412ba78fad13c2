#include "ingest/contacts.hpp"

#include <algorithm>

namespace trunkline {
namespace {

int rank(ContactKind kind) {
  constexpr std::string_view order = "pevs";
  return static_cast<int>(order.find(static_cast<char>(kind)));
}

}  // namespace

Result<std::string_view> Contacts::token(ContactKind kind, std::string_view literal,
                                         std::string_view pointer) {
  const bool names_a_line = kind == ContactKind::phone || !pointer.ends_with("/visitor_id");
  if (names_a_line && is_withheld(literal)) {
    withheld_ = subject_token(secret_, family_, subject_);
    note(withheld_, ContactKind::subject, pointer);
    return std::string_view{withheld_.value()};
  }
  auto value = normalise(kind, literal);
  if (!value) return value.error();
  Token token = token_of(secret_, kind, *value);
  note(token, kind, pointer);
  const auto same = std::find_if(literals_.begin(), literals_.end(),
                                 [&](const PersonalParts::Literal& each) { return each.token == token; });
  if (same != literals_.end()) return std::string_view{same->token.value()};
  literals_.push_back({std::move(token), std::move(*value)});
  return std::string_view{literals_.back().token.value()};
}

void Contacts::note(const Token& token, ContactKind kind, std::string_view pointer) {
  if (pointer.starts_with("/contact/"))
    contact_.push_back({kind, token});
  else if (pointer.starts_with("/other/"))
    other_.push_back({kind, token});
  else if (pointer == "/from")
    from_ = token;
  else if (pointer == "/to")
    to_ = token;
}

// A contact may be named by its token alone, or be hidden: then it is derived from the fact.
void Contacts::take_given(std::optional<json::Object> contact, std::vector<Named>& named) {
  if (!contact) return;
  if (const auto text = contact->string("token"))
    if (const auto kind = kind_of_token(*text)) named.push_back({*kind, Token{std::string{*text}}});
  if (contact->boolean("withheld").value_or(false))
    named.push_back({ContactKind::subject, subject_token(secret_, family_, subject_)});
}

void Contacts::list(std::vector<Named>& named, std::vector<Token>& contacts) {
  std::stable_sort(named.begin(), named.end(),
                   [](const Named& a, const Named& b) { return rank(a.kind) < rank(b.kind); });
  for (Named& each : named)
    if (std::find(contacts.begin(), contacts.end(), each.token) == contacts.end())
      contacts.push_back(std::move(each.token));
}

// The caller of an inbound call, the one who is called of an outbound one; the other end is the business's
// own line.
const Token* Contacts::lead_of_call(json::Object data) const {
  const auto direction = data.string("direction").value_or("");
  const Token* lead = direction == "inbound" ? &from_ : direction == "outbound" ? &to_ : nullptr;
  return lead == nullptr || lead->value().empty() ? nullptr : lead;
}

void Contacts::settle(json::Object data, Envelope& envelope, PersonalParts& parts) {
  take_given(data.object("contact"), contact_);
  take_given(data.object("other"), other_);
  list(contact_, envelope.contacts);
  list(other_, envelope.contacts);
  if (envelope.contacts.empty() && family_ == "call")
    if (const Token* lead = lead_of_call(data)) envelope.contacts.push_back(*lead);
  parts.literals = std::move(literals_);
  parts.owner =
      envelope.contacts.empty() ? subject_token(secret_, family_, subject_) : envelope.contacts.front();
}

}  // namespace trunkline
