#include "core/contact.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "core/contact_phone.hpp"
#include "tests/skip.hpp"

using namespace trunkline;

namespace {

std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  return cells;
}

// "" when refused.
std::string normal(ContactKind kind, std::string_view text, std::string_view region = {}) {
  const auto result = normalise(kind, text, region);
  return result ? *result : std::string{};
}
std::string phone(std::string_view text, std::string_view region = {}) {
  return normal(ContactKind::phone, text, region);
}
std::string email(std::string_view text) {
  return normal(ContactKind::email, text);
}

}  // namespace

TEST_CASE("mobile numbers of all regions, in four written forms, become E.164") {
  const auto path = testing::shared_dir() / "data/phone/libphonenumber_mobile_examples_dev.csv";
  SKIP_UNLESS(exists(path), "no shared/data/phone: set TRUNKLINE_SHARED");
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  int regions = 0;
  while (std::getline(file, line)) {
    const auto row = cells(line);
    REQUIRE(row.size() == 9);
    ++regions;
    for (std::size_t form = 4; form <= 7; ++form) {
      CAPTURE(row[form]);
      CHECK(phone(row[form]) == row[3]);
      CHECK(phone(row[form], "US") == row[3]);
    }
    CHECK(phone(row[3]) == row[3]);
  }
  CHECK(regions == 163);
}

TEST_CASE("a number without its country is read as the default region's, and refused without one") {
  CHECK(phone("(415) 555-0123", "US") == "+14155550123");
  CHECK(phone("020 7946 0123", "GB") == "+442079460123");
  CHECK(phone("+44 (0) 20 7946 0123") == "+442079460123");
  CHECK(phone("  +1 415 555 0123 ") == "+14155550123");
  CHECK(phone("(415) 555-0123") == "");
}

TEST_CASE("what is no phone number is refused, and the error does not repeat it") {
  for (const char* wrong : {"", "+", "anonymous", "12", "+1", "+999999999999999999", "sip:alice@example.org"})
    CHECK(phone(wrong, "US") == "");
  CHECK(phone(std::string(5000, '1'), "US") == "");
  const auto refused = normalise(ContactKind::phone, "12 canary 34");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("canary") == std::string::npos);
}

TEST_CASE("the quick path for North American numbers says what the library says") {
  const char* seed_text = std::getenv("TRUNKLINE_SEED");
  const auto seed = seed_text != nullptr ? std::strtoull(seed_text, nullptr, 10) : std::random_device{}();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  for (int i = 0; i < 2000; ++i) {
    std::string text = "+1";
    for (int digit = 0; digit < 10; ++digit) text.push_back(static_cast<char>('0' + random() % 10));
    const auto by_library = normalise_phone_by_library(text, "");
    const auto quick = normalise_phone(text, "");
    CAPTURE(text);
    CHECK(quick.ok() == by_library.ok());
    if (quick && by_library) CHECK(*quick == *by_library);
  }
}

TEST_CASE("e-mail addresses are trimmed and lower-cased") {
  CHECK(email("  Ann.Lee+tag@Example.ORG\n") == "ann.lee+tag@example.org");
  CHECK(email("jürgen@bücher.example") == "jürgen@bücher.example");
  for (const char* wrong :
       {"", "ann", "@example.org", "ann@", "ann@localhost", "a b@example.org", "ann@exa mple.org",
        "ann@example..org", "ann@-example.org", "ann@@example.org", "ann@example.org,bob@example.org"})
    CHECK(email(wrong) == "");
  CHECK(email(std::string(65, 'a') + "@example.org") == "");
  CHECK(email("a@" + std::string(250, 'b') + ".org") == "");
}

TEST_CASE("visitor ids keep their case") {
  CHECK(normal(ContactKind::visitor, " V-42 ") == "V-42");
  CHECK(normal(ContactKind::visitor, "") == "");
  CHECK(normal(ContactKind::visitor, "a\nb") == "");
  CHECK(normal(ContactKind::visitor, std::string(201, 'v')) == "");
}

TEST_CASE("carriers' words for a hidden number, and the same on the keypad, are withheld; people's are not") {
  for (const auto* hidden : {"anonymous", "Anonymous", " RESTRICTED ", "sip:anonymous@anonymous.invalid",
                             "+266696687", "+7378742833", "unavailable", "client:Anonymous", "Private"})
    CHECK_MESSAGE(is_withheld(hidden), hidden);
  for (const auto* shown : {"+15551234567", "anonymous.fan@example.org", "unknown-42", "", "+2666966871"})
    CHECK_MESSAGE(!is_withheld(shown), shown);
}

TEST_CASE("a token is stable, of its kind, and different for every tenant") {
  const Hmac acme{"acme's secret, 32 bytes long ....."};
  const Hmac other{"another secret, 32 bytes long ...."};
  const auto token = token_of(acme, ContactKind::phone, "+14155550123");
  CHECK(token.value() ==
        "p_" + base64url(as_text(acme.of({std::string_view{"p\0", 2}, "+14155550123"})).substr(0, 16)));
  CHECK(token.value().size() == token_size);
  CHECK(token == token_of(acme, ContactKind::phone, "+14155550123"));
  CHECK(token != token_of(other, ContactKind::phone, "+14155550123"));
  CHECK(token.value().substr(2) != token_of(acme, ContactKind::visitor, "+14155550123").value().substr(2));
  CHECK(subject_token(acme, "call", "c1") != subject_token(acme, "message", "c1"));
  CHECK(kind_of_token(token.value()) == ContactKind::phone);
  CHECK(kind_of_token(subject_token(acme, "call", "c1").value()) == ContactKind::subject);
  for (const char* wrong :
       {"", "p_", "x_AAAAAAAAAAAAAAAAAAAAAA", "p_AAAAAAAAAAAAAAAAAAAAA*", "p-AAAAAAAAAAAAAAAAAAAAAA"})
    CHECK_FALSE(kind_of_token(wrong));
}

TEST_CASE("ids that hold an address or begin like a number look personal") {
  for (const char* personal :
       {"ann@example.org", "<CAF=a.b@mail.example.com>", "msg-ann.lee@example.co.uk-7", "+14155550123",
        "+44207946", " +14155550123", "tel:+14155550123", "crm/contacts/+14155550123"})
    CHECK_MESSAGE(looks_personal(personal), personal);
  for (const char* clear :
       {"", "call-1", "4155550123", "+1234", "2026-11-21T10:00:00+0100", "@home", "a@b", "user@host",
        "https://example.org/a?b=c", "v1.2@3.4", "CA0123456789abcdef", "a + 14155550123"})
    CHECK_MESSAGE(!looks_personal(clear), clear);
}
