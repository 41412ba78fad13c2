#include "projections/analytics/replies.hpp"

#include <algorithm>
#include <chrono>

#include "projections/analytics/counts.hpp"
#include "projections/analytics/projection.hpp"
#include "projections/install.hpp"

namespace trunkline::analytics {
namespace {

constexpr std::int64_t conversations_at_once = 5'000;

void note(const Conversation& conversation, const Period::Moments& within, ReplyGroup by, ReplyWaits& waits) {
  for (const Reply& reply : conversation.replies()) {
    const Time quarter = quarter_of(reply.at_us);
    if (!reply.waited_us || quarter < within.from || quarter >= within.to) continue;
    waits[by == ReplyGroup::none    ? ""
          : by == ReplyGroup::agent ? reply.agent
                                    : reply.channel]
        .push_back(*reply.waited_us);
  }
}

}  // namespace

Result<ReplyWaits> reply_waits(Snapshot& snapshot, const Period& period, Period::Which which, ReplyGroup by) {
  const auto within = period.moments(snapshot, which);
  if (!within) return within.error();
  const std::string sql = "SELECT conversation, packed FROM " + rows_schema(projection) +
                          ".conversations WHERE tenant = $1 AND conversation > $2::text AND (at < "
                          "$3::timestamptz OR $3 IS NULL) ORDER BY conversation LIMIT " +
                          std::to_string(conversations_at_once);
  ReplyWaits waits;
  for (std::string after;;) {
    Params params;
    params.text(snapshot.tenant().value()).text(after);
    within->to == Time::max() ? params.null() : params.time(within->to);
    const auto rows = snapshot.fetch(sql, params);
    if (!rows) return rows.error();
    for (std::size_t i = 0; i < rows->size(); ++i) {
      const auto conversation = unpack_conversation(
          {snapshot.tenant().value(), std::string{*rows->value(i, 0)}, std::string{*rows->value(i, 1)}});
      if (!conversation)
        return must_stop("row", "analytics: a packed column of table conversations cannot be read");
      note(*conversation, *within, by, waits);
    }
    if (rows->size() < static_cast<std::size_t>(conversations_at_once)) break;
    after = *rows->value(rows->size() - 1, 0);
  }
  for (auto& [group, each] : waits) std::sort(each.begin(), each.end());
  return waits;
}

std::optional<double> percentile(std::span<const std::int64_t> sorted, double share) {
  if (sorted.empty()) return std::nullopt;
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, sorted.size() - 1);
  const auto low = static_cast<double>(sorted[below]), high = static_cast<double>(sorted[above]);
  return low + (high - low) * (place - static_cast<double>(below));
}

}  // namespace trunkline::analytics
