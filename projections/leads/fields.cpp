#include "projections/leads/fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace trunkline::leads {
namespace {

// Names that are packed as a number. Only ever append: the numbers are in stored rows.
constexpr std::array<std::string_view, 48> known_names = {
    "at",        "contact",         "direction",     "agent_id",      "duration_ms", "disposition",
    "outcome",   "status",          "channel",       "campaign",      "role",        "content_type",
    "script_id", "conversation_id", "started",       "connected",     "ended",       "kind",
    "value_e4",  "currency",        "reversed",      "recorded",      "starts_at",   "ends_at",
    "stage",     "reason",          "source",        "line_type",     "first_name",  "last_name",
    "intent",    "call_type",       "business_type", "business_name", "region",      "state",
    "city",      "time_zone",       "vip",           "assigned_to",   "opt_out",     "initial_value_e4",
    "booked",    "transferred",     "topic",         "listing_id",    "resource_id", "provider"};

constexpr std::size_t fields_usual = 8, fields_most = 256;  // room is made for, at once

std::size_t code_of(std::string_view name) {
  const auto found = std::find(known_names.begin(), known_names.end(), name);
  return found == known_names.end() ? 0 : static_cast<std::size_t>(found - known_names.begin()) + 1;
}

std::string_view unpack_name(Unpacker& in) {
  const std::uint64_t code = in.count();
  if (code == 0) return in.text();
  return code <= known_names.size() ? known_names[code - 1] : std::string_view{};
}

}  // namespace

std::vector<Field>::iterator Fields::lower(std::string_view name) {
  return std::lower_bound(fields_.begin(), fields_.end(), name,
                          [](const Field& field, std::string_view wanted) { return field.name < wanted; });
}

void Fields::state(std::string_view name, std::string_view value, const Stamp& stamp, std::uint8_t rank) {
  if (fields_.empty()) fields_.reserve(fields_usual);
  const auto at = lower(name);
  if (at == fields_.end() || at->name != name) {
    fields_.insert(at, Field{std::string{name}, std::string{value}, stamp, rank});
  } else if (at->outdone_by(rank, stamp)) {
    at->value = value;
    at->stamp = stamp;
    at->rank = rank;
  }
}

void Fields::merge(const Fields& other) {
  if (fields_.empty()) {
    fields_ = other.fields_;
    return;
  }
  for (const Field& field : other.fields_) state(field.name, field.value, field.stamp, field.rank);
}

const Field* Fields::find(std::string_view name) const {
  const auto at = const_cast<Fields*>(this)->lower(name);
  return at != fields_.end() && at->name == name ? &*at : nullptr;
}

std::string_view Fields::value(std::string_view name) const {
  const Field* field = find(name);
  return field == nullptr ? std::string_view{} : std::string_view{field->value};
}

std::optional<std::string> Fields::text(std::string_view name) const {
  const std::string_view stated = value(name);
  return stated.empty() ? std::nullopt : std::optional<std::string>{stated};
}

std::optional<std::int64_t> Fields::integer(std::string_view name) const {
  const std::string_view text = value(name);
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

void Fields::forget(const std::function<bool(std::string_view)>& test) {
  std::erase_if(fields_, [&](const Field& field) { return test(field.name); });
}

// An event states many fields with one stamp, so each distinct stamp is packed once, in the order of first
// use.
void Fields::pack(Packer& out) const {
  std::vector<Stamp> stamps;
  std::vector<std::size_t> stamp_of;
  stamp_of.reserve(fields_.size());
  for (const Field& field : fields_) {
    const auto known = std::find(stamps.begin(), stamps.end(), field.stamp);
    stamp_of.push_back(static_cast<std::size_t>(known - stamps.begin()));
    if (known == stamps.end()) stamps.push_back(field.stamp);
  }
  out.count(stamps.size());
  for (const Stamp& stamp : stamps) out.stamp(stamp);
  out.count(fields_.size());
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const std::size_t code = code_of(fields_[i].name);
    out.count(code);
    if (code == 0) out.text(fields_[i].name);
    out.count(stamp_of[i]).count(fields_[i].rank).text(fields_[i].value);
  }
}

Fields Fields::unpack(Unpacker& in) {
  std::vector<Stamp> stamps;
  for (std::uint64_t n = in.count(); n > 0 && in.ok(); --n) stamps.push_back(in.stamp());
  Fields fields;
  std::uint64_t n = in.count();
  fields.fields_.reserve(std::min<std::uint64_t>(n, fields_most));  // the bytes may be damaged
  for (; n > 0 && in.ok(); --n) {
    Field field;
    field.name = unpack_name(in);
    const std::uint64_t stamp = in.count();
    field.rank = static_cast<std::uint8_t>(in.count());
    field.value = in.text();
    if (stamp >= stamps.size()) break;
    field.stamp = stamps[stamp];
    fields.fields_.push_back(std::move(field));
  }
  return fields;
}

}  // namespace trunkline::leads
