// The low-level SHA-256 calls are "deprecated" since OpenSSL 3, yet the only way to keep a keyed state by
// value: the new interface looks algorithms up and allocates, which costs four times the two hashed blocks.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "core/crypto.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <cstring>
#include <memory>
#include <stdexcept>

namespace trunkline {
namespace {

constexpr std::size_t block_bytes = 64;
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;
constexpr std::size_t wrapped_bytes = 40;
static_assert(box_overhead_bytes == nonce_bytes + tag_bytes);
static_assert(sizeof(SHA256_CTX) == 112 && alignof(SHA256_CTX) <= 8);

void demand(bool worked, const char* what) {
  if (!worked) throw std::runtime_error(std::string{"OpenSSL failed: "} + what);
}

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}
std::uint8_t* bytes_of(std::string& text) {
  return reinterpret_cast<std::uint8_t*>(text.data());
}

struct CipherFree {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, CipherFree>;
enum class Way { decrypt = 0, encrypt = 1 };

// One context per thread and way, set to its algorithm once: looking it up again costs more than the
// encryption.
Cipher make_cipher(const EVP_CIPHER* algorithm, Way way) {
  Cipher context{EVP_CIPHER_CTX_new()};
  demand(context != nullptr, "EVP_CIPHER_CTX_new");
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  demand(EVP_CipherInit_ex(context.get(), algorithm, nullptr, nullptr, nullptr, static_cast<int>(way)) == 1,
         "cipher");
  return context;
}

// Random bytes taken from OpenSSL's generator in larger pieces (a call costs more than an encryption) and
// wiped as they are handed out.
class RandomPool {
 public:
  ~RandomPool() { OPENSSL_cleanse(pool_.data(), pool_.size()); }
  void take(std::span<std::uint8_t> out) {
    if (out.size() > pool_.size()) return fill(out);
    if (pool_.size() - used_ < out.size()) {
      fill(pool_);
      used_ = 0;
    }
    std::memcpy(out.data(), pool_.data() + used_, out.size());
    OPENSSL_cleanse(pool_.data() + used_, out.size());
    used_ += out.size();
  }

 private:
  static void fill(std::span<std::uint8_t> out) {
    demand(RAND_priv_bytes(out.data(), static_cast<int>(out.size())) == 1, "random bytes");
  }
  std::array<std::uint8_t, 4096> pool_{};
  std::size_t used_ = sizeof pool_;
};

std::string_view checked_size(std::string_view text) {
  demand(text.size() < INT32_MAX, "input above 2 GiB");
  return text;
}

}  // namespace

Sha256 sha256(std::string_view bytes) {
  Sha256 digest;
  SHA256(bytes_of(bytes), bytes.size(), digest.data());
  return digest;
}

Hmac::Hmac(std::string_view key) {
  std::array<std::uint8_t, block_bytes> block{};
  if (key.size() > block_bytes) {
    const Sha256 hashed = sha256(key);
    std::memcpy(block.data(), hashed.data(), hashed.size());
  } else if (!key.empty()) {
    std::memcpy(block.data(), key.data(), key.size());
  }
  const auto hash_block = [&](std::uint8_t pad, State& state) {
    SHA256_CTX context;
    SHA256_Init(&context);
    auto padded = block;
    for (auto& byte : padded) byte ^= pad;
    SHA256_Update(&context, padded.data(), padded.size());
    std::memcpy(state.bytes.data(), &context, sizeof context);
    OPENSSL_cleanse(padded.data(), padded.size());
  };
  hash_block(0x36, inner_);
  hash_block(0x5c, outer_);
  OPENSSL_cleanse(block.data(), block.size());
}

Sha256 Hmac::of(std::span<const std::string_view> parts) const {
  Sha256 digest;
  SHA256_CTX context;
  std::memcpy(&context, inner_.bytes.data(), sizeof context);
  for (const auto part : parts) SHA256_Update(&context, part.data(), part.size());
  SHA256_Final(digest.data(), &context);
  std::memcpy(&context, outer_.bytes.data(), sizeof context);
  SHA256_Update(&context, digest.data(), digest.size());
  SHA256_Final(digest.data(), &context);
  return digest;
}

Key256 derive_key(const Key256& key, std::string_view purpose) {
  return Hmac{key}.of({purpose});
}

std::string seal_box(const Key256& key, std::string_view plaintext, std::string_view bound) {
  thread_local const Cipher cipher = make_cipher(EVP_aes_256_gcm(), Way::encrypt);
  auto* context = cipher.get();
  std::string box(nonce_bytes + checked_size(plaintext).size() + tag_bytes, '\0');
  random_bytes({bytes_of(box), nonce_bytes});
  int written = 0;
  demand(EVP_EncryptInit_ex(context, nullptr, nullptr, key.data(), bytes_of(box)) == 1, "GCM key");
  demand(EVP_EncryptUpdate(context, nullptr, &written, bytes_of(bound), static_cast<int>(bound.size())) == 1,
         "GCM AAD");
  demand(EVP_EncryptUpdate(context, bytes_of(box) + nonce_bytes, &written, bytes_of(plaintext),
                           static_cast<int>(plaintext.size())) == 1,
         "GCM encrypt");
  auto* const tag = bytes_of(box) + nonce_bytes + plaintext.size();
  demand(EVP_EncryptFinal_ex(context, tag, &written) == 1, "GCM final");
  demand(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, tag_bytes, tag) == 1, "GCM tag");
  return box;
}

std::optional<std::string> open_box(const Key256& key, std::string_view box, std::string_view bound) {
  if (checked_size(box).size() < box_overhead_bytes) return std::nullopt;
  thread_local const Cipher cipher = make_cipher(EVP_aes_256_gcm(), Way::decrypt);
  auto* context = cipher.get();
  std::string plaintext(box.size() - box_overhead_bytes, '\0');
  std::array<std::uint8_t, tag_bytes> tag;
  std::memcpy(tag.data(), box.data() + box.size() - tag_bytes, tag_bytes);
  int written = 0;
  demand(EVP_DecryptInit_ex(context, nullptr, nullptr, key.data(), bytes_of(box)) == 1, "GCM key");
  demand(EVP_DecryptUpdate(context, nullptr, &written, bytes_of(bound), static_cast<int>(bound.size())) == 1,
         "GCM AAD");
  demand(EVP_DecryptUpdate(context, bytes_of(plaintext), &written, bytes_of(box) + nonce_bytes,
                           static_cast<int>(plaintext.size())) == 1,
         "GCM decrypt");
  demand(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, tag_bytes, tag.data()) == 1, "GCM tag");
  std::array<std::uint8_t, 16> rest;
  if (EVP_DecryptFinal_ex(context, rest.data(), &written) != 1) return std::nullopt;
  return plaintext;
}

std::string wrap_key(const Key256& wrapping, const Key256& key) {
  thread_local const Cipher cipher = make_cipher(EVP_aes_256_wrap(), Way::encrypt);
  std::array<std::uint8_t, wrapped_bytes + block_bytes> wrapped;
  int written = 0;
  demand(EVP_EncryptInit_ex(cipher.get(), nullptr, nullptr, wrapping.data(), nullptr) == 1, "wrapping key");
  demand(EVP_EncryptUpdate(cipher.get(), wrapped.data(), &written, key.data(),
                           static_cast<int>(key.size())) == 1,
         "wrap");
  demand(written == static_cast<int>(wrapped_bytes), "wrapped size");
  return std::string{as_text({wrapped.data(), wrapped_bytes})};
}

std::optional<Key256> unwrap_key(const Key256& wrapping, std::string_view wrapped) {
  if (wrapped.size() != wrapped_bytes) return std::nullopt;
  thread_local const Cipher cipher = make_cipher(EVP_aes_256_wrap(), Way::decrypt);
  std::array<std::uint8_t, wrapped_bytes + block_bytes> plain;
  int written = 0;
  demand(EVP_DecryptInit_ex(cipher.get(), nullptr, nullptr, wrapping.data(), nullptr) == 1, "wrapping key");
  if (EVP_DecryptUpdate(cipher.get(), plain.data(), &written, bytes_of(wrapped),
                        static_cast<int>(wrapped_bytes)) != 1)
    return std::nullopt;
  Key256 key;
  if (written != static_cast<int>(key.size())) return std::nullopt;
  std::memcpy(key.data(), plain.data(), key.size());
  OPENSSL_cleanse(plain.data(), plain.size());
  return key;
}

void random_bytes(std::span<std::uint8_t> out) {
  thread_local RandomPool pool;
  pool.take(out);
}

Key256 random_key() {
  Key256 key;
  random_bytes(key);
  return key;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(std::span<std::uint8_t> bytes) {
  OPENSSL_cleanse(bytes.data(), bytes.size());
}

}  // namespace trunkline
