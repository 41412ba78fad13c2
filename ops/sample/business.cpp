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
    {"sameday-cover",
     Country::us,
     -8,
     17,
     0.5,
     office_hours,
     {0.8, 0.15, 0.05},
     {0.5, 0.08, 0.33, 0.05, 0.1},
     "+14155550100",
     "sales",
     "sms",
     "demo",
     "USD",
     112,
     165,
     insurance_agents,
     insurance_campaigns,
     insurance_sources,
     insurance_exchanges},
    {"widget-desk",
     Country::us,
     -5,
     7,
     0.2,
     office_hours,
     {0.1, 0.1, 0.8},
     {0.1, 0.1, 0.08, 0.22, 0.35},
     "+12125550100",
     "support",
     "chat",
     "consultation",
     "USD",
     480,
     240,
     partner_agents,
     partner_campaigns,
     partner_sources,
     partner_exchanges},
    {"harbor-dental",
     Country::us,
     -5,
     7,
     0.3,
     all_day,
     {0.15, 0.5, 0.35},
     {0.25, 0.45, 0.2, 0.08, 0.2},
     "+16175550100",
     "reception",
     "sms",
     "consultation",
     "USD",
     185,
     120,
     dental_agents,
     dental_campaigns,
     dental_sources,
     dental_exchanges},
    {"northside-plumbing",
     Country::us,
     -6,
     6,
     0.8,
     all_day,
     {0.2, 0.65, 0.15},
     {0.3, 0.5, 0.3, 0.1, 0.15},
     "+13125550100",
     "reception",
     "sms",
     "service_call",
     "USD",
     310,
     95,
     plumbing_agents,
     plumbing_campaigns,
     plumbing_sources,
     plumbing_exchanges},
    {"foxglove-lettings",
     Country::uk,
     0,
     9,
     0.6,
     office_hours,
     {0.15, 0.6, 0.25},
     {0.5, 0.4, 0.06, 0.12, 0.2},
     "+442079460000",
     "reception",
     "whatsapp",
     "viewing",
     "GBP",
     1450,
     140,
     estate_agents,
     estate_campaigns,
     estate_sources,
     estate_exchanges},
    {"roomline",
     Country::uk,
     1,
     9,
     0.7,
     all_day,
     {0.05, 0.9, 0.05},
     {0.05, 0.02, 0.05, 0.1, 0.4},
     "+442079460900",
     "user_to_user",
     "chat",
     "demo",
     "EUR",
     29,
     420,
     voice_agents,
     voice_campaigns,
     voice_sources,
     voice_exchanges},
};

}  // namespace

std::span<const Business> businesses() {
  return all;
}

}  // namespace trunkline::sample
