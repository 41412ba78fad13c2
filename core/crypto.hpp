// What is not our trade: hashes, authenticated encryption, key wrapping and random bytes, from OpenSSL.
// core/crypto.cpp is the only file that names it. All functions: any thread; contexts are per thread and
// reused, so a call allocates nothing but its answer. A failure inside OpenSSL (no memory, no entropy) throws
// std::runtime_error: nobody can go on.
#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace trunkline {

using Sha256 = std::array<std::uint8_t, 32>;
using Key256 = std::array<std::uint8_t, 32>;  // the same type as SecretKey

inline std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Sha256 sha256(std::string_view bytes);

// HMAC-SHA256 (RFC 2104) with the key's two blocks hashed beforehand: a short message costs two more blocks.
class Hmac {
 public:
  explicit Hmac(std::string_view key);
  explicit Hmac(const Key256& key) : Hmac(as_text(key)) {}
  // Of the parts one behind the other, without separators: what could be cut in two ways needs its own.
  Sha256 of(std::initializer_list<std::string_view> parts) const {
    return of(std::span(parts.begin(), parts.size()));
  }
  Sha256 of(std::span<const std::string_view> parts) const;

 private:
  struct alignas(8) State {
    std::array<std::uint8_t, 112> bytes;  // OpenSSL's SHA256_CTX
  };
  State inner_{};
  State outer_{};
};

// A key for one purpose, out of a key for many: HMAC(key, purpose).
Key256 derive_key(const Key256& key, std::string_view purpose);

// AES-256-GCM (NIST SP 800-38D) under a random nonce: 12 bytes nonce ‖ ciphertext ‖ 16 bytes tag. `bound` is
// authenticated with it and not stored: a box opens only where the same is stated again.
std::string seal_box(const Key256& key, std::string_view plaintext, std::string_view bound);
// nullopt: another key, another `bound`, or somebody changed a byte.
std::optional<std::string> open_box(const Key256& key, std::string_view box, std::string_view bound);
inline constexpr std::size_t box_overhead_bytes = 12 + 16;

// A key under a key (AES-256 key wrap, RFC 3394): 40 bytes. Deterministic, so no nonce can run out.
std::string wrap_key(const Key256& wrapping, const Key256& key);
std::optional<Key256> unwrap_key(const Key256& wrapping,
                                 std::string_view wrapped);  // nullopt: not wrapped by this one

void random_bytes(std::span<std::uint8_t> out);
Key256 random_key();

bool equal_in_constant_time(std::string_view a, std::string_view b);  // the lengths are no secret

// Overwrites what the compiler may not leave out.
void wipe(std::span<std::uint8_t> bytes);

std::string hex(std::string_view bytes);                           // lower case
std::optional<std::string> from_hex(std::string_view text);        // either case
std::string base64(std::string_view bytes);                        // RFC 4648 §4, padded
std::optional<std::string> from_base64(std::string_view text);     // exactly what base64() writes
std::string base64url(std::string_view bytes);                     // RFC 4648 §5, without padding
std::optional<std::string> from_base64url(std::string_view text);  // exactly what base64url() writes

}  // namespace trunkline
