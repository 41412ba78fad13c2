#include "core/contact_phone.hpp"

#include <phonenumbers/phonenumberutil.h>

#include <algorithm>

#include "core/bounded_cache.hpp"

namespace trunkline {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

constexpr std::size_t cache_entries_max = 65'536;  // about 8 MB
constexpr std::size_t text_bytes_max = 100;        // longer is no number: not worth the library's time

// +1, then an area code and an exchange that begin with 2 to 9: the library gives exactly this back.
bool is_north_american_e164(std::string_view text) {
  if (text.size() != 12 || !text.starts_with("+1") || text[2] < '2' || text[5] < '2') return false;
  return std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Empty: not a possible number.
std::string parsed(const std::string& text, const std::string& region) {
  const auto& library = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  if (library.Parse(text, region, &number) != PhoneNumberUtil::NO_PARSING_ERROR) return {};
  if (!library.IsPossibleNumber(number)) return {};
  std::string e164;
  library.Format(number, PhoneNumberUtil::E164, &e164);
  return e164;
}

// "00" is how most of the world dials "+". Where it is not, such a number is read as the region does.
std::string read_number(std::string_view text, std::string_view region) {
  const std::string known_region = region.empty() ? "ZZ" : std::string{region};
  if (text.starts_with("00"))
    if (auto e164 = parsed("+" + std::string{text.substr(2)}, "ZZ"); !e164.empty()) return e164;
  return parsed(std::string{text}, known_region);
}

}  // namespace

Result<std::string> normalise_phone_by_library(std::string_view text, std::string_view region) {
  auto e164 = text.size() > text_bytes_max ? std::string{} : read_number(text, region);
  if (e164.empty()) return rejected("contact", "this is not a possible phone number with its country");
  return e164;
}

Result<std::string> normalise_phone(std::string_view text, std::string_view region) {
  if (is_north_american_e164(text)) return std::string{text};
  static BoundedCache<std::string> known(cache_entries_max);
  if (text.size() > text_bytes_max) return normalise_phone_by_library(text, region);
  std::string key{region};
  key.push_back('\0');
  key.append(text);
  if (auto e164 = known.find(key)) return std::move(*e164);
  auto e164 = normalise_phone_by_library(text, region);
  if (e164) known.put(key, *e164);
  return e164;
}

}  // namespace trunkline
