#include "core/keys_erasures.hpp"

namespace trunkline {
namespace {

constexpr std::string_view select_sql =
    "SELECT tenant, event_id, lead_id, actor, array_to_string(contacts, ' '),"
    " (extract(epoch FROM requested_at) * 1000000)::bigint, coalesce(relayed_to, '') FROM keys.erasures ";

std::vector<Token> split(std::string_view text) {
  std::vector<Token> tokens;
  while (!text.empty()) {
    const auto token = text.substr(0, text.find(' '));
    tokens.push_back(Token{std::string{token}});
    text.remove_prefix(std::min(text.size(), token.size() + 1));
  }
  return tokens;
}

Erasure erasure_of(const Rows& rows, std::size_t row) {
  const auto text = [&](std::size_t column) { return std::string{rows.text(row, column)}; };
  return {TenantId{text(0)},
          text(1),
          text(2),
          text(3),
          split(rows.text(row, 4)),
          from_micros(rows.integer(row, 5)),
          text(6)};
}

}  // namespace

Status note_erasure(Transaction& transaction, const Erasure& erasure) {
  std::vector<std::string> contacts;
  for (const Token& token : erasure.contacts) contacts.push_back(token.value());
  const auto noted = transaction.run(
      "INSERT INTO keys.erasures (tenant, event_id, lead_id, actor, contacts, requested_at)"
      " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
      Params{}
          .text(erasure.tenant.value())
          .text(erasure.event_id)
          .text(erasure.lead_id)
          .text(erasure.actor)
          .texts(contacts)
          .time(erasure.requested_at));
  return noted ? done() : Status{noted.error()};
}

Result<std::optional<Erasure>> find_erasure(Postgres& session, const TenantId& tenant,
                                            std::string_view event_id) {
  const auto rows = session.run(std::string{select_sql} + "WHERE tenant = $1 AND event_id = $2",
                                Params{}.text(tenant.value()).text(event_id));
  if (!rows) return rows.error();
  if (rows->size() == 0) return std::optional<Erasure>{};
  return std::optional{erasure_of(*rows, 0)};
}

Result<std::vector<Erasure>> pending_erasures(Postgres& session) {
  const auto rows =
      session.run(std::string{select_sql} + "WHERE relayed_to IS NULL ORDER BY requested_at, event_id");
  if (!rows) return rows.error();
  std::vector<Erasure> pending;
  for (std::size_t row = 0; row < rows->size(); ++row) pending.push_back(erasure_of(*rows, row));
  return pending;
}

Status mark_relayed(Postgres& session, const Erasure& erasure, std::string_view position) {
  const auto marked =
      session.run("UPDATE keys.erasures SET relayed_to = $3 WHERE tenant = $1 AND event_id = $2",
                  Params{}.text(erasure.tenant.value()).text(erasure.event_id).text(position));
  return marked ? done() : Status{marked.error()};
}

}  // namespace trunkline
