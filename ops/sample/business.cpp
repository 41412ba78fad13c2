#include "ops/sample/business.hpp"

namespace trunkline::sample {
namespace {

using Words = std::string_view;

constexpr std::array<double, 24> office_hours{0, 0, 0, 0, 0, 0, 0, 1, 4, 9, 11, 10,
                                              6, 7, 9, 9, 8, 6, 3, 1, 0, 0, 0,  0};
constexpr std::array<double, 24> all_day{1, 0, 0, 0, 0, 0, 1, 3, 6, 8, 9, 8,
                                         7, 7, 7, 7, 8, 8, 7, 6, 5, 4, 3, 2};

constexpr Words insurance_agents[] = {"ava", "noah", "mia"};
constexpr Words insurance_campaigns[] = {"gym-spring", "climbing-halls", "rental-partners", "retarget-quote"};
constexpr Words insurance_sources[] = {"website_quote",    "website_quote", "website_quote",
                                       "partner_referral", "cold_list",     "ad_campaign"};
constexpr Exchange insurance_exchanges[] = {
    {"Does this cover a birthday party at the climbing hall?", "Yes, up to 60 guests on the day itself."},
    {"Can I add ten more people today?", "You can, until an hour before the event starts."},
    {"What do you need from me?", "Only the date, the place and how many take part."},
    {"Is there a cheaper option for a small class?", "Our smallest policy covers up to ten for one day."},
};

constexpr Words partner_agents[] = {"docs-assistant", "human-priya"};
constexpr Words partner_campaigns[] = {"developer-newsletter"};
constexpr Words partner_sources[] = {"partner_referral", "chat"};
constexpr Exchange partner_exchanges[] = {
    {"The widget does not show up on our checkout page.",
     "Please check that the origin is on the allowed list."},
    {"Which scope does the booking sync need?", "bookings:read is enough; write is only for refunds."},
    {"Our webhook gets a 401 since this morning.", "The signing secret was rotated: copy the new one."},
    {"How do we test without real bookings?", "Use the sandbox key: it answers with fixed bookings."},
    {"Is there a React component?", "Yes, and it takes the same settings as the script tag."},
};

constexpr Words dental_agents[] = {"front-desk"};
constexpr Words dental_campaigns[] = {"new-patient-offer", "whitening"};
constexpr Words dental_sources[] = {"phone_call", "chat", "form"};
constexpr Exchange dental_exchanges[] = {
    {"Do you take new patients?", "We do. The first visit takes about 45 minutes."},
    {"I have a toothache since last night.", "I am sorry to hear that. We keep two urgent slots a day."},
    {"Which insurances do you accept?", "Most PPO plans; I can check yours by name."},
    {"How much is a cleaning?", "Between 90 and 140 dollars, depending on the X-rays."},
};

constexpr Words plumbing_agents[] = {"dispatch"};
constexpr Words plumbing_campaigns[] = {"winter-check", "local-search"};
constexpr Words plumbing_sources[] = {"phone_call", "ad_campaign", "form"};
constexpr Exchange plumbing_exchanges[] = {
    {"There is water under the sink.", "Please close the valve below it; someone can be there by noon."},
    {"How soon can somebody come?", "The next free visit is tomorrow between eight and ten."},
    {"Do you do water heaters?", "Yes, repair and replacement, with a ten-year warranty."},
};

constexpr Words estate_agents[] = {"olivia", "human-james"};
constexpr Words estate_campaigns[] = {"portal-listing", "window-card", "newsletter"};
constexpr Words estate_sources[] = {"phone_call", "whatsapp", "email", "form"};
constexpr Exchange estate_exchanges[] = {
    {"Is the two-bedroom on Mill Lane still available?", "It is. Viewings are on Thursday and Saturday."},
    {"Are pets allowed?", "The landlord accepts one cat or small dog."},
    {"What would the deposit be?", "Five weeks' rent, held in a registered scheme."},
    {"The boiler is off again.", "I have opened a ticket; the engineer calls within the hour."},
};

constexpr Words voice_agents[] = {"switchboard", "human-lena"};
constexpr Words voice_campaigns[] = {"app-store"};
constexpr Words voice_sources[] = {"phone_call", "form"};
constexpr Exchange voice_exchanges[] = {
    {"I hear myself twice.", "Please mute the second tab: both are in the room."},
    {"Where do I find my recordings?", "Under history, a minute after the call has ended."},
};

constexpr Business all[] = {
    {.tenant = "sameday-cover",
     .country = Country::us,
     .utc_offset_hours = -8,
     .people_a_weekday = 15,
     .weekend_share = 0.5,
     .hours = office_hours,
     .doors = {.form = 0.8, .call = 0.15, .chat = 0.05},
     .chances = {.texts = 0.5, .books = 0.08, .buys = 0.33, .escalates = 0.05, .rates = 0.1},
     .line = "+14155550100",
     .call_type = "sales",
     .text_channel = "sms",
     .appointment_kind = "demo",
     .currency = "USD",
     .value_median = 112,
     .call_median_s = 165,
     .agents = insurance_agents,
     .campaigns = insurance_campaigns,
     .sources = insurance_sources,
     .exchanges = insurance_exchanges},
    {.tenant = "widget-desk",
     .country = Country::us,
     .utc_offset_hours = -5,
     .people_a_weekday = 6,
     .weekend_share = 0.2,
     .hours = office_hours,
     .doors = {.form = 0.1, .call = 0.1, .chat = 0.8},
     .chances = {.texts = 0.1, .books = 0.1, .buys = 0.08, .escalates = 0.22, .rates = 0.35},
     .line = "+12125550100",
     .call_type = "support",
     .text_channel = "chat",
     .appointment_kind = "consultation",
     .currency = "USD",
     .value_median = 480,
     .call_median_s = 240,
     .agents = partner_agents,
     .campaigns = partner_campaigns,
     .sources = partner_sources,
     .exchanges = partner_exchanges},
    {.tenant = "harbor-dental",
     .country = Country::us,
     .utc_offset_hours = -5,
     .people_a_weekday = 7,
     .weekend_share = 0.3,
     .hours = all_day,
     .doors = {.form = 0.15, .call = 0.5, .chat = 0.35},
     .chances = {.texts = 0.25, .books = 0.45, .buys = 0.2, .escalates = 0.08, .rates = 0.2},
     .line = "+16175550100",
     .call_type = "reception",
     .text_channel = "sms",
     .appointment_kind = "consultation",
     .currency = "USD",
     .value_median = 185,
     .call_median_s = 120,
     .agents = dental_agents,
     .campaigns = dental_campaigns,
     .sources = dental_sources,
     .exchanges = dental_exchanges},
    {.tenant = "northside-plumbing",
     .country = Country::us,
     .utc_offset_hours = -6,
     .people_a_weekday = 6,
     .weekend_share = 0.8,
     .hours = all_day,
     .doors = {.form = 0.2, .call = 0.65, .chat = 0.15},
     .chances = {.texts = 0.3, .books = 0.5, .buys = 0.3, .escalates = 0.1, .rates = 0.15},
     .line = "+13125550100",
     .call_type = "reception",
     .text_channel = "sms",
     .appointment_kind = "service_call",
     .currency = "USD",
     .value_median = 310,
     .call_median_s = 95,
     .agents = plumbing_agents,
     .campaigns = plumbing_campaigns,
     .sources = plumbing_sources,
     .exchanges = plumbing_exchanges},
    {.tenant = "foxglove-lettings",
     .country = Country::uk,
     .utc_offset_hours = 0,
     .people_a_weekday = 8,
     .weekend_share = 0.6,
     .hours = office_hours,
     .doors = {.form = 0.15, .call = 0.6, .chat = 0.25},
     .chances = {.texts = 0.5, .books = 0.4, .buys = 0.06, .escalates = 0.12, .rates = 0.2},
     .line = "+442079460000",
     .call_type = "reception",
     .text_channel = "whatsapp",
     .appointment_kind = "viewing",
     .currency = "GBP",
     .value_median = 1450,
     .call_median_s = 140,
     .agents = estate_agents,
     .campaigns = estate_campaigns,
     .sources = estate_sources,
     .exchanges = estate_exchanges},
    {.tenant = "roomline",
     .country = Country::uk,
     .utc_offset_hours = 1,
     .people_a_weekday = 7,
     .weekend_share = 0.7,
     .hours = all_day,
     .doors = {.form = 0.05, .call = 0.9, .chat = 0.05},
     .chances = {.texts = 0.05, .books = 0.02, .buys = 0.05, .escalates = 0.1, .rates = 0.4},
     .line = "+442079460900",
     .call_type = "user_to_user",
     .text_channel = "chat",
     .appointment_kind = "demo",
     .currency = "EUR",
     .value_median = 29,
     .call_median_s = 420,
     .agents = voice_agents,
     .campaigns = voice_campaigns,
     .sources = voice_sources,
     .exchanges = voice_exchanges},
};

}  // namespace

std::span<const Business> businesses() {
  return all;
}

}  // namespace trunkline::sample
