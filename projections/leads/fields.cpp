#include "projections/leads/fields.hpp"

#include <algorithm>
#include <charconv>

namespace trunkline::leads {
namespace {

constexpr std::size_t fields_usual = 12, text_usual = 160, stamps_usual = 4;  // room is made for, at once

}  // namespace

Field Fields::field(const Entry& entry) const {
  const std::string_view text = std::string_view{text_}.substr(entry.at, entry.name_size + entry.value_size);
  const std::string_view name =
      entry.code != 0 ? field_names::known_names[entry.code - 1u] : text.substr(0, entry.name_size);
  return {name, text.substr(entry.name_size), entry.stamp, entry.rank};
}

Fields::Place Fields::place_of(const FieldName& name) const {
  if (name.code() != 0) return {known_.size_below(name.code()), known_.has(name.code())};
  const auto from = entries_.begin() + static_cast<std::ptrdiff_t>(known_.size());
  const auto at = std::lower_bound(
      from, entries_.end(), name.text(),
      [this](const Entry& entry, std::string_view wanted) { return field(entry).name < wanted; });
  return {static_cast<std::size_t>(at - entries_.begin()),
          at != entries_.end() && field(*at).name == name.text()};
}

// What is outdone keeps its room: fields live for a batch at most, and are packed without it.
void Fields::write(Entry& entry, const FieldName& name, std::string_view value) {
  entry.at = static_cast<std::uint32_t>(text_.size());
  entry.name_size = name.code() != 0 ? 0 : static_cast<std::uint32_t>(name.text().size());
  entry.value_size = static_cast<std::uint32_t>(value.size());
  if (name.code() == 0) text_.append(name.text());
  text_.append(value);
}

void Fields::state(FieldName name, std::string_view value, const Stamp& stamp, std::uint8_t rank) {
  if (entries_.empty()) {
    entries_.reserve(fields_usual);
    text_.reserve(text_usual);
  }
  const auto [at, found] = place_of(name);
  if (found && !entries_[at].outdone_by(rank, stamp)) return;
  if (!found) {
    entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(at), Entry{});
    if (name.code() != 0) known_.insert(name.code());
  }
  Entry& entry = entries_[at];
  entry.code = name.code();
  entry.stamp = stamp;
  entry.rank = rank;
  write(entry, name, value);
}

void Fields::merge(const Fields& other) {
  if (entries_.empty()) {
    *this = other;
    return;
  }
  for (const Entry& entry : other.entries_) {
    const Field stated = other.field(entry);
    state(FieldName{stated.name, entry.code}, stated.value, stated.stamp, stated.rank);
  }
}

std::optional<Field> Fields::find(FieldName name) const {
  const auto [at, found] = place_of(name);
  return found ? std::optional{field(entries_[at])} : std::nullopt;
}

std::string_view Fields::value(FieldName name) const {
  const auto [at, found] = place_of(name);
  return found ? field(entries_[at]).value : std::string_view{};
}

std::optional<std::string> Fields::text(FieldName name) const {
  const std::string_view stated = value(name);
  return stated.empty() ? std::nullopt : std::optional<std::string>{stated};
}

std::optional<std::int64_t> Fields::integer(FieldName name) const {
  const std::string_view text = value(name);
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Time> Fields::time(FieldName name) const {
  const auto time = parse_time(value(name));
  return time ? std::optional{*time} : std::nullopt;
}

void Fields::keep_only(const FieldNames& names) {
  std::erase_if(entries_, [&](const Entry& entry) { return entry.code == 0 || !names.has(entry.code); });
  known_ = {};
  for (const Entry& entry : entries_) known_.insert(entry.code);
}

bool Fields::operator==(const Fields& other) const {
  const auto same = [&](const Entry& a, const Entry& b) { return field(a) == other.field(b); };
  return std::equal(entries_.begin(), entries_.end(), other.entries_.begin(), other.entries_.end(), same);
}

// An event states many fields with one stamp, so each distinct stamp is packed once, in the order of first
// use.
void Fields::pack(Packer& out) const {
  std::vector<Stamp> stamps;
  stamps.reserve(stamps_usual);
  const auto place = [&stamps](const Stamp& stamp) {
    return static_cast<std::size_t>(std::find(stamps.begin(), stamps.end(), stamp) - stamps.begin());
  };
  for (const Entry& entry : entries_)
    if (place(entry.stamp) == stamps.size()) stamps.push_back(entry.stamp);
  out.count(stamps.size());
  for (const Stamp& stamp : stamps) out.stamp(stamp);
  out.count(entries_.size());
  for (const Entry& entry : entries_) {
    const Field stated = field(entry);
    out.count(entry.code);
    if (entry.code == 0) out.text(stated.name);
    out.count(place(entry.stamp)).count(entry.rank).text(stated.value);
  }
}

Fields Fields::unpack(Unpacker& in) {
  std::vector<Stamp> stamps;
  for (std::uint64_t n = in.count(); n > 0 && in.ok(); --n) stamps.push_back(in.stamp());
  Fields fields;
  for (std::uint64_t n = in.count(); n > 0 && in.ok(); --n) {
    const std::uint64_t code = in.count();
    if (code > field_names::known_names.size()) break;
    const FieldName name =
        code == 0 ? FieldName{in.text()}
                  : FieldName{field_names::known_names[code - 1], static_cast<std::uint8_t>(code)};
    const std::uint64_t stamp = in.count();
    const auto rank = static_cast<std::uint8_t>(in.count());
    const std::string_view value = in.text();
    if (stamp >= stamps.size()) break;
    fields.state(name, value, stamps[stamp], rank);
  }
  return fields;
}

}  // namespace trunkline::leads
