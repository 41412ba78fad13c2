// Reply times one by one: count, mean and percentiles.
#include <numeric>

#include "projections/analytics/projection.hpp"
#include "projections/analytics/queries.hpp"
#include "projections/analytics/replies.hpp"
#include "projections/answer.hpp"
#include "projections/workspace/projection.hpp"

namespace trunkline::analytics {
namespace {

struct Percentile {
  std::string_view name;
  double share;
};
constexpr Percentile percentiles[] = {{"least_ms", 0},  {"p50_ms", 0.5},  {"p90_ms", 0.9},
                                      {"p95_ms", 0.95}, {"p99_ms", 0.99}, {"most_ms", 1}};

double mean(const std::vector<std::int64_t>& waits) {
  return static_cast<double>(std::accumulate(waits.begin(), waits.end(), std::int64_t{0})) /
         static_cast<double>(waits.size());
}

void write_waits(json::Writer& out, const ReplyWaits& groups, ReplyGroup by) {
  out.open('[');
  for (const auto& [group, waits] : groups) {
    out.open('{').key("group");
    by == ReplyGroup::none || group.empty() ? out.null() : out.string(group);
    out.key("replies").number(waits.size()).key("mean_ms");
    waits.empty() ? out.null() : out.number(mean(waits) / 1'000);
    for (const auto& [name, share] : percentiles) {
      out.key(name);
      const auto wait_us = percentile(waits, share);
      wait_us ? out.number(*wait_us / 1'000) : out.null();
    }
    out.close('}');
  }
  out.close(']');
}

void write_csv_waits(std::string& body, std::string_view period, const ReplyWaits& groups) {
  const auto number = [&body](double value) {
    std::string text;
    json::Writer(text).number(value);
    body.append(",").append(text);
  };
  for (const auto& [group, waits] : groups) {
    body.append(period);
    write_csv_field(body, group);
    body.append(",").append(std::to_string(waits.size()));
    if (!waits.empty())
      number(mean(waits) / 1'000);
    else
      body.append(",");
    for (const auto& each : percentiles) {
      if (const auto wait_us = percentile(waits, each.share))
        number(*wait_us / 1'000);
      else
        body.append(",");
    }
    body.append("\r\n");
  }
}

}  // namespace

Result<http::Response> replies(const QueryContext& context, const http::Request& request) {
  if (const auto known = knows_only(request.query, {"group_by"}, period_parameters); !known)
    return known.error();
  const auto grouped = request.query.one_of("group_by", {"agent", "channel"});
  if (!grouped) return grouped.error();
  const ReplyGroup by = !grouped->has_value()  ? ReplyGroup::none
                        : **grouped == "agent" ? ReplyGroup::agent
                                               : ReplyGroup::channel;
  auto snapshot = Snapshot::open(context, request, {&projection, &workspace::projection});
  if (!snapshot) return snapshot.error();
  const auto settings = settings_of(*snapshot);
  if (!settings) return settings.error();
  const auto period = Period::of(request, context.clock, *settings);
  if (!period) return period.error();
  std::vector<ReplyWaits> all;
  for (const auto which : {Period::Which::asked, Period::Which::before}) {
    if (which == Period::Which::before && !period->compared()) break;
    auto waits = reply_waits(*snapshot, *period, which, by);
    if (!waits) return waits.error();
    if (by == ReplyGroup::none) waits->try_emplace("");
    all.push_back(std::move(*waits));
  }
  if (wants_csv(request)) {
    std::string body = period->compared() ? "period,group,replies,mean_ms" : "group,replies,mean_ms";
    for (const auto& each : percentiles) body.append(",").append(each.name);
    body.append("\r\n");
    write_csv_waits(body, period->compared() ? "asked," : "", all.front());
    if (period->compared()) write_csv_waits(body, "before,", all.back());
    return csv_answer(*snapshot, std::move(body));
  }
  return snapshot->answer([&](json::Writer& out) {
    out.key("tz").string(period->zone()).key("group_by");
    grouped->has_value() ? out.string(**grouped) : out.null();
    out.key("groups");
    write_waits(out, all.front(), by);
    if (!period->compared()) return;
    out.key("before");
    write_waits(out, all.back(), by);
  });
}

}  // namespace trunkline::analytics
