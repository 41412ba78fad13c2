// The conversion model once more, from the whole history at once, in the simplest form. It includes no header
// of projections/ and knows only the rules; who is who is the leads' oracle's business.
#pragma once
#include "tests/leads_oracle.hpp"

namespace trunkline::testing {
namespace conversion_oracle {

using leads_oracle::Story;
using leads_oracle::Told;

struct Touch {
  std::int64_t at;
  std::string kind, source;
  auto operator<=>(const Touch&) const = default;
};

struct Known {
  std::optional<std::int64_t> captured, seen, reached, attempt, response, converted;
  std::vector<Touch> touches;
  std::map<std::string, std::int64_t> conversions;
};

inline void first_of(std::optional<std::int64_t>& known, std::int64_t at) {
  known = known ? std::min(*known, at) : at;
}

inline bool reached(const Story& call) {
  return leads_oracle::any(call, "call.ended") && leads_oracle::newest_said(call, "disposition") == "reached";
}

struct Moment {
  std::int64_t at;
  bool attempt = false, reached = false;
};

// One fact's part in its contact's story.
inline void note(const Story& fact, Known& to, std::vector<Moment>& moments) {
  const std::string& family = fact.front()->family;
  const std::int64_t at = leads_oracle::moment(fact);
  if (family == "lead" || family == "touch") {
    const Told* newest = leads_oracle::newest(fact, [](const Told&) { return true; });
    const bool restated = newest->type == "lead.linked" || newest->type == "lead.unlinked";
    for (const Told* told : fact) first_of(to.seen, restated ? told->stamp.first : at);
    if (newest->type == "lead.captured") first_of(to.captured, newest->stamp.first);
    if (family == "touch")
      to.touches.push_back({newest->stamp.first, newest->said.contains("kind") ? newest->said.at("kind") : "",
                            newest->said.contains("source") ? newest->said.at("source") : ""});
  } else if (family == "call") {
    first_of(to.seen, at);
    const bool attempt = leads_oracle::newest_said(fact, "direction") == "outbound";
    moments.push_back({at, attempt, reached(fact)});
    if (reached(fact)) to.touches.push_back({at, "call_completed", ""});
  } else if (family == "conversion") {
    if (!leads_oracle::any(fact, "conversion.recorded") || leads_oracle::any(fact, "conversion.reversed"))
      return;
    first_of(to.seen, at);
    first_of(to.converted, at);
    to.conversions[fact.front()->subject] = at;
  }
}

inline Known known_of(const std::set<std::string>& members, const std::vector<Story>& facts) {
  Known known;
  std::vector<Moment> moments;
  for (const Story& fact : facts) {
    const Told* named = leads_oracle::newest(fact, [](const Told& told) { return !told.who.empty(); });
    if (named != nullptr && members.contains(named->who)) note(fact, known, moments);
  }
  const auto since = known.captured ? known.captured : known.seen;
  bool before = false;
  for (const Moment& moment : moments) {
    if (moment.reached) first_of(known.reached, moment.at);
    if (moment.reached && moment.at >= *since) first_of(known.response, moment.at);
    if (moment.reached && moment.at < *since) before = true;
    if (moment.attempt && moment.at >= *since) first_of(known.attempt, moment.at);
  }
  if (before) known.response.reset();
  std::sort(known.touches.begin(), known.touches.end());
  return known;
}

inline std::string shown(const std::optional<std::int64_t>& at) {
  return at ? std::to_string(*at) : "";
}

// The id by which each call is known: ids that stand together in one event are one call, known by the
// smallest of them that an event is about.
inline std::map<std::string, std::string> calls_of(const Story& story) {
  std::map<std::string, std::set<std::string>> beside;
  for (const Told* told : story) {
    if (told->family != "call") continue;
    beside[told->subject];
    for (const std::string& id : told->provider_ids) {
      beside[told->subject].insert(id);
      beside[id].insert(told->subject);
    }
  }
  std::map<std::string, std::string> calls;
  for (const Told* told : story) {
    if (told->family != "call" || calls.contains(told->subject)) continue;
    std::set<std::string> group{told->subject}, subjects;
    for (std::vector<std::string> open{told->subject}; !open.empty();) {
      const std::string id = open.back();
      open.pop_back();
      for (const std::string& other : beside[id])
        if (group.insert(other).second) open.push_back(other);
    }
    for (const Told* each : story)
      if (each->family == "call" && group.contains(each->subject)) subjects.insert(each->subject);
    for (const std::string& subject : subjects) calls[subject] = *subjects.begin();
  }
  return calls;
}

}  // namespace conversion_oracle

struct ConversionRecount {
  std::vector<std::string> leads;     // as conversion_leads_sql gives them
  std::vector<std::string> journeys;  // "tenant|conversion|at kind source, …", touches at one moment sorted
};

inline const std::string conversion_leads_sql =
    "SELECT tenant, lead, members, (extract(epoch FROM coalesce(captured_at, known_at)) * 1000000)::bigint,"
    " (extract(epoch FROM reached_at) * 1000000)::bigint, (extract(epoch FROM attempt_at) * 1000000)::bigint,"
    " (extract(epoch FROM response_at) * 1000000)::bigint, (extract(epoch FROM converted_at) * "
    "1000000)::bigint, conversions, touches FROM leads";

inline const std::string conversion_journeys_sql =
    "SELECT j.tenant, j.conversion, (SELECT string_agg((extract(epoch FROM (t->>'at')::timestamptz) * "
    "1000000)::bigint || ' ' || (t->>'kind') || ' ' || coalesce(t->>'source', ''), ', ' ORDER BY t->>'at',"
    " t->>'kind' COLLATE \"C\", coalesce(t->>'source', '') COLLATE \"C\") FROM"
    " jsonb_array_elements(touches::jsonb) AS t) FROM journeys j";

inline ConversionRecount conversions_recounted(const std::vector<TestEvent>& events) {
  using namespace conversion_oracle;
  std::vector<Told> all;
  for (const TestEvent& event : events) all.push_back(leads_oracle::told(event));
  std::map<std::string, Story> by_tenant;
  for (const Told& each : all) by_tenant[each.tenant].push_back(&each);
  ConversionRecount counted;
  for (const auto& [tenant, story] : by_tenant) {
    std::map<std::pair<std::string, std::string>, Story> by_fact;
    const auto calls = calls_of(story);
    for (const Told* each : story)
      by_fact[{each->family, each->family == "call" ? calls.at(each->subject) : each->subject}].push_back(
          each);
    std::vector<Story> facts;
    for (auto& [key, fact] : by_fact) facts.push_back(std::move(fact));
    const leads_oracle::People people(story);
    for (const std::string& who : people.all()) {
      const auto members = people.lead_of(who);
      if (*members.begin() != who) continue;
      const Known known = known_of(members, facts);
      std::string line = tenant + "|" + who + "|" + std::to_string(members.size());
      for (const auto& at : {known.captured ? known.captured : known.seen, known.reached, known.attempt,
                             known.response, known.converted})
        line += "|" + shown(at);
      counted.leads.push_back(line + "|" + std::to_string(known.conversions.size()) + "|" +
                              std::to_string(known.touches.size()));
      for (const auto& [conversion, at] : known.conversions) {
        std::string touches;
        for (const Touch& touch : known.touches)
          if (touch.at <= at)
            touches += (touches.empty() ? "" : ", ") + std::to_string(touch.at) + " " + touch.kind + " " +
                       touch.source;
        counted.journeys.push_back(tenant + "|" + conversion + "|" + touches);
      }
    }
  }
  std::sort(counted.leads.begin(), counted.leads.end());
  std::sort(counted.journeys.begin(), counted.journeys.end());
  return counted;
}

}  // namespace trunkline::testing
