#include "core/digest.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace trunkline {
namespace {

constexpr std::size_t digest_bytes = 16;
constexpr std::string_view hex_digits = "0123456789abcdef";

std::uint64_t half_from(std::string_view bytes) {
  std::uint64_t half = 0;
  for (const char byte : bytes) half = half << 8 | static_cast<unsigned char>(byte);
  return half;
}

}  // namespace

Digest& Digest::operator+=(Digest other) {
  low += other.low;
  high += other.high + (low < other.low ? 1 : 0);
  return *this;
}

Digest& Digest::operator-=(Digest other) {
  high -= other.high + (low < other.low ? 1 : 0);
  low -= other.low;
  return *this;
}

std::string Digest::bytes() const {
  std::string out;
  for (const std::uint64_t half : {high, low})
    for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(half >> shift & 0xff));
  return out;
}

std::string Digest::text() const {
  std::string out;
  for (const char byte : bytes()) {
    const auto value = static_cast<unsigned char>(byte);
    out.push_back(hex_digits[value >> 4]);
    out.push_back(hex_digits[value & 15]);
  }
  return out;
}

std::optional<Digest> Digest::from_bytes(std::string_view bytes) {
  if (bytes.size() != digest_bytes) return std::nullopt;
  return Digest{half_from(bytes.substr(0, 8)), half_from(bytes.substr(8))};
}

std::optional<Digest> Digest::from_text(std::string_view text) {
  if (text.size() != 2 * digest_bytes) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto upper = hex_digits.find(text[i]);
    const auto lower = hex_digits.find(text[i + 1]);
    if (upper == std::string_view::npos || lower == std::string_view::npos) return std::nullopt;
    bytes.push_back(static_cast<char>(upper << 4 | lower));
  }
  return from_bytes(bytes);
}

Digest digest_of(std::string_view document) {
  const XXH128_hash_t hash = XXH3_128bits(document.data(), document.size());
  return {hash.high64, hash.low64};
}

void Tally::add(const Digest& record) {
  ++count;
  last = record;
  sum += record;
}

}  // namespace trunkline
