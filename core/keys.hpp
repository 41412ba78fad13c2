// Keys that make personal data readable, and whose destruction makes it unreadable for ever (design §2, §11).
// A tenant has one secret (for tokens and content hashes); every token has its own key.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/ids.hpp"
#include "core/result.hpp"

namespace trunkline {

using SecretKey = std::array<std::uint8_t, 32>;

// The port. Any thread. Two stores keep it: Postgres (schema `keys`, wrapped by the master key) and memory
// (tests).
class KeyStore {
 public:
  virtual ~KeyStore() = default;

  // Made at the tenant's first use; durable before it is returned.
  virtual Result<SecretKey> tenant_secret(const TenantId& tenant) = 0;

  // A key for each token, in order; missing ones are made and durable before they are returned; nullopt where
  // the token was erased: nothing may be sealed for it ever again.
  virtual Result<std::vector<std::optional<SecretKey>>> keys_to_seal(const TenantId& tenant,
                                                                     std::span<const Token> tokens) = 0;

  // The keys that exist; nullopt where there is none (erased, or never made). Makes nothing.
  virtual Result<std::vector<std::optional<SecretKey>>> keys_to_open(const TenantId& tenant,
                                                                     std::span<const Token> tokens) = 0;

  // Destroys the keys of these tokens and leaves tombstones, in one durable transaction. Idempotent.
  virtual Status destroy(const TenantId& tenant, std::span<const Token> tokens) = 0;

  // How many erasures this process has heard of: grows before destroy() returns. What was opened before may
  // not be shown after.
  virtual std::uint64_t erasures() const = 0;
};

}  // namespace trunkline
