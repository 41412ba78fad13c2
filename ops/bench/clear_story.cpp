#include "ops/bench/clear_story.hpp"

#include "core/json.hpp"

namespace trunkline::bench {
namespace {

constexpr std::int64_t day_us = 86'400'000'000;
constexpr std::size_t days = 90;
constexpr std::int64_t opening_us = day_us / 3, open_us = day_us * 10 / 24;  // from 08:00 for ten hours
constexpr std::size_t events_a_person = 12;
constexpr std::string_view first_names[] = {"Ann", "Bo", "Cleo", "Dan", "Eve", "Finn", "Gil", "Hana"};
constexpr std::string_view last_names[] = {"Abel", "Brook", "Castle", "Diaz", "Egede", "Falk", "Gray"};

}  // namespace

ClearStory::ClearStory(std::size_t tenants, std::size_t persons, Time end)
    : first_us_((to_micros(end) / day_us - static_cast<std::int64_t>(days)) * day_us),
      rank_of_(persons),
      told_of_(persons) {
  std::vector<double> weights;
  for (std::size_t rank = 1; rank <= tenants; ++rank) weights.push_back(1.0 / static_cast<double>(rank));
  std::discrete_distribution<std::size_t> choose(weights.begin(), weights.end());
  for (std::size_t& rank : rank_of_) rank = choose(random_) + 1;
}

std::string ClearStory::tenant(std::size_t rank) {
  return "office-" + std::to_string(rank);
}

std::string ClearStory::phone(std::size_t person) {
  return "+1415" + std::to_string(2'000'000 + person);
}

std::size_t ClearStory::somebody_of(std::size_t rank) {
  for (;;)
    if (const std::size_t person = below(newcomers_); rank_of_[person] == rank) return person;
}

std::size_t ClearStory::events() const {
  return rank_of_.size() * events_a_person;
}

std::int64_t ClearStory::next_us() {
  const auto all = static_cast<std::int64_t>(events());
  const std::int64_t open_so_far_us =
      static_cast<std::int64_t>(told_++) * (std::int64_t{days} * open_us / all);
  return first_us_ + open_so_far_us / open_us * day_us + opening_us + open_so_far_us % open_us;
}

ClearStory::Said ClearStory::capture() {
  return {"lead.captured",
          {{"first_name", std::string{first_names[below(std::size(first_names))]}},
           {"last_name", std::string{last_names[below(std::size(last_names))]}},
           {"source", below(2) == 0 ? "website_quote" : "ad_campaign"}}};
}

ClearStory::Said ClearStory::anything(std::size_t person) {
  const std::string agent = "agent-" + std::to_string(below(12));
  const bool inbound = below(3) == 0;
  switch (below(12)) {
    case 0:
    case 1:
    case 2:
      return {"call.ended",
              {{"direction", inbound ? "inbound" : "outbound"},
               {"agent_id", agent},
               {"disposition", below(4) == 0 ? "no_answer" : "reached"}}};
    case 3:
    case 4:
    case 5:
    case 6:
      return {inbound ? "message.received" : "message.sent",
              {{"channel", below(2) == 0 ? "sms" : "chat"},
               {"conversation_id", "talk-" + std::to_string(person)},
               {"content", "Could you send the offer once more, with a price for two?"}}};
    case 7:
    case 8:
      return {"touch.recorded",
              {{"kind", "page_view"}, {"campaign", "campaign-" + std::to_string(below(9))}}};
    case 9:
      return {"lead.stage_changed", {{"stage", below(2) == 0 ? "contacted" : "qualified"}}};
    case 10:
      return {"appointment.booked", {{"kind", "demo"}}};
    default:
      return {"conversion.recorded",
              {{"value", std::to_string(40 + below(200)) + ".50"}, {"currency", "USD"}, {"agent_id", agent}}};
  }
}

void ClearStory::append(std::string& ndjson) {
  const bool newcomer = newcomers_ * events_a_person <= told_ && newcomers_ < rank_of_.size();
  const std::size_t person = newcomer ? newcomers_++ : below(newcomers_);
  const std::string name = std::to_string(person) + "-" + std::to_string(told_of_[person]++);
  const Said said = newcomer ? capture() : anything(person);
  json::Writer json(ndjson);
  json.open('{').key("specversion").string("1.0").key("id").string(name).key("source").string("/bench");
  json.key("type").string(said.type).key("subject").string(name);
  json.key("time").string(format_time(from_micros(next_us())));
  json.key("tenantid").string(tenant(rank_of_[person])).key("data").open('{');
  json.key("contact").open('{').key("phone").string(phone(person)).close('}');
  for (const auto& [member, value] : said.members) json.key(member).string(value);
  if (said.type == "call.ended") json.key("duration_ms").number(static_cast<std::int64_t>(below(300'000)));
  json.close('}').close('}');
  ndjson.push_back('\n');
}

}  // namespace trunkline::bench
