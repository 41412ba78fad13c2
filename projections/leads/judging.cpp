#include "projections/leads/judging.hpp"

#include "projections/install.hpp"
#include "projections/leads/projection.hpp"
#include "projections/leads/queries.hpp"
#include "projections/workspace/projection.hpp"

namespace trunkline::leads {

Result<Time> judged_at(const QueryContext& context, const http::Request& request) {
  const auto at = request.query.time("judged_at");
  if (!at) return at.error();
  return at->value_or(std::chrono::floor<std::chrono::seconds>(context.clock.now()));
}

Result<Judging> open_judging(const QueryContext& context, const http::Request& request) {
  const auto at = judged_at(context, request);
  if (!at) return at.error();
  auto snapshot = Snapshot::open(context, request, {&projection, &workspace::projection});
  if (!snapshot) return snapshot.error();
  auto settings = settings_of(*snapshot);
  if (!settings) return settings.error();
  return Judging{std::move(*snapshot), std::move(*settings), *at};
}

Result<Judging> judging_about(const QueryContext& context, const http::Request& request,
                              const std::string& token) {
  if (!request.query.has("as_of")) return open_judging(context, request);
  const auto at = request.query.time("judged_at");
  if (!at) return at.error();
  auto snapshot = rows_about(context, request, token);
  if (!snapshot) return snapshot.error();
  auto settings = settings_of(*snapshot);
  if (!settings) return settings.error();
  const auto text = request.query.text("as_of", 64);
  const auto then = text && text->has_value() ? parse_time(**text) : std::nullopt;
  return Judging{std::move(*snapshot), std::move(*settings),
                 at->has_value() ? **at : then.value_or(context.clock.now())};
}

Result<std::vector<std::string>> members_of(Snapshot& snapshot, const std::string& token) {
  const std::string contacts = rows_schema(projection) + ".contacts";
  const auto rows = snapshot.fetch("SELECT m.contact FROM " + contacts + " asked JOIN " + contacts +
                                       " m ON m.tenant = asked.tenant AND m.lead = asked.lead"
                                       " WHERE asked.tenant = $1 AND asked.contact = $2 ORDER BY 1",
                                   Params{}.text(snapshot.tenant().value()).text(token));
  if (!rows) return rows.error();
  std::vector<std::string> members;
  for (std::size_t i = 0; i < rows->size(); ++i) members.emplace_back(*rows->value(i, 0));
  return members;
}

}  // namespace trunkline::leads
