#include "ops/sample/sample.hpp"

#include <algorithm>

#include "ops/sample/story.hpp"

namespace trunkline::sample {
namespace {

using std::chrono::days;
using std::chrono::hours;

// A moment of this local day, by the business's hours.
Time moment(const Business& business, Dice& dice, Time midnight) {
  const auto hour = dice.weighted(business.hours);
  const auto within = std::chrono::microseconds{dice.between(0, 3'599'999'999)};
  return midnight + hours{static_cast<std::int64_t>(hour) - business.utc_offset_hours} + within;
}

std::vector<History::Line> history_of(const Business& business, const Settings& settings) {
  Dice dice{settings.seed, business.tenant};
  History history{business.tenant};
  const Time first_day = std::chrono::floor<days>(settings.until) - days{settings.days};
  std::size_t people = 0;
  for (Time day = first_day; day < settings.until; day += days{1}) {
    const std::chrono::weekday weekday{std::chrono::floor<days>(day)};
    const bool weekend = weekday == std::chrono::Saturday || weekday == std::chrono::Sunday;
    const double expected = business.people_a_weekday * (weekend ? business.weekend_share : 1.0);
    const auto arrivals = static_cast<std::int64_t>(expected * (0.7 + 0.6 * dice.unit()) + 0.5);
    for (std::int64_t i = 0; i < arrivals; ++i) {
      const Person person = make_person(business, dice, people++);
      Scene scene{business, person, dice, history};
      tell_story(scene, moment(business, dice, day));
    }
  }
  return std::move(history).lines_before(settings.until);
}

}  // namespace

std::vector<std::string> tenant_names() {
  std::vector<std::string> names;
  for (const Business& business : businesses()) names.emplace_back(business.tenant);
  return names;
}

Result<std::vector<std::string>> make_sample(const Settings& settings) {
  const auto known = tenant_names();
  for (const std::string& tenant : settings.tenants) {
    if (std::find(known.begin(), known.end(), tenant) != known.end()) continue;
    std::string message = "no sample tenant '" + tenant + "'; there are:";
    for (const std::string& name : known) message += " " + name;
    return rejected("tenant", message);
  }
  std::vector<History::Line> all;
  for (const Business& business : businesses()) {
    const auto& wanted = settings.tenants;
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), business.tenant) == wanted.end()) continue;
    auto lines = history_of(business, settings);
    std::move(lines.begin(), lines.end(), std::back_inserter(all));
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.time < b.time; });
  std::vector<std::string> texts;
  texts.reserve(all.size());
  for (auto& line : all) texts.push_back(std::move(line.json));
  return texts;
}

}  // namespace trunkline::sample
