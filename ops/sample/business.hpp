// The businesses of the sample history, as data: what differs between a lead call centre, a partner desk, two
// receptionists, an estate agency and a voice service.
#pragma once
#include <array>
#include <span>
#include <string_view>

namespace trunkline::sample {

enum class Country { us, uk };

// How somebody first turns up, as weights.
struct Doors {
  double form = 0, call = 0, chat = 0;
};

// What follows once somebody has been spoken to, as probabilities.
struct Chances {
  double texts = 0;      // a thread of short messages afterwards
  double books = 0;      // an appointment
  double buys = 0;       // a conversion
  double escalates = 0;  // a chat goes to a human
  double rates = 0;      // a call or a chat is rated
};

struct Exchange {
  std::string_view question, answer;
};

struct Business {
  std::string_view tenant;
  Country country;
  int utc_offset_hours;          // a sample needs no daylight saving
  double people_a_weekday;       // new ones
  double weekend_share;          // of a weekday's
  std::array<double, 24> hours;  // local time of day, as weights
  Doors doors;
  Chances chances;
  std::string_view line;  // the number that is dialled
  std::string_view call_type, text_channel, appointment_kind;
  std::string_view currency;
  double value_median;   // of a conversion
  double call_median_s;  // of a call that reached somebody
  std::span<const std::string_view> agents, campaigns, sources;
  std::span<const Exchange> exchanges;
};

std::span<const Business> businesses();

}  // namespace trunkline::sample
