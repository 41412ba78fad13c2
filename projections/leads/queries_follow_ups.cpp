// Follow-ups: what is to be done when, the earliest first.
#include "core/pg_binary.hpp"
#include "projections/answer.hpp"
#include "projections/install.hpp"
#include "projections/leads/fact.hpp"
#include "projections/leads/judging.hpp"
#include "projections/leads/projection.hpp"
#include "projections/leads/queries.hpp"
#include "projections/leads/said.hpp"
#include "projections/period.hpp"

namespace trunkline::leads {
namespace {

constexpr ShownColumn shown[] = {
    {"id", "f.subject"},      {"lead_id", "c.lead"},
    {"contact", "f.contact"}, {"due_at", "f.starts_at", Shown::time},
    {"action", "f.kind"},     {"reason", "f.reason"},
    {"status", "f.status"},   {"assignee_id", "f.agent_id"},
    {"channel", "f.channel"}, {"scheduled_at", "f.at", Shown::time},
};
constexpr std::size_t packed_column = std::size(shown);
constexpr std::size_t due_column = 3;

struct Choice {
  std::string_view parameter, column;
};
constexpr Choice choices[] = {{"action", "f.kind"}, {"reason", "f.reason"}, {"assignee", "f.agent_id"}};

// What is still to be done, unless another status is asked for.
Status add_filters(const http::Query& query, std::string& where, Params& params) {
  auto status = query.texts("status");
  if (status.empty()) status = {"pending", "processing"};
  where += " AND f.status = ANY(" + place(params.texts(status)) + "::text[])";
  for (const auto& [parameter, column] : choices)
    if (const auto values = query.texts(parameter); !values.empty())
      where += " AND " + std::string{column} + " = ANY(" + place(params.texts(values)) + "::text[])";
  for (const auto& [parameter, comparison] : {std::pair{"due_from", " >= "}, std::pair{"due_to", " < "}}) {
    const auto time = query.time(parameter);
    if (!time) return time.error();
    if (time->has_value())
      where += std::string{" AND f.starts_at"} + comparison + place(params.time(**time)) + "::timestamptz";
  }
  return done();
}

Status add_cursor(const http::Request& request, std::string& where, Params& params) {
  const auto cursor = read_cursor(request, 2);
  if (!cursor) return cursor.error();
  if (!cursor->has_value()) return done();
  const std::string& due = (**cursor)[0];
  if (due != "infinity" && !parse_time(due)) return rejected("query", "cursor: not one that this query gave");
  where +=
      " AND (coalesce(f.starts_at, 'infinity'), f.subject) > (" + place(params.text(due)) + "::timestamptz, ";
  where += place(params.text((**cursor)[1])) + "::text)";
  return done();
}

void write_more(json::Writer& out, std::string_view packed) {
  const auto fact = unpack_fact({}, "followup", {}, packed);
  if (!fact) return;
  for (const std::string_view name : {"script_id", "priority", "error"}) {
    const std::string_view text = fact->fields.value(name);
    out.key(name);
    text.empty() ? out.null() : out.string(text);
  }
  out.key("attempts").number(fact->fields.integer("attempts").value_or(0));
  out.key("max_attempts").number(fact->fields.integer("max_attempts").value_or(3));
}

Result<http::Response> answer(const QueryContext& context, const http::Request& request,
                              const std::string* lead) {
  if (const auto known = knows_only(
          request.query, {"status", "action", "reason", "assignee", "due_from", "due_to", "cursor", "limit"});
      !known)
    return known.error();
  const auto limit = request.query.integer("limit", 1, 200, 50);
  if (!limit) return limit.error();
  auto snapshot = Snapshot::open(context, request, projection);
  if (!snapshot) return snapshot.error();
  Params params;
  std::string where =
      "f.tenant = " + place(params.text(snapshot->tenant().value())) + " AND f.family = 'followup'";
  if (lead != nullptr) {
    const auto members = members_of(*snapshot, *lead);
    if (!members) return members.error();
    if (members->empty()) return rejected("not_found", "no lead is known by this id");
    where += " AND f.contact = ANY(" + place(params.texts(*members)) + "::text[])";
  }
  if (const auto added = add_filters(request.query, where, params); !added) return added.error();
  if (const auto added = add_cursor(request, where, params); !added) return added.error();
  const std::string schema = rows_schema(projection);
  const auto rows = snapshot->fetch(
      "SELECT " + select_list(shown) + ", f.packed FROM " + schema + ".facts f LEFT JOIN " + schema +
          ".contacts c ON c.tenant = f.tenant AND c.contact = f.contact WHERE " + where +
          " ORDER BY coalesce(f.starts_at, 'infinity'), f.subject LIMIT " + std::to_string(*limit + 1),
      params);
  if (!rows) return rows.error();
  ListAnswer list{"follow_ups", *rows, std::min(rows->size(), static_cast<std::size_t>(*limit)), shown};
  if (rows->size() > list.size) {
    const auto due = rows->value(list.size - 1, due_column);
    list.next =
        cursor_text(request, std::vector{due ? format_time(pg::read_time(*due)) : std::string{"infinity"},
                                         std::string{*rows->value(list.size - 1, 0)}});
  }
  if (wants_csv(request)) return answer_list(*snapshot, request, list);
  std::vector<FactKey> keys;
  for (std::size_t i = 0; i < list.size; ++i) keys.emplace_back("followup", std::string{*rows->value(i, 0)});
  const auto said = open_said(context, *snapshot, keys);
  if (!said) return said.error();
  return snapshot->answer([&](json::Writer& out) {
    out.key("follow_ups").open('[');
    for (std::size_t i = 0; i < list.size; ++i) {
      out.open('{');
      write_members(out, *rows, i, shown);
      write_more(out, *rows->value(i, packed_column));
      write_said(out, *said, keys[i]);
      out.close('}');
    }
    out.close(']').key("next");
    list.next ? out.string(*list.next) : out.null();
  });
}

}  // namespace

Result<http::Response> follow_ups(const QueryContext& context, const http::Request& request) {
  return answer(context, request, nullptr);
}

Result<http::Response> follow_ups_of_lead(const QueryContext& context, const http::Request& request) {
  return answer(context, request, &request.path("id"));
}

}  // namespace trunkline::leads
