#include "projections/asked_contact.hpp"

#include <optional>

#include "core/contact.hpp"

namespace trunkline {
namespace {

struct Way {
  std::string_view parameter;
  ContactKind kind;
};
constexpr Way ways[] = {
    {"phone", ContactKind::phone}, {"email", ContactKind::email}, {"visitor_id", ContactKind::visitor}};

Result<Token> token_of_literal(const QueryContext& context, const TenantId& tenant, const Way& way,
                               const std::string& literal) {
  const auto value = normalise(way.kind, literal);
  if (!value)
    return rejected("query", std::string{way.parameter} +
                                 ": not a contact point of that kind (a phone number begins "
                                 "with + and its country)");
  const auto secret = context.keys.tenant_secret(tenant);
  if (!secret) return secret.error();
  return token_of(Hmac(*secret), way.kind, *value);
}

}  // namespace

Result<Token> asked_contact(const QueryContext& context, const http::Request& request) {
  const auto tenant = request.tenant();
  if (!tenant) return tenant.error();
  std::optional<Token> token;
  const auto given = request.query.text("token", 64);
  if (!given) return given.error();
  if (given->has_value() && !kind_of_token(**given))
    return rejected("query", "token: has not the form of a token");
  if (given->has_value()) token = Token{**given};
  for (const Way& way : ways) {
    const auto literal = request.query.text(way.parameter, 254);
    if (!literal) return literal.error();
    if (!literal->has_value()) continue;
    if (token) return rejected("query", "name one contact point only: phone, email, visitor_id or token");
    const auto found = token_of_literal(context, *tenant, way, **literal);
    if (!found) return found.error();
    token = *found;
  }
  if (!token) return rejected("query", "name a contact point: phone, email, visitor_id or token");
  return *token;
}

}  // namespace trunkline
