// The leads model once more, from the whole history at once, in the simplest form. It includes no header of
// projections/ and knows only the rules.
#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/event.hpp"
#include "tests/builders.hpp"

namespace trunkline::testing {
namespace leads_oracle {

struct Told {
  std::string tenant, type, family, subject, who, other;
  std::pair<std::int64_t, std::uint64_t> stamp;
  std::map<std::string, std::string> said;
  std::vector<std::string> provider_ids;
};

inline Told told(const TestEvent& event) {
  std::string document = event.document();
  const std::size_t size = document.size();
  document.append(json::padding, '\0');
  json::Parser parser;
  const auto view = view_event(parser, std::string_view{document}.substr(0, size));
  Told told;
  told.tenant = view->tenant;
  told.type = view->type;
  told.family = view->family();
  told.subject =
      told.family == "lead" ? std::string{view->type} + std::string{view->id} : std::string{view->subject};
  told.who = view->first_contact();
  const std::size_t blank = view->contacts.find(' ');
  if (blank != std::string_view::npos) told.other = view->contacts.substr(blank + 1);
  told.stamp = {view->stamp.time_us, view->stamp.tie};
  for (const auto [name, value] : view->data) {
    if (const auto text = value.as_string()) told.said[std::string{name}] = *text;
    if (const auto number = value.as_integer()) told.said[std::string{name}] = std::to_string(*number);
  }
  if (const auto ids = view->data.object("provider_ids"))
    for (const auto [kind, id] : *ids) told.provider_ids.emplace_back(id.as_string().value_or(""));
  return told;
}

using Story = std::vector<const Told*>;
using Test = std::function<bool(const Told&)>;

inline const Told* newest(const Story& story, const Test& test) {
  const Told* found = nullptr;
  for (const Told* told : story)
    if (test(*told) && (found == nullptr || found->stamp < told->stamp)) found = told;
  return found;
}

inline std::string newest_said(
    const Story& story, const std::string& name, const Test& test = [](const Told&) { return true; }) {
  const Told* found = newest(story, [&](const Told& told) { return told.said.contains(name) && test(told); });
  return found == nullptr ? "" : found->said.at(name);
}

inline bool any(const Story& story, std::string_view type) {
  return std::any_of(story.begin(), story.end(), [&](const Told* told) { return told->type == type; });
}

struct Counted {
  std::int64_t calls = 0, attempts = 0, answered = 0, talk = 0, in = 0, out = 0, touches = 0, conversions = 0,
               value = 0, appointments = 0;
  std::vector<std::int64_t> seen, contact, call, outbound, activity, converted;
};

inline std::int64_t moment(const Story& fact) {
  static const std::set<std::string> defining = {"call.started",        "message.received",
                                                 "message.sent",        "appointment.booked",
                                                 "conversion.recorded", "touch.recorded"};
  if (const Told* said = newest(
          fact, [](const Told& told) { return told.family == "lead" || defining.contains(told.type); }))
    return said->stamp.first;
  std::int64_t earliest = INT64_MAX;
  for (const Told* told : fact) {
    const bool ended = told->type == "call.ended";
    earliest = std::min<std::int64_t>(
        earliest, told->stamp.first - (ended ? std::stoll(told->said.at("duration_ms")) * 1000 : 0));
  }
  return earliest;
}

inline void count_call(const Story& fact, std::int64_t at, Counted& to) {
  to.contact.push_back(at);
  to.call.push_back(at);
  if (newest_said(fact, "direction") == "outbound") {
    ++to.attempts;
    to.outbound.push_back(at);
  }
  if (!any(fact, "call.ended")) return;
  ++to.calls;
  if (newest_said(fact, "disposition") != "reached") return;
  ++to.answered;
  to.talk += std::stoll(newest_said(fact, "duration_ms"));
}

inline void count(const Story& fact, Counted& to) {
  const std::int64_t at = moment(fact);
  const std::string& family = fact.front()->family;
  to.seen.push_back(at);
  if (family == "lead") return;
  const bool sold =
      family != "conversion" || (any(fact, "conversion.recorded") && !any(fact, "conversion.reversed"));
  if (sold) to.activity.push_back(at);
  if (family == "call") count_call(fact, at, to);
  if (family == "message") {
    const bool sent = any(fact, "message.sent");
    ++(sent ? to.out : to.in);
    to.contact.push_back(at);
    if (sent) to.outbound.push_back(at);
  }
  if (family == "touch") ++to.touches;
  if (family == "touch") return;
  if (family == "appointment")
    to.appointments += newest(fact, [](const Told&) { return true; })->type != "appointment.cancelled";
  if (family != "conversion" || !sold) return;
  ++to.conversions;
  // "17.5" in 1/10000 units; a reversal's value is a statement as well
  to.value += static_cast<std::int64_t>(std::stod(newest_said(fact, "value")) * 10'000);
  to.converted.push_back(at);
}

class People {
 public:
  explicit People(const Story& story) {
    for (const Told* told : story) {
      for (const std::string& who : {told->who, told->other})
        if (!who.empty()) all_.insert(who);
      if (told->type == "lead.linked" && told->who != told->other) links_.push_back(told);
      if (told->type == "lead.unlinked") unlinks_.push_back(told);
    }
  }
  const std::set<std::string>& all() const { return all_; }

  std::set<std::string> lead_of(const std::string& who) const {
    std::set<std::string> members{who};
    std::vector<std::string> todo;
    if (!shared(who)) todo.push_back(who);
    while (!todo.empty()) {
      const std::string at = todo.back();
      todo.pop_back();
      for (const std::string& peer : peers(at))
        if (!shared(peer) && members.insert(peer).second) todo.push_back(peer);
    }
    return members;
  }

 private:
  bool live(const Told& link) const {
    return std::none_of(unlinks_.begin(), unlinks_.end(), [&](const Told* unlink) {
      if (unlink->who != link.who && unlink->who != link.other) return false;
      const bool outranks = unlink->said.at("by") == "person" && link.said.at("by") == "inferred";
      return outranks || unlink->stamp >= link.stamp;
    });
  }
  std::set<std::string> peers(const std::string& who) const {
    std::set<std::string> peers;
    for (const Told* link : links_) {
      if (link->who != who && link->other != who) continue;
      if (live(*link)) peers.insert(link->who == who ? link->other : link->who);
    }
    return peers;
  }
  bool shared(const std::string& who) const {
    std::map<char, int> of_kind;
    for (const std::string& peer : peers(who))
      if (++of_kind[peer.front()] > 8) return true;
    return false;
  }
  std::set<std::string> all_;
  Story links_, unlinks_;
};

inline std::string first(const std::vector<std::int64_t>& moments) {
  return moments.empty() ? "" : std::to_string(*std::min_element(moments.begin(), moments.end()));
}
inline std::string last(const std::vector<std::int64_t>& moments) {
  return moments.empty() ? "" : std::to_string(*std::max_element(moments.begin(), moments.end()));
}

inline std::string stage_of(const Story& about, const Counted& counted) {
  const Told* stated = newest(about, [](const Told& told) { return told.type == "lead.stage_changed"; });
  if (!counted.converted.empty()) {
    const std::int64_t converted = *std::max_element(counted.converted.begin(), counted.converted.end());
    if (stated == nullptr || converted >= stated->stamp.first) return "converted";
  }
  return stated == nullptr ? "new" : stated->said.at("stage");
}

inline bool opted_out(const Story& about) {
  std::optional<std::pair<std::int64_t, bool>> newest_word;
  for (const Told* told : about)
    if (told->type == "lead.opted_out" || told->type == "lead.opted_in")
      newest_word =
          std::max(newest_word, std::optional{std::pair{told->stamp.first, told->type == "lead.opted_out"}});
  return newest_word && newest_word->second;
}

inline std::string line_of(const std::string& tenant, const std::set<std::string>& members,
                           const Story& story, const std::vector<Story>& facts) {
  Story about;
  for (const Told* told : story)
    if (members.contains(told->who)) about.push_back(told);
  Counted counted;
  for (const Story& fact : facts) {
    const Told* named = newest(fact, [](const Told& told) { return !told.who.empty(); });
    if (named != nullptr && members.contains(named->who)) count(fact, counted);
  }
  const auto number = [](std::int64_t value) { return std::to_string(value); };
  std::string line;
  for (const std::string& column :
       {tenant,
        *members.begin(),
        std::to_string(members.size()),
        stage_of(about, counted),
        newest_said(about, "line_type", [](const Told& told) { return told.family == "lead"; }),
        std::string{opted_out(about) ? "t" : "f"},
        number(counted.calls),
        number(counted.attempts),
        number(counted.answered),
        number(counted.talk),
        number(counted.in),
        number(counted.out),
        number(counted.touches),
        number(counted.conversions),
        number(counted.value),
        number(counted.appointments),
        first(counted.seen),
        first(counted.contact),
        last(counted.contact),
        last(counted.call),
        first(counted.outbound),
        last(counted.activity),
        first(counted.converted)})
    line += (line.empty() ? "" : "|") + column;
  return line;
}

}  // namespace leads_oracle

// One line for each lead, sorted; as this query gives them.
inline const std::string leads_recounted_sql =
    "SELECT tenant, lead, members, stage, line_type, opted_out, calls, attempts, answered, talk_ms, "
    "messages_in, "
    "messages_out, touches, conversions, value_e4, appointments, "
    "(extract(epoch FROM first_seen) * 1000000)::bigint, (extract(epoch FROM first_contact) * "
    "1000000)::bigint, "
    "(extract(epoch FROM last_contact) * 1000000)::bigint, (extract(epoch FROM last_call) * "
    "1000000)::bigint, "
    "(extract(epoch FROM followed_up_at) * 1000000)::bigint, (extract(epoch FROM last_activity) * "
    "1000000)::bigint, "
    "(extract(epoch FROM converted_at) * 1000000)::bigint FROM leads_v1.leads";

inline std::vector<std::string> leads_recounted(const std::vector<TestEvent>& events) {
  using namespace leads_oracle;
  std::vector<Told> all;
  for (const TestEvent& event : events) all.push_back(told(event));
  std::map<std::string, Story> by_tenant;
  for (const Told& each : all) by_tenant[each.tenant].push_back(&each);
  std::vector<std::string> lines;
  for (const auto& [tenant, story] : by_tenant) {
    std::map<std::pair<std::string, std::string>, Story> by_fact;
    for (const Told* each : story) by_fact[{each->family, each->subject}].push_back(each);
    std::vector<Story> facts;
    for (auto& [key, fact] : by_fact) facts.push_back(std::move(fact));
    const People people(story);
    std::set<std::set<std::string>> leads;
    for (const std::string& who : people.all()) leads.insert(people.lead_of(who));
    for (const auto& members : leads) lines.push_back(line_of(tenant, members, story, facts));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace trunkline::testing
