#include "core/keys_rows.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace trunkline::keys {
namespace {

constexpr std::string_view schema_sql = R"(
SELECT pg_advisory_xact_lock(hashtext('trunkline.keys.schema'));
CREATE SCHEMA IF NOT EXISTS keys;
CREATE TABLE IF NOT EXISTS keys.master (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  check_value bytea NOT NULL
);
CREATE TABLE IF NOT EXISTS keys.tenants (
  tenant text COLLATE "C" PRIMARY KEY,
  wrapped_secret bytea NOT NULL
);
CREATE TABLE IF NOT EXISTS keys.tokens (
  tenant text COLLATE "C" NOT NULL,
  token text COLLATE "C" NOT NULL,
  wrapped_key bytea,
  made_at timestamptz NOT NULL DEFAULT now(),
  erased_at timestamptz,
  PRIMARY KEY (tenant, token)
);
CREATE INDEX IF NOT EXISTS tokens_erased ON keys.tokens (erased_at) WHERE erased_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS keys.erasures (
  tenant text COLLATE "C" NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  lead_id text COLLATE "C" NOT NULL,
  actor text COLLATE "C" NOT NULL,
  contacts text[] NOT NULL,
  requested_at timestamptz NOT NULL,
  relayed_to text COLLATE "C",
  PRIMARY KEY (tenant, event_id)
);
)";

Error foreign_master() {
  return must_stop("master_key", "the keys in Postgres were wrapped under another master key than this one");
}

// The arrays of the rows that are still unknown, in the map's order.
struct Unknown {
  explicit Unknown(TokenRows& rows) {
    for (auto& [name, row] : rows) {
      if (row) continue;
      tenants.emplace_back(name.first);
      tokens.emplace_back(name.second);
      slots.push_back(&row);
    }
  }
  std::vector<std::string> tenants, tokens;
  std::vector<std::optional<Key>*> slots;
};

std::size_t big_endian(std::string_view bytes) {
  std::size_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

// Lateral with a limit: each token is looked up in the index. A plain join is planned as a reading of the
// whole table as soon as many tokens are asked for at once.
Status read_unknown(Postgres& session, const Key256& wrapping, const Unknown& unknown) {
  constexpr std::string_view sql =
      "SELECT wanted.number, known.wrapped_key"
      " FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted (tenant, token, number)"
      " CROSS JOIN LATERAL (SELECT wrapped_key FROM keys.tokens"
      " WHERE tokens.tenant = wanted.tenant AND tokens.token = wanted.token LIMIT 1) AS known";
  const auto found = session.fetch(sql, Params{}.texts(unknown.tenants).texts(unknown.tokens));
  if (!found) return found.error();
  for (std::size_t row = 0; row < found->size(); ++row) {
    const auto wrapped = found->value(row, 1);
    const auto key = wrapped ? unwrap_key(wrapping, *wrapped) : std::nullopt;
    if (wrapped && !key) return foreign_master();
    *unknown.slots[big_endian(found->value(row, 0).value_or("")) - 1] = key;
  }
  return done();
}

}  // namespace

Status make_schema(Postgres& session) {
  return session.script(schema_sql);
}

Status check_master(Postgres& session, const Key256& wrapping) {
  const auto check = derive_key(wrapping, "check value");
  const auto kept = session.run("INSERT INTO keys.master (check_value) VALUES ($1) ON CONFLICT DO NOTHING",
                                Params{}.bytes(as_text(check)));
  if (!kept) return kept.error();
  const auto rows = session.run("SELECT check_value FROM keys.master");
  if (!rows) return rows.error();
  if (rows->size() != 1 || !equal_in_constant_time(rows->bytes(0, 0), as_text(check)))
    return foreign_master();
  return done();
}

Result<std::size_t> count_tenants(Postgres& session) {
  const auto rows = session.run("SELECT count(*) FROM keys.tenants");
  if (!rows) return rows.error();
  return static_cast<std::size_t>(rows->integer(0, 0));
}

Result<Key256> tenant_secret(Postgres& session, const Key256& wrapping, const TenantId& tenant) {
  constexpr std::string_view select = "SELECT wrapped_secret FROM keys.tenants WHERE tenant = $1";
  auto rows = session.run(select, Params{}.text(tenant.value()));
  if (rows && rows->size() == 0) {
    const auto made = session.run(
        "INSERT INTO keys.tenants (tenant, wrapped_secret) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        Params{}.text(tenant.value()).bytes(wrap_key(wrapping, random_key())));
    if (!made) return made.error();
    rows = session.run(select, Params{}.text(tenant.value()));
  }
  if (!rows) return rows.error();
  const auto secret = rows->size() == 1 ? unwrap_key(wrapping, rows->bytes(0, 0)) : std::nullopt;
  if (!secret) return foreign_master();
  return *secret;
}

Status read_tokens(Postgres& session, const Key256& wrapping, TokenRows& rows) {
  return read_unknown(session, wrapping, Unknown{rows});
}

Status make_tokens(Postgres& session, const Key256& wrapping, TokenRows& rows) {
  const Unknown unknown{rows};
  if (unknown.slots.empty()) return done();
  std::vector<Key256> fresh;
  std::vector<std::string> wrapped;
  for (std::size_t i = 0; i < unknown.slots.size(); ++i) {
    fresh.push_back(random_key());
    wrapped.push_back(wrap_key(wrapping, fresh.back()));
  }
  const auto made = session.run(
      "INSERT INTO keys.tokens (tenant, token, wrapped_key)"
      " SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[]) ON CONFLICT DO NOTHING",
      Params{}.texts(unknown.tenants).texts(unknown.tokens).bytes_list(wrapped));
  if (!made) return made.error();
  if (made->affected() != unknown.slots.size()) return read_unknown(session, wrapping, unknown);
  for (std::size_t i = 0; i < fresh.size(); ++i) *unknown.slots[i] = fresh[i];
  return done();
}

Status erase_tokens(Transaction& transaction, const TenantId& tenant, std::span<const Token> tokens) {
  std::vector<std::string> names;
  for (const Token& token : tokens) names.push_back(token.value());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  const auto erased = transaction.run(
      "INSERT INTO keys.tokens (tenant, token, wrapped_key, erased_at)"
      " SELECT $1, token, NULL, now() FROM unnest($2::text[]) AS erased (token)"
      " ON CONFLICT (tenant, token) DO UPDATE SET wrapped_key = NULL, erased_at = coalesce(tokens.erased_at, "
      "now())",
      Params{}.text(tenant.value()).texts(names));
  return erased ? done() : Status{erased.error()};
}

}  // namespace trunkline::keys
