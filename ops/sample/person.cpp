#include "ops/sample/person.hpp"

#include <cctype>
#include <cstdio>

namespace trunkline::sample {
namespace {

constexpr std::string_view first_names[] = {
    "Amelia", "Ben",    "Carla", "Deniz", "Elena",  "Farid", "Grace", "Hugo",    "Ines",
    "Jonas",  "Kavya",  "Liam",  "Marta", "Nadia",  "Omar",  "Paula", "Quentin", "Rosa",
    "Samir",  "Tessa",  "Umar",  "Vera",  "Wei",    "Yusuf", "Zoe",   "Aiko",    "Bruno",
    "Chloe",  "Dmitri", "Emeka", "Fiona", "Gustav", "Hana",  "Ivan",  "Julia",   "Kofi"};
constexpr std::string_view last_names[] = {
    "Abbott", "Baker",  "Castillo", "Dubois", "Eriksen",  "Fischer", "Garcia", "Hughes", "Ivanova",
    "Jensen", "Kapoor", "Larsen",   "Moreno", "Nakamura", "Okafor",  "Petrov", "Quinn",  "Rossi",
    "Silva",  "Tanaka", "Usman",    "Varga",  "Walker",   "Yilmaz",  "Zhang",  "Archer", "Bennett",
    "Carter", "Doyle",  "Ellis",    "Foster", "Grant",    "Harper"};
constexpr std::string_view domains[] = {"example.com", "example.org", "example.net"};
constexpr int area_codes[] = {206, 213, 303, 305, 312, 404, 415, 503, 512, 602, 615, 617, 702, 713, 801, 919};

std::string lower(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    result.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(letter))));
  }
  return result;
}

std::string phone_of(Country country, std::size_t n) {
  char text[32];
  if (country == Country::uk) {
    std::snprintf(text, sizeof text, "+447700900%03zu", n * 7 % 1000);
  } else {
    // 99 a code: the first of each is a business's own line.
    std::snprintf(text, sizeof text, "+1%d55501%02zu", area_codes[n % std::size(area_codes)],
                  n / std::size(area_codes) % 99 + 1);
  }
  return text;
}

}  // namespace

Person make_person(const Business& business, Dice& dice, std::size_t n) {
  Person person;
  char number[16];
  std::snprintf(number, sizeof number, "%04zu", n);
  person.lead_id = std::string{"lead-"} + number;
  person.first_name = dice.pick(first_names);
  person.last_name = dice.pick(last_names);
  person.phone = phone_of(business.country, n);
  person.email = lower(person.first_name) + "." + lower(person.last_name) + number + "@";
  person.email += dice.pick(domains);
  person.visitor_id = std::string{"visitor-"} + number;
  return person;
}

}  // namespace trunkline::sample
