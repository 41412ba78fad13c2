#include "core/contact.hpp"
#include "projections/install.hpp"
#include "projections/leads/judging.hpp"
#include "projections/leads/projection.hpp"
#include "projections/leads/queries.hpp"

namespace trunkline::leads {
namespace {

// The lead that a token leads to, with its members' tokens. Nothing of it when nobody is known by that token.
struct FoundLead {
  BinaryRows row;
  std::string members_json;
};

Result<std::optional<FoundLead>> find(Judging& judging, const std::string& token) {
  Snapshot& snapshot = judging.snapshot;
  const std::string sql = "SELECT " + select_list(lead_columns()) +
                          ", (SELECT json_agg(m.contact ORDER BY m.contact)::text FROM " +
                          rows_schema(projection) +
                          ".contacts m WHERE m.tenant = $1 AND m.lead = leads.lead) FROM " + judging.leads() +
                          " WHERE tenant = $1 AND lead = (SELECT lead FROM " + rows_schema(projection) +
                          ".contacts WHERE tenant = $1 AND contact = $2)";
  auto rows = snapshot.fetch(sql, Params{}.text(snapshot.tenant().value()).text(token));
  if (!rows) return rows.error();
  if (rows->size() == 0) return std::optional<FoundLead>{};
  const std::string members{rows->value(0, lead_columns().size()).value_or("[]")};
  return std::optional<FoundLead>{FoundLead{std::move(*rows), members}};
}

void write_lead(json::Writer& out, const FoundLead& lead) {
  out.key("lead").open('{');
  write_members(out, lead.row, 0, lead_columns());
  out.key("members").raw(lead.members_json).close('}');
}

struct Way {
  std::string_view parameter;
  ContactKind kind;
};
constexpr Way ways[] = {
    {"phone", ContactKind::phone}, {"email", ContactKind::email}, {"visitor_id", ContactKind::visitor}};

Result<std::string> token_of_literal(const QueryContext& context, const TenantId& tenant, const Way& way,
                                     const std::string& literal) {
  const auto value = normalise(way.kind, literal);
  if (!value)
    return rejected("query", std::string{way.parameter} +
                                 ": not a contact point of that kind (a phone number begins "
                                 "with + and its country)");
  const auto secret = context.keys.tenant_secret(tenant);
  if (!secret) return secret.error();
  return token_of(Hmac(*secret), way.kind, *value).value();
}

Result<std::string> asked_token(const QueryContext& context, const http::Request& request) {
  const auto tenant = request.tenant();
  if (!tenant) return tenant.error();
  std::optional<std::string> token;
  const auto given = request.query.text("token", 64);
  if (!given) return given.error();
  if (given->has_value() && !kind_of_token(**given))
    return rejected("query", "token: has not the form of a token");
  token = *given;
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

}  // namespace

Result<Snapshot> rows_about(const QueryContext& context, const http::Request& request,
                            const std::string& token) {
  return request.query.has("as_of") ? Snapshot::of_past(context, request, projection, Token{token})
                                    : Snapshot::open(context, request, projection);
}

Result<http::Response> detail(const QueryContext& context, const http::Request& request) {
  if (const auto known = knows_only(request.query, {"judged_at", "as_of"}); !known) return known.error();
  auto judging = judging_about(context, request, request.path("id"));
  if (!judging) return judging.error();
  const auto lead = find(*judging, request.path("id"));
  if (!lead) return lead.error();
  if (!lead->has_value()) return rejected("not_found", "no lead is known by this id");
  return judging->snapshot.answer([&](json::Writer& out) { write_lead(out, **lead); });
}

Result<http::Response> by_contact(const QueryContext& context, const http::Request& request) {
  if (const auto known =
          knows_only(request.query, {"phone", "email", "visitor_id", "token", "judged_at", "as_of"});
      !known)
    return known.error();
  const auto token = asked_token(context, request);
  if (!token) return token.error();
  auto judging = judging_about(context, request, *token);
  if (!judging) return judging.error();
  const auto lead = find(*judging, *token);
  if (!lead) return lead.error();
  return judging->snapshot.answer([&](json::Writer& out) {
    out.key("known").boolean(lead->has_value()).key("token").string(*token);
    if (lead->has_value()) write_lead(out, **lead);
  });
}

}  // namespace trunkline::leads
