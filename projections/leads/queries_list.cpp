#include "core/pg_binary.hpp"
#include "projections/answer.hpp"
#include "projections/install.hpp"
#include "projections/leads/filters.hpp"
#include "projections/leads/judging.hpp"
#include "projections/leads/projection.hpp"
#include "projections/leads/queries.hpp"
#include "projections/workspace/projection.hpp"

namespace trunkline::leads {
namespace {

constexpr ShownColumn shown[] = {
    {"id", "lead"},
    {"stage", "stage"},
    {"stage_reason", "stage_reason"},
    {"source", "source"},
    {"line_type", "line_type"},
    {"first_name", "first_name"},
    {"last_name", "last_name"},
    {"phone", "phone"},
    {"email", "email"},
    {"business_type", "business_type"},
    {"business_name", "business_name"},
    {"city", "city"},
    {"state", "state"},
    {"region", "region"},
    {"time_zone", "time_zone"},
    {"intent", "intent"},
    {"assigned_to", "assigned_to"},
    {"campaign", "campaign"},
    {"score", "score", Shown::real},
    {"temperature", "level"},
    {"stated_temperature", "temperature"},
    {"vip", "vip", Shown::boolean},
    {"opted_out", "opted_out", Shown::boolean},
    {"erased", "erased", Shown::boolean},
    {"estimated_participants", "estimated_participants", Shown::number},
    {"initial_value", "initial_value_e4", Shown::money},
    {"currency", "currency"},
    {"first_seen", "first_seen", Shown::time},
    {"captured_at", "captured_at", Shown::time},
    {"first_contact", "first_contact", Shown::time},
    {"last_contact", "last_contact", Shown::time},
    {"first_call", "first_call", Shown::time},
    {"last_call", "last_call", Shown::time},
    {"followed_up_at", "followed_up_at", Shown::time},
    {"last_activity", "last_activity", Shown::time},
    {"converted_at", "converted_at", Shown::time},
    {"calls", "calls", Shown::number},
    {"answered", "answered", Shown::number},
    {"talk_ms", "talk_ms", Shown::number},
    {"attempts", "attempts", Shown::number},
    {"messages_in", "messages_in", Shown::number},
    {"messages_out", "messages_out", Shown::number},
    {"conversations", "conversations", Shown::number},
    {"touches", "touches", Shown::number},
    {"touch_value", "touch_value_e4", Shown::money},
    {"conversions", "conversions", Shown::number},
    {"value", "value_e4", Shown::money},
    {"money", "money", Shown::json},
    {"appointments", "appointments", Shown::number},
    {"listings_viewed", "listings_viewed", Shown::number},
    {"details", "details", Shown::json},
};

struct Sort {
  std::string_view name, sql, type;  // sql never gives NULL: who lacks the moment comes last or first
};
constexpr Sort sorts[] = {
    {"last_activity", "coalesce(last_activity, '-infinity')", "timestamptz"},
    {"first_seen", "coalesce(first_seen, '-infinity')", "timestamptz"},
    {"captured_at", "coalesce(captured_at, '-infinity')", "timestamptz"},
    {"last_contact", "coalesce(last_contact, '-infinity')", "timestamptz"},
    {"calls", "calls", "bigint"},
    {"attempts", "attempts", "bigint"},
    {"value", "value_e4", "bigint"},
    {"talk_ms", "talk_ms", "bigint"},
    {"stage", "stage", "text"},
    {"score", "(score * 100)::bigint", "bigint"},
};

struct Order {
  const Sort* by;
  bool descending;
};

Result<Order> order_of(const http::Query& query) {
  const auto text = query.text("sort", 40);
  if (!text) return text.error();
  std::string_view name = text->has_value() ? std::string_view{**text} : "-last_activity";
  const bool descending = name.starts_with('-');
  if (descending) name.remove_prefix(1);
  std::string known;
  for (const Sort& sort : sorts) {
    if (sort.name == name) return Order{&sort, descending};
    known.append(known.empty() ? "" : ", ").append(sort.name);
  }
  return rejected("query", "sort: one of " + known + "; with - in front the greatest first");
}

// The sort key as text that its type reads back exactly.
std::string key_text(std::string_view field, const Sort& sort) {
  if (sort.type == "text") return std::string{field};
  if (sort.type == "bigint") return std::to_string(pg::read_integer(field));
  const bool never = pg::detail::read<std::int64_t>(field) == INT64_MIN;
  return never ? "-infinity" : format_time(pg::read_time(field));
}

bool is_key(const std::string& text, const Sort& sort) {
  if (sort.type == "text") return true;
  if (sort.type == "timestamptz") return text == "-infinity" || parse_time(text).has_value();
  const std::size_t sign = text.starts_with('-') ? 1 : 0;
  return text.size() > sign && text.size() < 19 &&
         text.find_first_not_of("0123456789", sign) == std::string::npos;
}

Status add_cursor(const http::Request& request, const Order& order, Where& to) {
  const auto cursor = read_cursor(request, 2);
  if (!cursor) return cursor.error();
  if (!cursor->has_value()) return done();
  const auto& keys = **cursor;
  if (!is_key(keys[0], *order.by)) return rejected("query", "cursor: not one that this query gave");
  to.params.text(keys[0]).text(keys[1]);
  const std::string key = to.next(), lead = to.next();
  to.add("(" + std::string{order.by->sql} + ", lead) " + (order.descending ? "<" : ">") + " (" + key +
         "::" + std::string{order.by->type} + ", " + lead + "::text)");
  return done();
}

std::string page_sql(const std::string& leads, const Where& where, const Order& order, std::int64_t limit) {
  static const std::string select = "SELECT " + select_list(shown) + ", ";
  const std::string direction = order.descending ? " DESC" : "";
  return select + std::string{order.by->sql} + " FROM " + leads + " WHERE " + where.sql + " ORDER BY " +
         std::string{order.by->sql} + direction + ", lead" + direction + " LIMIT " +
         std::to_string(limit + 1);
}

}  // namespace

std::span<const ShownColumn> lead_columns() {
  return shown;
}

Result<http::Response> list(const QueryContext& context, const http::Request& request) {
  if (const auto known =
          knows_only(request.query, {"sort", "cursor", "limit", "judged_at"}, filter_parameters);
      !known)
    return known.error();
  const auto order = order_of(request.query);
  if (!order) return order.error();
  const auto limit = request.query.integer("limit", 1, 200, 50);
  if (!limit) return limit.error();
  const auto tenant = request.tenant();
  if (!tenant) return tenant.error();
  auto where = leads::where(*tenant, request.query);
  if (!where) return where.error();
  if (const auto added = add_cursor(request, *order, *where); !added) return added.error();
  const auto at = judged_at(context, request);
  if (!at) return at.error();
  where->params.time(*at);
  const std::string moment = where->next() + "::timestamptz";
  const auto make = [&](const TenantSettings& settings) -> Result<std::vector<Question>> {
    return std::vector<Question>{
        {page_sql(judged_leads(settings, moment), *where, *order, *limit), where->params}};
  };
  const auto answered = Snapshot::ask(context, request, {&projection, &workspace::projection}, make);
  if (!answered) return answered.error();
  const BinaryRows& rows = answered->rows.front();
  ListAnswer answer{"leads", rows, std::min(rows.size(), static_cast<std::size_t>(*limit)), shown};
  if (rows.size() > answer.size) {
    const auto key = rows.value(answer.size - 1, std::size(shown));
    answer.next = cursor_text(
        request, std::vector{key_text(*key, *order->by), std::string{*rows.value(answer.size - 1, 0)}});
  }
  return answer_list(answered->snapshot, request, answer);
}

void add_routes(http::Routes& routes, const QueryContext& context) {
  const auto get = [&](std::string route, Answer answer) {
    routes.get(std::move(route), http::Scope::read, answering(context, std::move(answer)));
  };
  get("/v1/leads", list);
  get("/v1/leads/counts", counts);
  get("/v1/leads/by-contact", by_contact);
  get("/v1/leads/{id}", detail);
  get("/v1/leads/{id}/timeline", timeline);
  get("/v1/leads/{id}/requirements", requirements);
  get("/v1/leads/{id}/listings", listings);
  get("/v1/leads/{id}/value", value);
  get("/v1/leads/{id}/script", script);
  get("/v1/leads/{id}/follow-ups", follow_ups_of_lead);
  get("/v1/follow-ups", follow_ups);
}

}  // namespace trunkline::leads
