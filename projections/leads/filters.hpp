// Which leads a query is about: its parameters as SQL conditions over the table leads.
//
//   stage, source, assigned, line_type, region, business_type, intent, campaign, temperature   any of the
//   given values opted_out, vip, erased, converted true | false text               a part of a name, of the
//   business's name, or of the phone or e-mail address active_from, active_to, captured_from, captured_to RFC
//   3339; from is included, to is not; score_from score_to the same for the score
#pragma once
#include <string>
#include <string_view>

#include "core/http.hpp"
#include "core/postgres.hpp"

namespace trunkline::leads {

struct Where {
  std::string sql = "tenant = $1";
  Params params;  // $1 is the tenant
  std::size_t count = 1;

  // Notes a parameter's place: "$2".
  std::string next() { return "$" + std::to_string(++count); }
  void add(const std::string& condition) { sql += " AND " + condition; }
};

// Errors: reject "query", naming the parameter.
Result<Where> where(const TenantId& tenant, const http::Query& query);

inline constexpr std::string_view filter_parameters[] = {
    "stage",       "source",      "assigned",      "line_type",   "region",     "business_type", "intent",
    "campaign",    "temperature", "opted_out",     "vip",         "erased",     "converted",     "text",
    "active_from", "active_to",   "captured_from", "captured_to", "score_from", "score_to"};

}  // namespace trunkline::leads
