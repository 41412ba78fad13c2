#include "ops/bench/office_story.hpp"

#include <algorithm>
#include <array>
#include <random>

#include "ops/bench/story_document.hpp"

namespace trunkline::bench {
namespace {

constexpr std::int64_t first_us = 1'767'225'600'000'000;  // 2026-01-01
constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t span_us = 90 * 86'400 * second_us;
constexpr std::size_t events_a_person = 20;  // about
constexpr std::size_t batch_events = 10'000;

enum class Type : std::uint8_t {
  captured,
  called,
  connected,
  ended,
  analyzed,
  received,
  sent,
  resolved,
  touched,
  staged,
  booked,
  completed,
  converted
};
constexpr std::array<std::string_view, 13> type_names = {
    "lead.captured",      "call.started",       "call.connected",     "call.ended",
    "call.analyzed",      "message.received",   "message.sent",       "conversation.resolved",
    "touch.recorded",     "lead.stage_changed", "appointment.booked", "appointment.completed",
    "conversion.recorded"};

struct Told {
  std::uint32_t person;
  std::uint16_t tenant;
  Type type;
  std::uint8_t episode;  // which of the person's: the call, the conversation
  std::uint8_t number;   // which event of the episode
  std::int64_t time_us;
  std::int64_t arrives_us;
};

class Office {
 public:
  explicit Office(const OfficeSize& size) : size_(size) {}

  std::vector<Told> story() {
    const std::size_t persons = std::max<std::size_t>(1, size_.events / events_a_person);
    const auto tenants = tenants_of_persons(persons, size_.tenants, random_);
    for (person_ = 0; person_ < persons; ++person_) {
      tenant_ = tenants[person_];
      live();
    }
    const auto order = [this](const Told& a, const Told& b) {
      if (size_.arrival == OfficeSize::Arrival::close && a.person != b.person) return a.person < b.person;
      return a.arrives_us < b.arrives_us;
    };
    std::stable_sort(told_.begin(), told_.end(), order);
    return std::move(told_);
  }

  Draft draft(const Told& told) {
    const std::string person = std::to_string(told.person);
    const std::string episode = person + "-" + std::to_string(told.episode);
    const std::string name = episode + "-" + std::to_string(told.number);
    const bool message = told.type == Type::received || told.type == Type::sent;
    return story_draft(
        {"tenant-" + std::to_string(told.tenant), token_of(told.person), "evt-" + name,
         message ? "msg-" + name : "sub-" + episode, type_names[static_cast<std::size_t>(told.type)],
         told.time_us},
        [&](json::Writer& json) { members(json, told, episode); }, random_);
  }

 private:
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  bool chance(std::size_t percent) { return below(100) < percent; }

  void begin() {
    time_us_ = first_us + static_cast<std::int64_t>(below(span_us / second_us)) * second_us;
    ++episode_;
    number_ = 0;
  }

  void tell(Type type) {
    Told told{person_, tenant_, type, episode_, number_++, time_us_, time_us_};
    time_us_ += static_cast<std::int64_t>(5 + below(90)) * second_us;
    if (size_.arrival == OfficeSize::Arrival::spread)
      told.arrives_us = first_us + static_cast<std::int64_t>(below(span_us / second_us)) * second_us;
    told_.push_back(told);
    if (!chance(2)) return;
    told.arrives_us += static_cast<std::int64_t>(below(7 * 86'400)) * second_us;
    told_.push_back(told);
  }

  void episode(std::initializer_list<Type> types) {
    begin();
    for (const Type type : types) tell(type);
  }

  void live() {
    episode_ = 0;
    episode({Type::captured});
    for (std::size_t calls = 1 + below(3); calls > 0; --calls) {
      if (chance(30))
        episode({Type::called, Type::ended});
      else
        episode({Type::called, Type::connected, Type::ended, Type::analyzed});
    }
    for (std::size_t chats = below(3); chats > 0; --chats) {
      begin();
      for (std::size_t turns = 2 + below(4); turns > 0; --turns) tell(Type::received), tell(Type::sent);
      if (chance(60)) tell(Type::resolved);
    }
    if (chance(60)) episode({Type::touched});
    for (std::size_t stages = below(3); stages > 0; --stages) episode({Type::staged});
    if (chance(35)) episode({Type::booked, Type::completed});
    if (chance(20)) episode({Type::converted});
  }

  static void members(json::Writer& json, const Told& told, const std::string& episode) {
    const std::size_t mix = told.person * 31 + told.episode * 7;
    const std::string agent = "agent-" + std::to_string(mix % 12);
    switch (told.type) {
      case Type::captured:
        json.key("source").string(mix % 2 == 0 ? "website_quote" : "ad_campaign");
        return;
      case Type::called:
        json.key("direction").string(mix % 3 == 0 ? "inbound" : "outbound");
        json.key("agent_id").string(agent).key("provider").string("retell");
        return;
      case Type::connected:
        return;
      case Type::ended:
        json.key("direction").string(mix % 3 == 0 ? "inbound" : "outbound").key("agent_id").string(agent);
        json.key("duration_ms").number(static_cast<std::int64_t>(mix * 977 % 300'000));
        json.key("disposition").string(mix % 4 == 0 ? "no_answer" : "reached");
        return;
      case Type::analyzed:
        json.key("analysis").open('{').key("outcome").string(mix % 3 == 0 ? "positive" : "neutral");
        json.key("sentiment").raw("0.25").close('}');
        return;
      case Type::received:
      case Type::sent:
        json.key("channel").string(mix % 2 == 0 ? "whatsapp" : "chat");
        json.key("conversation_id").string("sub-" + episode);
        if (told.type == Type::sent) json.key("role").string("assistant").key("agent_id").string(agent);
        return;
      case Type::resolved:
        json.key("resolved_by").string("ai");
        return;
      case Type::touched:
        json.key("kind").string("page_view").key("campaign").string("campaign-" + std::to_string(mix % 9));
        return;
      case Type::staged:
        json.key("stage").string(mix % 2 == 0 ? "contacted" : "qualified");
        return;
      case Type::booked:
      case Type::completed:
        json.key("kind").string("demo").key("agent_id").string(agent);
        return;
      case Type::converted:
        json.key("value").string(std::to_string(40 + mix % 200) + ".50").key("currency").string("USD");
        json.key("agent_id").string(agent);
    }
  }

  OfficeSize size_;
  std::mt19937 random_{42};
  std::vector<Told> told_;
  std::uint32_t person_ = 0;
  std::uint16_t tenant_ = 0;
  std::uint8_t episode_ = 0, number_ = 0;
  std::int64_t time_us_ = 0;
};

}  // namespace

std::optional<OfficeSize::Arrival> arrival_named(std::string_view story) {
  if (story == "close") return OfficeSize::Arrival::close;
  if (story == "time") return OfficeSize::Arrival::by_time;
  if (story == "spread") return OfficeSize::Arrival::spread;
  return std::nullopt;
}

void tell_office(const OfficeSize& size, const std::function<void(std::vector<Draft>)>& arrived) {
  Office office(size);
  std::vector<Draft> drafts;
  for (const Told& told : office.story()) {
    drafts.push_back(office.draft(told));
    if (drafts.size() == batch_events) arrived(std::exchange(drafts, {}));
  }
  if (!drafts.empty()) arrived(std::move(drafts));
}

}  // namespace trunkline::bench
