// Keys in memory, for tests: the same promises as the Postgres store but durability.
#pragma once
#include <atomic>
#include <map>
#include <mutex>
#include <utility>

#include "core/keys.hpp"

namespace trunkline {

class MemoryKeys final : public KeyStore {
 public:
  Result<SecretKey> tenant_secret(const TenantId& tenant) override;
  Result<std::vector<std::optional<SecretKey>>> keys_to_seal(const TenantId& tenant,
                                                             std::span<const Token> tokens) override;
  Result<std::vector<std::optional<SecretKey>>> keys_to_open(const TenantId& tenant,
                                                             std::span<const Token> tokens) override;
  Status destroy(const TenantId& tenant, std::span<const Token> tokens) override;
  std::uint64_t erasures() const override { return erasures_; }

 private:
  std::atomic<std::uint64_t> erasures_ = 0;
  std::mutex mutex_;
  std::map<TenantId, SecretKey> secrets_;
  std::map<std::pair<TenantId, Token>, std::optional<SecretKey>> keys_;  // nullopt: destroyed
};

}  // namespace trunkline
