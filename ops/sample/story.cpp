#include "ops/sample/story.hpp"

namespace trunkline::sample {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

Time local(const Business& business, Time at) {
  return at + hours{business.utc_offset_hours};
}

void touch(Scene& scene, Time at, std::string_view kind, std::string_view campaign, Known known) {
  Data data;
  data.contact(scene.person, known).text("kind", kind).text("campaign", campaign);
  scene.history.tell(at, "touch.recorded", scene.history.next_id("touch"), data);
}

void capture(Scene& scene, Time at, std::string_view source, Known known) {
  Data data;
  data.contact(scene.person, known).text("source", source);
  data.text("first_name", scene.person.first_name).text("last_name", scene.person.last_name);
  scene.history.tell(at, "lead.captured", scene.person.lead_id, data);
}

void stage(Scene& scene, Time at, std::string_view name, std::string_view reason = {}) {
  Data data;
  data.contact(scene.person, Known::phone).text("stage", name);
  if (!reason.empty()) data.text("reason", reason);
  scene.history.tell(at, "lead.stage_changed", scene.person.lead_id, data);
}

// A form on the website: seen, begun, sent; then we call, up to four times.
Answer through_the_form(Scene& scene, Time at) {
  auto& [business, person, dice, history] = scene;
  const std::string_view campaign = dice.pick(business.campaigns);
  touch(scene, at, "page_view", campaign, Known::visitor);
  const Time sent = at + seconds{dice.between(60, 900)};
  if (dice.chance(0.7)) touch(scene, at + seconds{45}, "quote_started", campaign, Known::visitor);
  capture(scene, sent, dice.pick(business.sources),
          dice.chance(0.6) ? Known::everything : Known::phone_and_email);
  Answer answer{sent, false, false, {}};
  Time next = when_open(business, sent + seconds{static_cast<std::int64_t>(dice.log_normal(150, 0.8))});
  for (std::int64_t attempts = dice.between(2, 4); attempts > 0; --attempts) {
    answer = outbound_call(scene, next);
    if (answer.reached || answer.opted_out) break;
    next = when_open(business, answer.ended + hours{dice.between(3, 26)});
  }
  return answer;
}

Answer by_telephone(Scene& scene, Time at) {
  const Answer answer = inbound_call(scene, at);
  if (answer.reached) capture(scene, answer.ended + seconds{6}, "phone_call", Known::phone);
  return answer;
}

// A visitor of the chat; many leave a number, which joins the two.
Answer through_the_chat(Scene& scene, Time at) {
  auto& dice = scene.dice;
  Answer answer = chat(scene, at);
  if (answer.reached && dice.chance(0.6)) {
    capture(scene, answer.ended - seconds{5}, "chat", dice.chance(0.5) ? Known::everything : Known::visitor);
  } else {
    answer.reached = false;
  }
  return answer;
}

void appointment(Scene& scene, Time at) {
  auto& [business, person, dice, history] = scene;
  const std::string id = history.next_id("appointment");
  const Time starts = std::chrono::floor<hours>(when_open(business, at + hours{dice.between(20, 90)}));
  Data data;
  data.contact(person, Known::phone).text("kind", business.appointment_kind);
  data.at("starts_at", starts).at("ends_at", starts + minutes{30});
  history.tell(at, "appointment.booked", id, data);
  if (business.appointment_kind == "viewing") stage(scene, at + seconds{2}, "viewing_booked");
  Data after;
  after.contact(person, Known::phone).text("kind", business.appointment_kind);
  const bool came = dice.chance(0.82);
  history.tell(starts + minutes{32}, came ? "appointment.completed" : "appointment.no_show", id, after);
}

void conversion(Scene& scene, Time at, std::string_view agent) {
  auto& [business, person, dice, history] = scene;
  Data data;
  data.contact(person, dice.chance(0.5) ? Known::email : Known::phone).text("agent_id", agent);
  data.money(dice.log_normal(business.value_median, 0.45), business.currency);
  const std::string order = history.next_id("order");
  history.tell(at, "conversion.recorded", order, data);
  if (dice.chance(0.04)) {
    Data back;
    back.contact(person, Known::phone).text("reason", "cancelled_by_customer");
    history.tell(at + days{1}, "conversion.reversed", order, back);
  }
}

void what_comes_of_it(Scene& scene, const Answer& answer) {
  auto& [business, person, dice, history] = scene;
  Time now = answer.ended + minutes{dice.between(1, 20)};
  stage(scene, answer.ended + seconds{10}, "contacted");
  if (dice.chance(business.chances.texts)) text_thread(scene, now, answer.agent);
  if (dice.chance(0.55)) stage(scene, now + hours{1}, "qualified");
  if (dice.chance(0.3))
    touch(scene, now + hours{3}, "page_view", dice.pick(business.campaigns), Known::visitor);
  if (dice.chance(business.chances.books)) appointment(scene, now);
  if (dice.chance(business.chances.buys)) {
    conversion(scene, now + hours{dice.between(0, 60)}, answer.agent);
  } else if (dice.chance(0.15)) {
    stage(scene, now + days{dice.between(1, 4)}, "lost", "no_need_now");
  } else if (dice.chance(0.25)) {
    inbound_call(scene, when_open(business, now + hours{dice.between(20, 120)}));
  }
}

// Somebody at the desk notices that two contact points are one person, and once in a while was wrong.
void joined_by_hand(Scene& scene, Time at) {
  auto& [business, person, dice, history] = scene;
  Data points;
  points.text("email", person.email);
  Data data;
  data.contact(person, Known::phone).object("other", points).text("by", "person");
  history.tell(at, "lead.linked", person.lead_id, data);
  if (dice.chance(0.15)) {
    Data apart;
    apart.contact(person, Known::email).text("by", "person");
    history.tell(at + hours{5}, "lead.unlinked", person.lead_id, apart);
  }
}

}  // namespace

Time when_open(const Business& business, Time at) {
  Time candidate = at;
  while (true) {
    const Time there = local(business, candidate);
    const auto hour = std::chrono::floor<hours>(there - std::chrono::floor<days>(there)).count();
    const bool sunday = std::chrono::weekday{std::chrono::floor<days>(there)} == std::chrono::Sunday;
    if (business.hours[static_cast<std::size_t>(hour)] >= 1 && !sunday) return candidate;
    candidate = std::chrono::floor<hours>(candidate) + hours{1} + (at - std::chrono::floor<hours>(at));
  }
}

void tell_story(Scene& scene, Time at) {
  auto& [business, person, dice, history] = scene;
  const double doors[] = {business.doors.form, business.doors.call, business.doors.chat};
  const std::size_t door = dice.weighted(doors);
  const Answer answer = door == 0   ? through_the_form(scene, at)
                        : door == 1 ? by_telephone(scene, at)
                                    : through_the_chat(scene, at);
  if (answer.opted_out) {
    Data data;
    data.contact(person, Known::phone).text("channel", "voice");
    history.tell(answer.ended + seconds{3}, "lead.opted_out", person.lead_id, data);
    stage(scene, answer.ended + seconds{4}, "dnc", "asked_not_to_be_called");
  } else if (answer.reached) {
    what_comes_of_it(scene, answer);
    if (dice.chance(0.05)) joined_by_hand(scene, answer.ended + hours{2});
  }
}

}  // namespace trunkline::sample
