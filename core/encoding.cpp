// Bytes as text: the hex and base64 half of core/crypto.hpp.
#include "core/crypto.hpp"

namespace trunkline {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<std::int8_t, 256> values_of(std::string_view alphabet) {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  return values;
}
constexpr auto standard_values = values_of(standard);
constexpr auto url_safe_values = values_of(url_safe);

std::uint32_t byte_of(char c) {
  return static_cast<unsigned char>(c);
}

std::string encode(std::string_view bytes, std::string_view alphabet) {
  std::string text((bytes.size() * 4 + 2) / 3, '\0');
  char* out = text.data();
  const auto put = [&](std::uint32_t group, int letters) {
    for (int shift = 18; letters > 0; shift -= 6, --letters) *out++ = alphabet[group >> shift & 63];
  };
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3)
    put(byte_of(bytes[i]) << 16 | byte_of(bytes[i + 1]) << 8 | byte_of(bytes[i + 2]), 4);
  if (bytes.size() - i == 1) put(byte_of(bytes[i]) << 16, 2);
  if (bytes.size() - i == 2) put(byte_of(bytes[i]) << 16 | byte_of(bytes[i + 1]) << 8, 3);
  return text;
}

// Without padding. Refuses spare bits that are not zero: one text for one value.
std::optional<std::string> decode(std::string_view text, const std::array<std::int8_t, 256>& values) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char letter : text) {
    const auto value = values[static_cast<unsigned char>(letter)];
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<char>(bits >> count & 255));
  }
  if ((bits & ((1u << count) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace

std::string hex(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text.push_back(hex_digits[byte >> 4]);
    text.push_back(hex_digits[byte & 15]);
  }
  return text;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 2);
  unsigned high = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char lower = text[i] >= 'A' && text[i] <= 'F' ? static_cast<char>(text[i] + 32) : text[i];
    const auto value = hex_digits.find(lower);
    if (value == std::string_view::npos) return std::nullopt;
    if (i % 2 == 0)
      high = static_cast<unsigned>(value);
    else
      bytes.push_back(static_cast<char>(high << 4 | static_cast<unsigned>(value)));
  }
  return bytes;
}

std::string base64(std::string_view bytes) {
  auto text = encode(bytes, standard);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return decode(text, standard_values);
}

std::string base64url(std::string_view bytes) {
  return encode(bytes, url_safe);
}

std::optional<std::string> from_base64url(std::string_view text) {
  return decode(text, url_safe_values);
}

}  // namespace trunkline
