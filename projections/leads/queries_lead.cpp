#include "projections/asked_contact.hpp"
#include "projections/install.hpp"
#include "projections/leads/judging.hpp"
#include "projections/leads/projection.hpp"
#include "projections/leads/queries.hpp"
#include "projections/workspace/projection.hpp"

namespace trunkline::leads {
namespace {

struct FoundLead {
  BinaryRows row;  // none when nobody is known by the token

  bool known() const { return row.size() > 0; }
};

// The lead that a token ($2) leads to, with its members' tokens.
std::string lead_sql(const std::string& leads) {
  static const std::string contacts = rows_schema(projection) + ".contacts";
  static const std::string head = "SELECT " + select_list(lead_columns()) +
                                  ", (SELECT json_agg(m.contact ORDER BY m.contact)::text FROM " + contacts +
                                  " m WHERE m.tenant = $1 AND m.lead = leads.lead) FROM ";
  static const std::string tail =
      " WHERE tenant = $1 AND lead = (SELECT lead FROM " + contacts + " WHERE tenant = $1 AND contact = $2)";
  return head + leads + tail;
}

struct Looked {
  Snapshot snapshot;
  FoundLead lead;
};

// With ?as_of= as it was then.
Result<Looked> look_up(const QueryContext& context, const http::Request& request, const std::string& token) {
  if (request.query.has("as_of")) {
    auto judging = judging_about(context, request, token);
    if (!judging) return judging.error();
    Snapshot& past = judging->snapshot;
    auto rows = past.fetch(lead_sql(judging->leads()), Params{}.text(past.tenant().value()).text(token));
    if (!rows) return rows.error();
    return Looked{std::move(past), {std::move(*rows)}};
  }
  const auto tenant = request.tenant();
  if (!tenant) return tenant.error();
  const auto at = judged_at(context, request);
  if (!at) return at.error();
  auto answered =
      Snapshot::ask(context, request, {&projection, &workspace::projection},
                    [&](const TenantSettings& settings) -> Result<std::vector<Question>> {
                      return std::vector<Question>{{lead_sql(judged_leads(settings, "$3::timestamptz")),
                                                    Params{}.text(tenant->value()).text(token).time(*at)}};
                    });
  if (!answered) return answered.error();
  return Looked{std::move(answered->snapshot), {std::move(answered->rows.front())}};
}

void write_lead(json::Writer& out, const FoundLead& lead) {
  out.key("lead").open('{');
  write_members(out, lead.row, 0, lead_columns());
  out.key("members").raw(lead.row.value(0, lead_columns().size()).value_or("[]")).close('}');
}

}  // namespace

Result<Snapshot> rows_about(const QueryContext& context, const http::Request& request,
                            const std::string& token) {
  return request.query.has("as_of") ? Snapshot::of_past(context, request, projection, Token{token})
                                    : Snapshot::open(context, request, projection);
}

Result<http::Response> detail(const QueryContext& context, const http::Request& request) {
  if (const auto known = knows_only(request.query, {"judged_at", "as_of"}); !known) return known.error();
  const auto looked = look_up(context, request, request.path("id"));
  if (!looked) return looked.error();
  if (!looked->lead.known()) return rejected("not_found", "no lead is known by this id");
  return looked->snapshot.answer([&](json::Writer& out) { write_lead(out, looked->lead); });
}

Result<http::Response> by_contact(const QueryContext& context, const http::Request& request) {
  if (const auto known = knows_only(request.query, {"judged_at", "as_of"}, contact_parameters); !known)
    return known.error();
  const auto token = asked_contact(context, request);
  if (!token) return token.error();
  const auto looked = look_up(context, request, token->value());
  if (!looked) return looked.error();
  return looked->snapshot.answer([&](json::Writer& out) {
    out.key("known").boolean(looked->lead.known()).key("token").string(token->value());
    if (looked->lead.known()) write_lead(out, looked->lead);
  });
}

}  // namespace trunkline::leads
