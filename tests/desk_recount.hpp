// The lead desk counted a second time, by somebody who has not read how it folds: collect the events, keep
// the newest statement of each fact, sort, count. It includes no header of projections/ and knows only the
// desk's definition:
//
//   a fact is (type, subject) of one contact, for lead.… events (type, source, id); newest = greatest (time,
//   content hash); the contact is the event's first token; events without one do not count.
//
// Rows are lines of columns joined by '|', NULL empty, times in microseconds, sorted; desk_queries gives the
// same from the desk's views.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "core/event.hpp"

namespace trunkline::testing {

inline constexpr std::string_view desk_queries[] = {
    "SELECT tenant, contact, stage, source, (extract(epoch FROM first_seen) * 1000000)::bigint, "
    "(extract(epoch FROM last_contact) * 1000000)::bigint, calls, answered, talk_ms, messages_in, "
    "messages_out, "
    "first_response_ms, touches, value, (extract(epoch FROM converted_at) * 1000000)::bigint FROM "
    "lead_desk.leads",
    "SELECT tenant, agent, day, calls, answered, talk_ms, conversions FROM lead_desk.agent_day",
    "SELECT tenant, channel, day, hour, inbound, outbound FROM lead_desk.channel_hour",
    "SELECT tenant, campaign, conversions, value FROM lead_desk.attribution"};

class DeskRecount {
 public:
  // A stored document.
  void collect(const std::string& document) {
    const std::string padded = document + std::string(json::padding, '\0');
    const auto event = view_event(parser_, std::string_view{padded}.substr(0, document.size()));
    if (!event || event->contacts.empty() || !relevant().contains(event->type)) return;
    Statement statement{std::string{event->type}, to_micros(event->time), event->stamp.tie, {}};
    for (const auto [name, value] : event->data)
      if (const auto text = value.as_string())
        statement.fields[std::string{name}] = *text;
      else if (const auto number = value.as_integer())
        statement.fields[std::string{name}] = std::to_string(*number);
    const bool of_lead = event->type.starts_with("lead.");
    const auto key =
        std::tuple{std::string{event->type}, std::string{of_lead ? event->source : event->subject},
                   std::string{of_lead ? event->id : ""}};
    auto& known = contacts_[{std::string{event->tenant}, std::string{event->first_contact()}}];
    const auto at = known.find(key);
    if (at == known.end())
      known.emplace(key, std::move(statement));
    else if (std::tie(at->second.time, at->second.tie) < std::tie(statement.time, statement.tie))
      at->second = std::move(statement);
  }

  // In the order of desk_queries.
  std::vector<std::vector<std::string>> rows() {
    std::vector<std::string> leads;
    agent_days_.clear();
    channel_hours_.clear();
    campaigns_.clear();
    for (const auto& [contact, facts] : contacts_) leads.push_back(lead_line(contact, facts));
    std::vector<std::vector<std::string>> all{leads, lines(agent_days_), lines(channel_hours_), {}};
    for (const auto& [key, sums] : campaigns_)
      all[3].push_back(key + '|' + std::to_string(sums[0]) + '|' + money(sums[1]));
    for (auto& table : all) std::sort(table.begin(), table.end());
    return all;
  }

 private:
  struct Statement {
    std::string type;
    std::int64_t time;
    std::uint64_t tie;
    std::map<std::string, std::string> fields;

    std::string field(const std::string& name, const std::string& otherwise = "(none)") const {
      const auto at = fields.find(name);
      return at == fields.end() || at->second.empty() ? otherwise : at->second;
    }
    std::int64_t number(const std::string& name) const { return std::atoll(field(name, "0").c_str()); }
    std::int64_t value_e4() const {
      return std::llround(std::strtold(field("value", "0").c_str(), nullptr) * 10000);
    }
  };
  using ContactKey = std::pair<std::string, std::string>;
  using Facts = std::map<std::tuple<std::string, std::string, std::string>, Statement>;
  using Sums = std::map<std::string, std::vector<std::int64_t>>;

  static const std::set<std::string_view>& relevant() {
    static const std::set<std::string_view> types{
        "lead.captured",  "call.started",       "call.ended",         "message.received",   "message.sent",
        "touch.recorded", "lead.stage_changed", "appointment.booked", "conversion.recorded"};
    return types;
  }

  static std::string money(std::int64_t e4) {
    char text[40];
    std::snprintf(text, sizeof text, "%lld.%04lld", static_cast<long long>(e4 / 10000),
                  static_cast<long long>(e4 % 10000));
    return text;
  }
  static std::string day(std::int64_t time) { return format_time(from_micros(time)).substr(0, 10); }
  static std::string hour(std::int64_t time) {
    return std::to_string(std::atoi(format_time(from_micros(time)).substr(11, 2).c_str()));
  }
  static void count(Sums& sums, const std::string& key, std::vector<std::int64_t> more) {
    auto& row = sums[key];
    row.resize(more.size());
    for (std::size_t i = 0; i < more.size(); ++i) row[i] += more[i];
  }
  static std::vector<std::string> lines(const Sums& sums) {
    std::vector<std::string> lines;
    for (const auto& [key, values] : sums) {
      std::string line = key;
      for (const std::int64_t value : values) line += '|' + std::to_string(value);
      lines.push_back(std::move(line));
    }
    return lines;
  }

  void count_sums(const std::string& tenant, const Statement& s) {
    const std::string agent_key = tenant + '|' + s.field("agent_id") + '|' + day(s.time);
    const auto channel_key = [&](const std::string& channel) {
      return tenant + '|' + channel + '|' + day(s.time) + '|' + hour(s.time);
    };
    if (s.type == "call.ended") {
      const bool reached = s.field("disposition") == "reached";
      count(agent_days_, agent_key, {1, reached, reached ? s.number("duration_ms") : 0, 0});
    } else if (s.type == "conversion.recorded") {
      count(agent_days_, agent_key, {0, 0, 0, 1});
    } else if (s.type == "call.started") {
      const bool inbound = s.field("direction") == "inbound";
      count(channel_hours_, channel_key("voice"), {inbound, !inbound});
    } else if (s.type == "message.received") {
      count(channel_hours_, channel_key(s.field("channel")), {1, 0});
    } else if (s.type == "message.sent") {
      count(channel_hours_, channel_key(s.field("channel")), {0, 1});
    }
  }

  std::string lead_line(const ContactKey& contact, const Facts& facts) {
    std::vector<const Statement*> story;
    for (const auto& [key, statement] : facts) story.push_back(&statement);
    std::sort(story.begin(), story.end(), [](const Statement* a, const Statement* b) {
      return std::tie(a->time, a->tie) < std::tie(b->time, b->tie);
    });
    std::string stage, source, campaign = "(none)";
    std::optional<std::int64_t> last_contact, first_outbound, converted_at;
    std::int64_t calls = 0, answered = 0, talk_ms = 0, in = 0, out = 0, touches = 0, value = 0;
    bool captured = false;
    // A touch at the same moment as a conversion comes before it: "not after".
    std::stable_sort(story.begin(), story.end(), [](const Statement* a, const Statement* b) {
      return std::pair{a->time, a->type == "conversion.recorded"} <
             std::pair{b->time, b->type == "conversion.recorded"};
    });
    for (const Statement* s : story) {
      count_sums(contact.first, *s);
      if (s->type == "lead.captured" && !std::exchange(captured, true)) source = s->field("source", "");
      const bool call = s->type.starts_with("call."), message = s->type.starts_with("message.");
      if (call || message) last_contact = s->time;
      const bool outbound =
          s->type == "message.sent" || (s->type == "call.started" && s->field("direction") != "inbound");
      if (outbound && !first_outbound) first_outbound = s->time;
      in += s->type == "message.received";
      out += s->type == "message.sent";
      if (s->type == "call.ended") {
        ++calls;
        if (s->field("disposition") == "reached") ++answered, talk_ms += s->number("duration_ms");
      }
      if (s->type == "touch.recorded") ++touches, campaign = s->field("campaign");
      if (s->type == "conversion.recorded") {
        if (!converted_at) converted_at = s->time;
        value += s->value_e4();
        count(campaigns_, contact.first + '|' + campaign, {1, s->value_e4()});
      }
    }
    std::sort(story.begin(), story.end(), [](const Statement* a, const Statement* b) {
      return std::tie(a->time, a->tie) < std::tie(b->time, b->tie);
    });
    for (const Statement* s : story)
      if (s->type == "lead.captured")
        stage = "new";
      else if (s->type == "lead.stage_changed")
        stage = s->field("stage");
      else if (s->type == "conversion.recorded")
        stage = "converted";
    const auto text = [](std::optional<std::int64_t> number) {
      return number ? std::to_string(*number) : "";
    };
    const std::int64_t first = story.front()->time;
    std::optional<std::int64_t> response;
    if (first_outbound) response = (*first_outbound - first) / 1000;
    std::string line =
        contact.first + '|' + contact.second + '|' + stage + '|' + source + '|' + std::to_string(first);
    line += '|' + text(last_contact);
    for (const std::int64_t n : {calls, answered, talk_ms, in, out}) line += '|' + std::to_string(n);
    return line + '|' + text(response) + '|' + std::to_string(touches) + '|' + money(value) + '|' +
           text(converted_at);
  }

  json::Parser parser_;
  std::map<ContactKey, Facts> contacts_;
  Sums agent_days_, channel_hours_, campaigns_;
};

}  // namespace trunkline::testing
