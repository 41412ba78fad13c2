// Contact points: how a person is reached, in one written form, and the token that stands for it everywhere
// but in a sealed box. The only header behind which libphonenumber is named (core/contact_phone.cpp).
//
//   token = kind letter ‖ '_' ‖ base64url(first 16 bytes of HMAC-SHA256(tenant secret, kind letter ‖ 0x00 ‖
//   value))
//
// Equal values of a tenant have equal tokens; tokens of two tenants say nothing about each other.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/crypto.hpp"
#include "core/ids.hpp"
#include "core/result.hpp"

namespace trunkline {

enum class ContactKind : char {
  phone = 'p',
  email = 'e',
  visitor = 'v',
  subject = 's',  // nobody's contact is known: derived from the fact that the event is about
};
inline constexpr std::size_t token_size = 24;

// Any thread. Errors: reject "contact", never with the value in the message.
//   phone    E.164, read as libphonenumber does (blanks, dots, brackets, "00" for "+"); a number without a
//   country
//            needs `region` (ISO 3166, "US"). Possible is enough: it need not be assigned.
//   email    trimmed, ASCII letters lower-cased; one '@', a dotted domain, no blanks; at most 254 bytes
//   visitor  trimmed; 1 to 200 bytes without control characters
Result<std::string> normalise(ContactKind kind, std::string_view text, std::string_view region = {});

// What carriers put in place of a number that the caller hides: their words ("anonymous", "Restricted", also
// as a SIP address) and the same spelt on the keypad (+266696687). Never a contact point: it would make one
// person of all who hide theirs.
bool is_withheld(std::string_view text);

Token token_of(const Hmac& tenant_secret, ContactKind kind, std::string_view normalised);
// The token of a fact (family, subject) whose contact is not known, or withheld.
Token subject_token(const Hmac& tenant_secret, std::string_view family, std::string_view subject);

std::optional<ContactKind> kind_of_token(std::string_view text);  // nullopt: has not a token's form

// Holds an e-mail address, or begins (after a scheme or a path, too) like an E.164 number: such ids, subjects
// and sources are refused, since they stay readable for ever.
bool looks_personal(std::string_view text);

}  // namespace trunkline
