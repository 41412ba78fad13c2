// Keys in Postgres, schema `keys`, which no rebuild touches:
//   tenants (tenant, wrapped_secret)
//   tokens  (tenant, token, wrapped_key, made_at, erased_at)    wrapped_key NULL: erased, for ever
//   erasures(…)                                                 see core/keys_erasures.hpp
//   master  (check_value)                                       one row: tells whether this is the right
//   master key
// Every key is random and wrapped (RFC 3394) under one derived from the master key. What is known is cached;
// keys for unknown tokens are made in shared transactions, durable before anything is sealed with them.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "core/bounded_cache.hpp"
#include "core/keys.hpp"
#include "core/keys_master.hpp"
#include "core/postgres.hpp"
#include "core/shared_calls.hpp"

namespace trunkline {

class PostgresKeys final : public KeyStore {
 public:
  // Makes the schema at the first start. The pool must outlive the store. Errors: stop "master_key" when the
  // keys here were wrapped under another master key, or when the journal holds events and there are no
  // secrets at all.
  static Result<std::unique_ptr<PostgresKeys>> open(PostgresPool& pool, const Key256& master,
                                                    JournalState journal,
                                                    std::size_t keys_cached_max = 200'000);
  ~PostgresKeys() override;

  Result<SecretKey> tenant_secret(const TenantId& tenant) override;
  Result<std::vector<std::optional<SecretKey>>> keys_to_seal(const TenantId& tenant,
                                                             std::span<const Token> tokens) override;
  Result<std::vector<std::optional<SecretKey>>> keys_to_open(const TenantId& tenant,
                                                             std::span<const Token> tokens) override;
  Status destroy(const TenantId& tenant, std::span<const Token> tokens) override;

  // As destroy(), and whatever `also` writes, in the same transaction: both or neither.
  Status destroy(const TenantId& tenant, std::span<const Token> tokens,
                 const std::function<Status(Transaction&)>& also);

  // Drops the cached keys of what other processes have erased since the last call. One thread calls it every
  // now and then; without other processes nobody needs to.
  Status forget_what_others_erased();

  PostgresPool& pool() { return pool_; }
  std::size_t cached() { return known_.size(); }
  std::uint64_t erasures() const override;

 private:
  using Keys = std::vector<std::optional<SecretKey>>;
  struct MakeCall;  // one caller's unknown tokens
  struct Answer;    // cached keys, and which are missing

  PostgresKeys(PostgresPool& pool, const Key256& wrapping, std::size_t keys_cached_max);
  Answer look_up(const TenantId& tenant, std::span<const Token> tokens);
  void make(std::span<MakeCall* const> round);
  void forget(const TenantId& tenant, std::span<const Token> tokens);
  void remember(const TenantId& tenant, const Token& token, const std::optional<SecretKey>& key,
                std::uint64_t seen);

  PostgresPool& pool_;
  Key256 wrapping_;
  BoundedCache<std::optional<SecretKey>> known_;  // nullopt: erased, which never changes again
  // A key read before an erasure must not enter the cache after it: readers note the count of erasures before
  // they ask Postgres, and what they read is cached only if it is still the same.
  mutable std::shared_mutex erasing_;
  std::uint64_t erasures_ = 0;
  std::string looked_at_ = "-infinity";  // when others' erasures were last asked for, by Postgres' clock
  std::mutex secrets_mutex_;
  std::map<TenantId, SecretKey> secrets_;
  SharedCalls<MakeCall> making_;
};

}  // namespace trunkline
