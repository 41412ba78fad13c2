#include "projections/leads/filters.hpp"

#include <span>

namespace trunkline::leads {
namespace {

struct Choice {
  std::string_view parameter, column;
};
constexpr Choice choices[] = {
    {"stage", "stage"},         {"source", "source"},     {"assigned", "assigned_to"},
    {"line_type", "line_type"}, {"region", "region"},     {"business_type", "business_type"},
    {"intent", "intent"},       {"campaign", "campaign"}, {"temperature", "level"}};
constexpr Choice truths[] = {
    {"opted_out", "opted_out"}, {"vip", "vip"}, {"erased", "erased"}, {"converted", "conversions > 0"}};
constexpr Choice froms[] = {{"active_from", "last_activity"}, {"captured_from", "captured_at"}};
constexpr Choice tos[] = {{"active_to", "last_activity"}, {"captured_to", "captured_at"}};

constexpr std::size_t values_max = 50;
constexpr std::size_t text_bytes_max = 200;

// What somebody types is a part of a word, never a pattern.
std::string pattern(std::string_view text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern.push_back('\\');
    pattern.push_back(c);
  }
  return pattern + "%";
}

Status add_times(const http::Query& query, std::span<const Choice> bounds, std::string_view comparison,
                 Where& to) {
  for (const auto& [parameter, column] : bounds) {
    const auto time = query.time(parameter);
    if (!time) return time.error();
    if (!time->has_value()) continue;
    to.params.time(**time);
    to.add(std::string{column} + " " + std::string{comparison} + " " + to.next() + "::timestamptz");
  }
  return done();
}

Status add_scores(const http::Query& query, Where& to) {
  for (const auto& [parameter, comparison] :
       {std::pair{"score_from", " >= "}, std::pair{"score_to", " < "}}) {
    if (!query.has(parameter)) continue;
    const auto score = query.integer(parameter, 0, 101, 0);
    if (!score) return score.error();
    to.params.integer(*score);
    to.add(std::string{"score"} + comparison + to.next() + "::bigint");
  }
  return done();
}

Status add_text(const http::Query& query, Where& to) {
  const auto text = query.text("text", text_bytes_max);
  if (!text) return text.error();
  if (!text->has_value() || (*text)->empty()) return done();
  to.params.text(pattern(**text));
  to.add("concat_ws(' ', first_name, last_name, business_name, phone, email) ILIKE " + to.next() + "::text");
  return done();
}

}  // namespace

Result<Where> where(const TenantId& tenant, const http::Query& query) {
  Where to;
  to.params.text(tenant.value());
  for (const auto& [parameter, column] : choices) {
    const auto values = query.texts(parameter);
    if (values.empty()) continue;
    if (values.size() > values_max)
      return rejected("query",
                      std::string{parameter} + ": given more than " + std::to_string(values_max) + " times");
    to.params.texts(values);
    to.add(std::string{column} + " = ANY(" + to.next() + "::text[])");
  }
  for (const auto& [parameter, column] : truths) {
    if (!query.has(parameter)) continue;
    const auto truth = query.boolean(parameter, false);
    if (!truth) return truth.error();
    to.add("(" + std::string{column} + (*truth ? ")" : ") IS NOT TRUE"));
  }
  if (const auto added = add_scores(query, to); !added) return added.error();
  if (const auto added = add_times(query, froms, ">=", to); !added) return added.error();
  if (const auto added = add_times(query, tos, "<", to); !added) return added.error();
  if (const auto added = add_text(query, to); !added) return added.error();
  return to;
}

}  // namespace trunkline::leads
