#include "core/keys_memory.hpp"

#include "core/crypto.hpp"

namespace trunkline {

Result<SecretKey> MemoryKeys::tenant_secret(const TenantId& tenant) {
  const std::lock_guard lock(mutex_);
  const auto [entry, made] = secrets_.try_emplace(tenant);
  if (made) entry->second = random_key();
  return entry->second;
}

Result<std::vector<std::optional<SecretKey>>> MemoryKeys::keys_to_seal(const TenantId& tenant,
                                                                       std::span<const Token> tokens) {
  const std::lock_guard lock(mutex_);
  std::vector<std::optional<SecretKey>> keys;
  for (const Token& token : tokens) {
    const auto [entry, made] = keys_.try_emplace({tenant, token});
    if (made) entry->second = random_key();
    keys.push_back(entry->second);
  }
  return keys;
}

Result<std::vector<std::optional<SecretKey>>> MemoryKeys::keys_to_open(const TenantId& tenant,
                                                                       std::span<const Token> tokens) {
  const std::lock_guard lock(mutex_);
  std::vector<std::optional<SecretKey>> keys;
  for (const Token& token : tokens) {
    const auto entry = keys_.find({tenant, token});
    keys.push_back(entry == keys_.end() ? std::nullopt : entry->second);
  }
  return keys;
}

Status MemoryKeys::destroy(const TenantId& tenant, std::span<const Token> tokens) {
  const std::lock_guard lock(mutex_);
  for (const Token& token : tokens) keys_.insert_or_assign({tenant, token}, std::nullopt);
  ++erasures_;
  return done();
}

}  // namespace trunkline
