#include "projections/conversion/lead.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "core/json.hpp"

namespace trunkline::conversion {
namespace {

using Moments = std::map<std::string_view, std::int64_t>;  // by name, the first

Text text(std::string_view value) {
  return value.empty() ? Text{} : Text{value};
}

Instant instant(std::int64_t at_us) {
  return at_us == never_us ? Instant{} : Instant{from_micros(at_us)};
}

void note(Moments& moments, std::string_view name, std::int64_t at_us) {
  const auto [known, fresh] = moments.try_emplace(name, at_us);
  if (!fresh) known->second = std::min(known->second, at_us);
}

std::string json_of(const Moments& moments) {
  std::string json;
  json::Writer out(json);
  out.open('{');
  for (const auto& [name, at_us] : moments) out.key(name).number(at_us);
  out.close('}');
  return json;
}

struct Figures {
  std::int64_t seen_us = never_us, attempt_us = never_us, reached_us = never_us, response_us = never_us;
  std::int64_t talked_us = never_us, booked_us = never_us, converted_us = never_us;
  std::int64_t last_converted_us = INT64_MIN;
  const Entry *capture = nullptr, *stage = nullptr;
  Worth worth;
  Moments stages, steps;
};

// The moments at which an entry tells of an attempt, and of the lead being there.
std::int64_t attempt_us(const Entry& entry) {
  return entry.kind == EntryKind::thread ? entry.answered_us : entry.at_us;
}

class Deriving {
 public:
  explicit Deriving(std::span<const Contact* const> members) : members_(members) {
    for (const Contact* member : members_) {
      seen(member->first_seen_us);
      figures_.worth.merge(member->worth);
      for (const Entry& entry : member->entries) note_entry(entry);
    }
    std::sort(touches_.begin(), touches_.end(), [](const Entry* a, const Entry* b) {
      return a->at_us != b->at_us ? a->at_us < b->at_us : a->id < b->id;
    });
    drop_stated_touches();
    for (const Entry* each : touches_) note(figures_.steps, each->name, each->at_us);
    known_us_ = figures_.capture != nullptr ? figures_.capture->at_us : figures_.seen_us;
    for (const Contact* member : members_)
      for (const Entry& entry : member->entries) note_response(entry);
  }

  Lead take() {
    Lead lead;
    set_row(lead.row);
    std::sort(conversions_.begin(), conversions_.end(),
              [](const Entry* a, const Entry* b) { return a->name < b->name; });
    for (const Entry* conversion : conversions_)
      lead.journeys.push_back({lead.row.tenant, std::string{conversion->name}, journey_of(*conversion)});
    return lead;
  }

 private:
  void seen(std::int64_t at_us) { figures_.seen_us = std::min(figures_.seen_us, at_us); }

  void note_entry(const Entry& entry) {
    seen(std::min(entry.at_us, entry.answered_us));
    if (entry.has(flag_reached)) figures_.reached_us = std::min(figures_.reached_us, entry.at_us);
    if (entry.has(flag_touch) && entry.at_us != never_us) touches_.push_back(&entry);
    if (entry.has(flag_booked)) figures_.booked_us = std::min(figures_.booked_us, entry.at_us);
    switch (entry.kind) {
      case EntryKind::capture: {
        const Entry*& first = figures_.capture;
        if (first == nullptr || entry.stamp < first->stamp) first = &entry;
        return;
      }
      case EntryKind::stage:
        note(figures_.stages, entry.name, entry.at_us);
        if (figures_.stage == nullptr || figures_.stage->stamp < entry.stamp) figures_.stage = &entry;
        return;
      case EntryKind::touch:
        if (entry.about != 0) stated_.emplace(entry.about, entry.name);
        return;
      case EntryKind::alias:
        aliases_.emplace(entry.id, entry.about);
        return;
      case EntryKind::call:
      case EntryKind::thread:
        if (entry.has(flag_touch)) figures_.talked_us = std::min(figures_.talked_us, entry.at_us);
        return;
      case EntryKind::conversion:
        conversions_.push_back(&entry);
        figures_.converted_us = std::min(figures_.converted_us, entry.at_us);
        figures_.last_converted_us = std::max(figures_.last_converted_us, entry.at_us);
        return;
      default:
        return;
    }
  }

  // What is a touch by itself and was stated as one as well, by whichever of a call's ids, counts once.
  void drop_stated_touches() {
    for (const Entry* touch : touches_)
      if (const auto alias = aliases_.find(touch->about); alias != aliases_.end())
        stated_.emplace(alias->second, touch->name);
    std::erase_if(touches_, [&](const Entry* each) {
      return each->kind != EntryKind::touch && stated_.contains({each->id, each->name});
    });
  }

  // What came from the moment on at which the lead was known.
  void note_response(const Entry& entry) {
    if (entry.has(flag_attempt) && attempt_us(entry) >= known_us_)
      figures_.attempt_us = std::min(figures_.attempt_us, attempt_us(entry));
    if (entry.has(flag_reached) && entry.at_us >= known_us_)
      figures_.response_us = std::min(figures_.response_us, entry.at_us);
  }

  std::string stage() const {
    const Entry* stated = figures_.stage;
    if (!conversions_.empty() && (stated == nullptr || figures_.last_converted_us >= stated->stamp.time_us))
      return "converted";
    return stated == nullptr || stated->name.empty() ? "new" : std::string{stated->name};
  }

  void set_row(LeadRow& row) const {
    row.tenant = members_.front()->tenant;
    row.lead = members_.front()->token;
    row.members = static_cast<std::int64_t>(members_.size());
    for (const Contact* member : members_) {
      row.lead = std::min(row.lead, member->token);
      row.visitors += member->token.starts_with('v');
    }
    row.known_at = instant(known_us_);
    if (const Entry* capture = figures_.capture; capture != nullptr) {
      row.captured_at = instant(capture->at_us);
      row.source = text(capture->source);
      row.campaign = text(capture->campaign);
      row.channel = text(capture->channel);
      row.agent_id = text(capture->agent);
      row.own_call = capture->has(flag_own_call);
    }
    if (figures_.worth.stamp.stated()) {
      row.initial_value_e4 = figures_.worth.value_e4;
      row.currency = text(figures_.worth.currency);
    }
    row.attempt_at = instant(figures_.attempt_us);
    row.reached_at = instant(figures_.reached_us);
    if (!row.own_call && figures_.reached_us >= known_us_) row.response_at = instant(figures_.response_us);
    row.talked_at = instant(figures_.talked_us);
    row.booked_at = instant(figures_.booked_us);
    row.converted_at = instant(figures_.converted_us);
    row.conversions = static_cast<std::int64_t>(conversions_.size());
    row.touches = static_cast<std::int64_t>(touches_.size());
    row.stage = stage();
    row.stages = json_of(figures_.stages);
    row.steps = json_of(figures_.steps);
  }

  // A touch that names no source came from where its lead did.
  void write_touch(json::Writer& out, const Entry& touch) const {
    const std::string_view lead_source =
        figures_.capture == nullptr ? std::string_view{} : figures_.capture->source;
    out.open('{').key("at").string(format_time(from_micros(touch.at_us))).key("kind").string(touch.name);
    const auto member = [&](std::string_view name, std::string_view value) {
      if (!value.empty()) out.key(name).string(value);
    };
    member("channel", touch.channel);
    member("agent_id", touch.agent);
    member("script_id", touch.script);
    member("campaign", touch.campaign);
    member("source", touch.source.empty() ? lead_source : touch.source);
    out.close('}');
  }

  std::string journey_of(const Entry& conversion) const {
    const auto end = std::partition_point(touches_.begin(), touches_.end(),
                                          [&](const Entry* each) { return each->at_us <= conversion.at_us; });
    const auto many = std::min<std::ptrdiff_t>(end - touches_.begin(), journey_touches_max);
    std::string json;
    json::Writer out(json);
    out.open('[');
    for (auto at = end - many; at != end; ++at) write_touch(out, **at);
    out.close(']');
    return json;
  }

  struct About {
    std::size_t operator()(const std::pair<std::uint64_t, std::string_view>& key) const { return key.first; }
  };

  std::span<const Contact* const> members_;
  Figures figures_;
  std::vector<const Entry*> touches_, conversions_;
  // What is stated as a touch of its own: the entry it is about, and the kind.
  std::unordered_set<std::pair<std::uint64_t, std::string_view>, About> stated_;
  std::unordered_map<std::uint64_t, std::uint64_t> aliases_;  // of calls' entries
  std::int64_t known_us_ = never_us;
};

}  // namespace

Lead derive_lead(std::span<const Contact* const> members) {
  return Deriving(members).take();
}

}  // namespace trunkline::conversion
