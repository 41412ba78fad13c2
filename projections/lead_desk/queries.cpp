#include "projections/lead_desk/queries.hpp"

#include "projections/asked_contact.hpp"
#include "projections/install.hpp"
#include "projections/lead_desk/fold.hpp"
#include "projections/query_rows.hpp"

namespace trunkline::desk {
namespace {

constexpr ShownColumn shown[] = {
    {"stage", "stage"},
    {"source", "source"},
    {"first_seen", "first_seen", Shown::time},
    {"last_contact", "last_contact", Shown::time},
    {"calls", "calls", Shown::number},
    {"answered", "answered", Shown::number},
    {"talk_ms", "talk_ms", Shown::number},
    {"messages_in", "messages_in", Shown::number},
    {"messages_out", "messages_out", Shown::number},
    {"first_response_ms", "first_response_ms", Shown::number},
    {"touches", "touches", Shown::number},
    {"value", "value_e4", Shown::money},
    {"converted_at", "converted_at", Shown::time},
};

Result<http::Response> by_contact(const QueryContext& context, const http::Request& request) {
  if (const auto known = knows_only(request.query, {}, contact_parameters); !known) return known.error();
  const auto token = asked_contact(context, request);
  if (!token) return token.error();
  auto snapshot = Snapshot::open(context, request, lead_desk);
  if (!snapshot) return snapshot.error();
  const auto rows = snapshot->fetch("SELECT " + select_list(shown) + " FROM " + rows_schema(lead_desk) +
                                        ".leads WHERE tenant = $1 AND contact = $2",
                                    Params{}.text(snapshot->tenant().value()).text(token->value()));
  if (!rows) return rows.error();
  const bool known = rows->size() > 0;
  return snapshot->answer([&](json::Writer& out) {
    out.key("known").boolean(known).key("token").string(token->value());
    if (!known) return;
    out.key("lead").open('{');
    write_members(out, *rows, 0, shown);
    out.close('}');
  });
}

}  // namespace

void add_routes(http::Routes& routes, const QueryContext& context) {
  routes.get("/v1/lead-desk/by-contact", http::Scope::read, answering(context, by_contact));
}

}  // namespace trunkline::desk
