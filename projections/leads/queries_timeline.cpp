// A lead's timeline: its members' facts, newest first. Texts lie sealed in the rows and are opened here;
// where the key is gone the entry says so.
#include "core/pg_binary.hpp"
#include "projections/answer.hpp"
#include "projections/install.hpp"
#include "projections/leads/projection.hpp"
#include "projections/leads/queries.hpp"
#include "projections/leads/said.hpp"

namespace trunkline::leads {
namespace {

constexpr ShownColumn shown[] = {
    {"family", "family"},
    {"subject", "subject"},
    {"contact", "contact"},
    {"at", "at", Shown::time},
    {"kind", "kind"},
    {"channel", "channel"},
    {"direction", "direction"},
    {"status", "status"},
    {"agent_id", "agent_id"},
    {"conversation_id", "conversation_id"},
    {"disposition", "disposition"},
    {"outcome", "outcome"},
    {"campaign", "campaign"},
    {"stage", "stage"},
    {"reason", "reason"},
    {"duration_ms", "duration_ms", Shown::number},
    {"value", "value_e4", Shown::money},
    {"currency", "currency"},
    {"starts_at", "starts_at", Shown::time},
    {"ends_at", "ends_at", Shown::time},
};

struct Page {
  const http::Request& request;
  std::vector<std::string> families;
  std::optional<std::vector<std::string>> after;  // at, family, subject of the last row seen
  std::int64_t limit = 50;
};

Result<Page> page_of(const http::Request& request) {
  const auto limit = request.query.integer("limit", 1, 200, 50);
  if (!limit) return limit.error();
  const auto cursor = read_cursor(request, 3);
  if (!cursor) return cursor.error();
  if (cursor->has_value() && !parse_time((**cursor)[0]))
    return rejected("query", "cursor: not one that this query gave");
  return Page{request, request.query.texts("family"), *cursor, *limit};
}

// Every member's newest facts by the index, then the newest of them all: a long thread costs no more than a
// page.
std::string page_sql(const Page& page) {
  const std::string rows = rows_schema(projection);
  const std::string limit = std::to_string(page.limit + 1);
  std::string only;
  int next = 3;
  if (!page.families.empty()) only += " AND f.family = ANY($" + std::to_string(next++) + "::text[])";
  if (page.after)
    only += " AND (f.at, f.family, f.subject) < ($" + std::to_string(next) + "::timestamptz, $" +
            std::to_string(next + 1) + "::text, $" + std::to_string(next + 2) + "::text)";
  const std::string newest = " ORDER BY at DESC, family DESC, subject DESC LIMIT " + limit;
  return "SELECT " + select_list(shown) + " FROM (SELECT m.contact AS member FROM " + rows +
         ".contacts m JOIN " + rows +
         ".contacts asked ON asked.tenant = m.tenant AND asked.lead = m.lead WHERE asked.tenant = $1 AND "
         "asked.contact ="
         " $2) members CROSS JOIN LATERAL (SELECT f.* FROM " +
         rows + ".facts f WHERE f.tenant = $1 AND f.contact = members.member" + only + newest + ") facts" +
         newest;
}

Params page_params(const Page& page, const TenantId& tenant) {
  Params params;
  params.text(tenant.value()).text(page.request.path("id"));
  if (!page.families.empty()) params.texts(page.families);
  if (page.after)
    for (const std::string& key : *page.after) params.text(key);
  return params;
}

Result<bool> known_contact(Snapshot& snapshot, const std::string& token) {
  const auto rows = snapshot.fetch(
      "SELECT 1::bigint FROM " + rows_schema(projection) + ".contacts WHERE tenant = $1 AND contact = $2",
      Params{}.text(snapshot.tenant().value()).text(token));
  if (!rows) return rows.error();
  return rows->size() > 0;
}

}  // namespace

Result<http::Response> timeline(const QueryContext& context, const http::Request& request) {
  if (const auto known = knows_only(request.query, {"family", "cursor", "limit", "as_of"}); !known)
    return known.error();
  const auto page = page_of(request);
  if (!page) return page.error();
  auto snapshot = rows_about(context, request, request.path("id"));
  if (!snapshot) return snapshot.error();
  const auto known = known_contact(*snapshot, request.path("id"));
  if (!known) return known.error();
  if (!*known) return rejected("not_found", "no lead is known by this id");
  const auto rows = snapshot->fetch(page_sql(*page), page_params(*page, snapshot->tenant()));
  if (!rows) return rows.error();
  const std::size_t size = std::min(rows->size(), static_cast<std::size_t>(page->limit));
  std::optional<std::string> following;
  if (rows->size() > size)
    following = cursor_text(
        request, std::vector{format_time(pg::read_time(*rows->value(size - 1, 3))),
                             std::string{*rows->value(size - 1, 0)}, std::string{*rows->value(size - 1, 1)}});
  if (wants_csv(request)) return answer_list(*snapshot, request, {"entries", *rows, size, shown, following});
  std::vector<FactKey> facts;
  for (std::size_t i = 0; i < size; ++i)
    facts.emplace_back(std::string{*rows->value(i, 0)}, std::string{*rows->value(i, 1)});
  const auto said = open_said(context, *snapshot, facts);
  if (!said) return said.error();
  return snapshot->answer([&](json::Writer& out) {
    out.key("entries").open('[');
    for (std::size_t i = 0; i < size; ++i) {
      out.open('{');
      write_members(out, *rows, i, shown);
      write_said(out, *said, facts[i]);
      out.close('}');
    }
    out.close(']').key("next");
    following ? out.string(*following) : out.null();
  });
}

}  // namespace trunkline::leads
