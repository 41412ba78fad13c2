// The SQL of core/keys_postgres.hpp: the schema and the set-wise statements. Keys are in the clear here and
// wrapped in the rows.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "core/crypto.hpp"
#include "core/ids.hpp"
#include "core/postgres.hpp"

namespace trunkline::keys {

// (tenant, token) → its key; a nullopt inside is an erased one. Sorted, so two processes that write the same
// tokens lock them in the same order and cannot deadlock.
using Key = std::optional<Key256>;
using TokenRows = std::map<std::pair<std::string_view, std::string_view>, std::optional<Key>>;

Status make_schema(Postgres& session);
// Errors: stop "master_key" when the database was wrapped under another key.
Status check_master(Postgres& session, const Key256& wrapping);
Result<std::size_t> count_tenants(Postgres& session);

// The tenant's secret, made if it is missing; durable.
Result<Key256> tenant_secret(Postgres& session, const Key256& wrapping, const TenantId& tenant);

// Fills the rows that exist.
Status read_tokens(Postgres& session, const Key256& wrapping, TokenRows& rows);
// Makes keys for the rows that are still unknown, in one durable transaction; where there is one already,
// that one. Nothing is asked before: most tokens that are not in memory are new.
Status make_tokens(Postgres& session, const Key256& wrapping, TokenRows& rows);
// Writes the tombstones; the key of an erased row is overwritten with NULL.
Status erase_tokens(Transaction& transaction, const TenantId& tenant, std::span<const Token> tokens);

}  // namespace trunkline::keys
