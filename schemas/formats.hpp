// The formats that schemas may ask of text. They assert: text of another form is refused.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace trunkline::schemas {

enum class Format : std::uint8_t {
  date_time,  // RFC 3339, as core/clock reads it
  date,       // 2026-11-21
  day_time,   // 09:30
  email,
  uri,  // with a scheme
  uuid,
  id,       // names a thing: 1 to 200 bytes, no blank, no e-mail address, does not begin like an E.164 number
  code,     // a word of an open list: letters, digits and _ - . : / up to 64, no telephone number
  label,    // one line that a business gives to a thing of its own, up to 200 bytes; no e-mail address or
            // number
  decimal,  // money: at most 14 digits and 4 places
  currency,   // ISO 4217, three capital letters
  time_zone,  // IANA: Europe/London
  language,   // BCP 47: en-US
};

std::optional<Format> format_named(std::string_view name);
bool has_format(Format format, std::string_view text);
std::string_view reason_of(Format format);  // "must be a date such as 2026-11-21"

}  // namespace trunkline::schemas
