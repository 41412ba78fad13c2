#include "core/contact.hpp"

#include <algorithm>

#include "core/contact_phone.hpp"

namespace trunkline {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
bool beyond_ascii(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_domain(std::string_view text) {
  std::size_t labels = 0;
  while (true) {
    const auto label = text.substr(0, text.find('.'));
    const auto allowed = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || beyond_ascii(c); };
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    if (!std::all_of(label.begin(), label.end(), allowed)) return false;
    ++labels;
    if (label.size() == text.size()) return labels >= 2;
    text.remove_prefix(label.size() + 1);
  }
}

Result<std::string> normalise_email(std::string_view text) {
  text = trimmed(text);
  const auto at = text.find('@');
  const auto refused = [](char c) {
    return is_blank(c) || is_control(c) ||
           std::string_view{"\"<>(),;:\\[]"}.find(c) != std::string_view::npos;
  };
  if (text.size() > 254 || at == std::string_view::npos || at == 0 || at > 64 ||
      std::any_of(text.begin(), text.end(), refused) || !is_domain(text.substr(at + 1)))
    return rejected("contact", "this is not an e-mail address");
  std::string lower{text};
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return lower;
}

Result<std::string> normalise_visitor(std::string_view text) {
  text = trimmed(text);
  if (text.empty() || text.size() > 200 || std::any_of(text.begin(), text.end(), is_control))
    return rejected("contact", "a visitor id has 1 to 200 bytes without control characters");
  return std::string{text};
}

bool begins_like_e164(std::string_view text) {
  if (text.size() < 8 || text[0] != '+' || text[1] == '0') return false;
  return std::all_of(text.begin() + 1, text.begin() + 8, is_digit);
}

// Something before the '@' at `at`, and behind it a dotted name that ends in letters: "x@example.org".
bool holds_email_at(std::string_view text, std::size_t at) {
  const auto local = [](char c) {
    return is_letter(c) || is_digit(c) || beyond_ascii(c) ||
           std::string_view{"._%+-'"}.find(c) != std::string_view::npos;
  };
  if (at == 0 || !local(text[at - 1])) return false;
  auto domain = text.substr(at + 1);
  const auto end = std::find_if_not(domain.begin(), domain.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '.' || c == '-' || beyond_ascii(c);
  });
  domain = domain.substr(0, static_cast<std::size_t>(end - domain.begin()));
  while (domain.ends_with('.') || domain.ends_with('-')) domain.remove_suffix(1);
  const auto dot = domain.rfind('.');
  return dot != std::string_view::npos && dot > 0 && dot + 2 < domain.size() && !is_digit(domain[dot + 1]);
}

}  // namespace

Result<std::string> normalise(ContactKind kind, std::string_view text, std::string_view region) {
  switch (kind) {
    case ContactKind::phone:
      return normalise_phone(trimmed(text), region);
    case ContactKind::email:
      return normalise_email(text);
    case ContactKind::visitor:
      return normalise_visitor(text);
    case ContactKind::subject:
      break;
  }
  return rejected("contact", "a subject is not a contact point");
}

bool is_withheld(std::string_view text) {
  constexpr std::string_view words[] = {"anonymous", "restricted",   "blocked",
                                        "unknown",   "unavailable",  "private",
                                        "withheld",  "no caller id", "private number"};
  constexpr std::string_view keypad[] = {"266696687", "7378742833",  "2562533",
                                         "8656696",   "86282452253", "7748283"};
  text = trimmed(text);
  for (const std::string_view scheme : {"sip:", "sips:", "tel:", "client:", "whatsapp:"})
    if (text.starts_with(scheme)) text.remove_prefix(scheme.size());
  if (text.starts_with('+'))
    return std::find(std::begin(keypad), std::end(keypad), text.substr(1)) != std::end(keypad);
  text = text.substr(0, text.find('@'));
  const auto same = [text](std::string_view word) {
    return std::equal(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) {
      return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
    });
  };
  return std::any_of(std::begin(words), std::end(words), same);
}

Token token_of(const Hmac& tenant_secret, ContactKind kind, std::string_view normalised) {
  const char head[2] = {static_cast<char>(kind), '\0'};
  const Sha256 digest = tenant_secret.of({std::string_view{head, 2}, normalised});
  std::string text{static_cast<char>(kind), '_'};
  text.append(base64url(as_text(digest).substr(0, 16)));
  return Token{std::move(text)};
}

Token subject_token(const Hmac& tenant_secret, std::string_view family, std::string_view subject) {
  std::string fact{family};
  fact.push_back('\0');
  fact.append(subject);
  return token_of(tenant_secret, ContactKind::subject, fact);
}

std::optional<ContactKind> kind_of_token(std::string_view text) {
  if (text.size() != token_size || text[1] != '_') return std::nullopt;
  if (std::string_view{"pevs"}.find(text[0]) == std::string_view::npos) return std::nullopt;
  if (!from_base64url(text.substr(2))) return std::nullopt;
  return static_cast<ContactKind>(text[0]);
}

bool looks_personal(std::string_view text) {
  if (begins_like_e164(trimmed(text))) return true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '@' && holds_email_at(text, i)) return true;
    if ((text[i] == ':' || text[i] == '/') && begins_like_e164(text.substr(i + 1))) return true;
  }
  return false;
}

}  // namespace trunkline
