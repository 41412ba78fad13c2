#include <cmath>

#include "ops/sample/story.hpp"

namespace trunkline::sample {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Ending {
  std::string_view disposition;
  double weight;
  double talk_median_s;
};
constexpr Ending outbound_endings[] = {
    {"reached", 46, 0},        {"voicemail", 24, 24},         {"no_answer", 18, 0}, {"busy", 4, 0},
    {"not_interested", 5, 41}, {"callback_requested", 2, 33}, {"dnc", 1, 18},
};
constexpr Ending inbound_endings[] = {{"reached", 88, 0}, {"no_answer", 7, 0}, {"callback_requested", 5, 50}};

const Ending& ending_of(Dice& dice, std::span<const Ending> endings) {
  double weights[8] = {};
  for (std::size_t i = 0; i < endings.size(); ++i) weights[i] = endings[i].weight;
  return endings[dice.weighted(std::span{weights}.first(endings.size()))];
}

Data about(const Scene& scene, std::string_view agent, std::string_view direction) {
  const bool inbound = direction == "inbound";
  Data data;
  data.contact(scene.person, Known::phone).text("direction", direction).text("agent_id", agent);
  data.text("from", inbound ? std::string_view{scene.person.phone} : scene.business.line);
  data.text("to", inbound ? scene.business.line : std::string_view{scene.person.phone});
  return data;
}

void analysis(Scene& scene, Time at, const std::string& call, bool happy) {
  const auto& said = scene.dice.pick(scene.business.exchanges);
  Data data;
  data.text("outcome", happy ? "positive" : "neutral");
  data.real("sentiment", std::round(scene.dice.unit() * 100 - (happy ? 10 : 60)) / 100);
  data.real("confidence", 0.7 + std::round(scene.dice.unit() * 29) / 100);
  data.text("summary", std::string{"Asked: "} + std::string{said.question});
  Data whole;
  whole.contact(scene.person, Known::phone).object("analysis", data);
  scene.history.tell(at, "call.analyzed", call, whole);
}

Answer place_call(Scene& scene, Time at, std::string_view direction, std::span<const Ending> endings) {
  auto& [business, person, dice, history] = scene;
  const std::string call = history.next_id("call");
  const std::string_view agent = dice.pick(business.agents);
  const Ending& ending = ending_of(dice, endings);
  const bool reached = ending.disposition == "reached";
  const double median_s = reached ? business.call_median_s : ending.talk_median_s;
  const auto talked = milliseconds{median_s > 0 ? std::llround(1000 * dice.log_normal(median_s, 0.7)) : 0};
  const Time connected = at + seconds{dice.between(3, 22)};
  const Time ended = connected + talked;
  const bool happy = reached && dice.chance(0.7);

  history.tell(at, "call.started", call,
               about(scene, agent, direction).text("call_type", business.call_type));
  if (talked.count() > 0) history.tell(connected, "call.connected", call, about(scene, agent, direction));
  Data end = about(scene, agent, direction);
  end.number("duration_ms", talked.count()).text("disposition", ending.disposition);
  if (reached) end.text("outcome", happy ? "positive" : "neutral");
  history.tell(ended, "call.ended", call, end);
  if (reached) analysis(scene, ended + seconds{4}, call, happy);
  if (reached && dice.chance(business.chances.rates)) {
    Data rating;
    rating.contact(person, Known::phone).number("rating", happy ? dice.between(4, 5) : dice.between(1, 4));
    history.tell(ended + seconds{dice.between(30, 600)}, "call.rated", call, rating);
  }
  return {ended, reached, ending.disposition == "dnc", std::string{agent}};
}

}  // namespace

Answer outbound_call(Scene& scene, Time at) {
  return place_call(scene, at, "outbound", outbound_endings);
}

Answer inbound_call(Scene& scene, Time at) {
  return place_call(scene, at, "inbound", inbound_endings);
}

}  // namespace trunkline::sample
