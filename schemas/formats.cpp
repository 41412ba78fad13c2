#include "schemas/formats.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/clock.hpp"

namespace trunkline::schemas {
namespace {

constexpr std::size_t name_bytes_max = 200;
constexpr std::size_t code_bytes_max = 64;
constexpr std::size_t money_digits_max = 14;  // in 1/10000 units this still fits 64 bits
constexpr std::size_t money_places_max = 4;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_letter(char c) {
  return is_upper(c) || (c >= 'a' && c <= 'z');
}
bool is_word(char c) {
  return is_letter(c) || is_digit(c);
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}
bool one_of(char c, std::string_view set) {
  return set.find(c) != std::string_view::npos;
}

// "0000-00-00" stands for digits where it has zeros and for itself elsewhere.
bool shaped(std::string_view text, std::string_view shape) {
  return std::ranges::equal(text, shape, [](char c, char s) { return s == '0' ? is_digit(c) : c == s; });
}

bool is_host(std::string_view text) {
  std::size_t labels = 0;
  while (true) {
    const auto dot = text.find('.');
    const auto label = text.substr(0, dot);
    const bool fits = !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-';
    if (!fits || !std::ranges::all_of(label, [](char c) { return is_word(c) || c == '-'; })) return false;
    ++labels;
    if (dot == std::string_view::npos) return labels >= 2;
    text.remove_prefix(dot + 1);
  }
}

bool is_local_part(char c) {
  return is_word(c) || one_of(c, "!#$%&'*+/=?^_`{|}~.-") || static_cast<unsigned char>(c) >= 0x80;
}

bool is_email(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at > 64) return false;
  const auto local = text.substr(0, at);
  if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos) return false;
  return std::ranges::all_of(local, is_local_part) && is_host(text.substr(at + 1));
}

bool holds_email(std::string_view text) {
  for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    if (at == 0 || !is_local_part(text[at - 1])) continue;
    const auto behind = text.substr(at + 1);
    const auto end = std::ranges::find_if_not(behind, [](char c) { return is_word(c) || one_of(c, "-."); });
    auto host = behind.substr(0, static_cast<std::size_t>(end - behind.begin()));
    while (!host.empty() && host.back() == '.') host.remove_suffix(1);
    if (is_host(host)) return true;
  }
  return false;
}

bool begins_like_e164(std::string_view text) {
  constexpr std::size_t shortest = 7;
  return text.size() > shortest && text[0] == '+' && std::ranges::all_of(text.substr(1, shortest), is_digit);
}

// A name in the clear: what it must not be is a person's.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= name_bytes_max && std::ranges::none_of(text, is_control) &&
         !begins_like_e164(text) && !holds_email(text);
}

bool is_code(std::string_view text) {
  return text.size() <= code_bytes_max && std::ranges::any_of(text, is_letter) &&
         std::ranges::all_of(text, [](char c) { return is_word(c) || one_of(c, "_-.:/"); });
}

bool is_date(std::string_view text) {
  if (!shaped(text, "0000-00-00")) return false;
  const auto digit = [&](std::size_t i) { return text[i] - '0'; };
  const std::chrono::year year{digit(0) * 1000 + digit(1) * 100 + digit(2) * 10 + digit(3)};
  const std::chrono::month month{static_cast<unsigned>(digit(5) * 10 + digit(6))};
  return std::chrono::year_month_day{year, month,
                                     std::chrono::day{static_cast<unsigned>(digit(8) * 10 + digit(9))}}
      .ok();
}

bool is_day_time(std::string_view text) {
  return shaped(text, "00:00") && text.substr(0, 2) < "24" && text[3] < '6';
}

bool is_uri(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_letter(text[0])) return false;
  const auto scheme = text.substr(0, colon);
  const auto rest = text.substr(colon + 1);
  const auto visible = [](char c) { return c > 0x20 && c < 0x7F && !one_of(c, "\"<>\\^`{|}"); };
  for (auto at = rest.find('%'); at != std::string_view::npos; at = rest.find('%', at + 1))
    if (at + 2 >= rest.size() || !is_hex(rest[at + 1]) || !is_hex(rest[at + 2])) return false;
  return std::ranges::all_of(scheme, [](char c) { return is_word(c) || one_of(c, "+-."); }) &&
         std::ranges::all_of(rest, visible);
}

bool is_uuid(std::string_view text) {
  constexpr std::string_view shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return std::ranges::equal(text, shape, [](char c, char s) { return s == 'x' ? is_hex(c) : c == s; });
}

bool is_decimal(std::string_view text) {
  if (!text.empty() && text[0] == '-') text.remove_prefix(1);
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  if (whole.empty() || whole.size() > money_digits_max || !std::ranges::all_of(whole, is_digit)) return false;
  if (whole.size() > 1 && whole[0] == '0') return false;
  if (point == std::string_view::npos) return true;
  const auto places = text.substr(point + 1);
  return !places.empty() && places.size() <= money_places_max && std::ranges::all_of(places, is_digit);
}

bool is_currency(std::string_view text) {
  return text.size() == 3 && std::ranges::all_of(text, is_upper);
}

bool is_time_zone(std::string_view text) {
  const auto part = [](char c) { return is_word(c) || one_of(c, "_+-/"); };
  return !text.empty() && text.size() <= code_bytes_max && is_letter(text[0]) && is_word(text.back()) &&
         std::ranges::all_of(text, part) && text.find("//") == std::string_view::npos;
}

bool is_language(std::string_view text) {
  std::size_t size = 0;  // of the subtag so far
  for (const char c : text) {
    if (c == '-' ? size == 0 : !is_word(c)) return false;
    size = c == '-' ? 0 : size + 1;
    if (size > 8) return false;
  }
  return size > 0 && text.size() >= 2 && is_letter(text[0]) && is_letter(text[1]);
}

struct Known {
  std::string_view name;
  Format format;
  bool (*holds)(std::string_view);
  std::string_view reason;
};

constexpr std::array known = {
    Known{"date-time", Format::date_time, [](std::string_view text) { return parse_time(text).has_value(); },
          "must be a time with its offset, such as 2026-11-21T11:21:29Z"},
    Known{"date", Format::date, is_date, "must be a date such as 2026-11-21"},
    Known{"day-time", Format::day_time, is_day_time, "must be a time of day such as 09:30"},
    Known{"email", Format::email, is_email, "must be an e-mail address"},
    Known{"uri", Format::uri, is_uri, "must be a URI with its scheme, such as https://example.com/a"},
    Known{"uuid", Format::uuid, is_uuid, "must be a UUID"},
    Known{"id", Format::id,
          [](std::string_view text) { return is_name(text) && text.find(' ') == std::string_view::npos; },
          "must be an id of 1 to 200 bytes without blanks that holds no e-mail address and does not begin "
          "like a "
          "telephone number"},
    Known{"code", Format::code, is_code,
          "must be a code such as price_too_high: up to 64 letters, digits and _ - . : / with at least one "
          "letter"},
    Known{
        "label", Format::label, is_name,
        "must be one line of 1 to 200 bytes that holds no e-mail address and does not begin like a telephone "
        "number"},
    Known{"decimal", Format::decimal, is_decimal,
          "must be decimal text with at most four places, such as \"120.00\""},
    Known{"currency", Format::currency, is_currency, "must be a currency code such as USD"},
    Known{"time-zone", Format::time_zone, is_time_zone, "must be a time zone such as Europe/London"},
    Known{"language", Format::language, is_language, "must be a language tag such as en-US"},
};

}  // namespace

std::optional<Format> format_named(std::string_view name) {
  const auto found = std::ranges::find(known, name, &Known::name);
  return found == known.end() ? std::nullopt : std::optional{found->format};
}

bool has_format(Format format, std::string_view text) {
  return known[static_cast<std::size_t>(format)].holds(text);
}

std::string_view reason_of(Format format) {
  return known[static_cast<std::size_t>(format)].reason;
}

}  // namespace trunkline::schemas
