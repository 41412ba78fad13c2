#include "projections/conversion/entry.hpp"

#include <algorithm>

#include "core/digest.hpp"

namespace trunkline::conversion {
namespace {

constexpr std::size_t chunk_bytes = 64 << 10;
constexpr std::string_view Entry::*texts[] = {&Entry::name,   &Entry::channel,  &Entry::agent,
                                              &Entry::script, &Entry::campaign, &Entry::source};

Entries::iterator place_of(Entries& entries, std::uint64_t id) {
  return std::lower_bound(entries.begin(), entries.end(), id,
                          [](const Entry& entry, std::uint64_t wanted) { return entry.id < wanted; });
}

bool names_somebody(const Entry& thread) {
  return !thread.agent.empty() || !thread.script.empty() || !thread.campaign.empty();
}

// The thread's texts are those of the first message that names an agent, a script or a campaign, else of the
// first one.
bool speaks_before(const Entry& a, const Entry& b) {
  if (names_somebody(a) != names_somebody(b)) return names_somebody(a);
  return a.stamp < b.stamp;
}

void join_thread(Entry& known, const Entry& stated) {
  const std::int64_t at_us = std::min(known.at_us, stated.at_us);
  const std::int64_t answered_us = std::min(known.answered_us, stated.answered_us);
  const auto flags = static_cast<std::uint8_t>(known.flags | stated.flags);
  if (speaks_before(stated, known)) known = stated;
  known.at_us = at_us;
  known.answered_us = answered_us;
  known.flags = flags;
}

void pack_moment(Packer& out, std::int64_t at_us) {
  out.number(at_us == never_us ? 0 : at_us);
}

std::int64_t unpack_moment(Unpacker& in) {
  const std::int64_t at_us = in.number();
  return at_us == 0 ? never_us : at_us;
}

bool has_about(const Entry& entry) {
  return entry.kind == EntryKind::touch || entry.kind == EntryKind::alias;
}

void pack(Packer& out, const Entry& entry) {
  out.fixed(entry.id).count(static_cast<std::uint64_t>(entry.kind)).count(entry.flags);
  out.count(entry.stamp.stated() ? 1 : 0);
  if (entry.stamp.stated()) out.stamp(entry.stamp);
  pack_moment(out, entry.at_us);
  if (entry.kind == EntryKind::thread) pack_moment(out, entry.answered_us);
  if (entry.kind == EntryKind::conversion) out.number(entry.amount);
  if (has_about(entry)) out.fixed(entry.about);
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < std::size(texts); ++i) mask |= std::uint64_t{!(entry.*texts[i]).empty()} << i;
  out.count(mask);
  for (const auto text : texts)
    if (!(entry.*text).empty()) out.text(entry.*text);
}

Entry unpack_entry(Unpacker& in) {
  Entry entry;
  entry.id = in.fixed();
  entry.kind = static_cast<EntryKind>(in.count());
  entry.flags = static_cast<std::uint8_t>(in.count());
  if (in.count() != 0) entry.stamp = in.stamp();
  entry.at_us = unpack_moment(in);
  if (entry.kind == EntryKind::thread) entry.answered_us = unpack_moment(in);
  if (entry.kind == EntryKind::conversion) entry.amount = in.number();
  if (has_about(entry)) entry.about = in.fixed();
  const std::uint64_t mask = in.count();
  for (std::size_t i = 0; i < std::size(texts); ++i)
    if ((mask >> i & 1) != 0) entry.*texts[i] = in.text();
  return entry;
}

}  // namespace

std::uint64_t entry_id(std::string_view family, std::string_view subject) {
  thread_local std::string name;
  name.assign(family).append(1, '\0').append(subject);
  return digest_of(name).low;
}

bool join(Entries& entries, const Entry& thread) {
  const auto at = place_of(entries, thread.id);
  if (at == entries.end() || at->id != thread.id) {
    entries.insert(at, thread);
    return true;
  }
  const Entry before = *at;
  join_thread(*at, thread);
  return *at != before;
}

bool put_in(Entries& entries, const Entry& entry) {
  const auto at = place_of(entries, entry.id);
  if (at == entries.end() || at->id != entry.id) {
    entries.insert(at, entry);
    return true;
  }
  if (*at == entry) return false;
  *at = entry;
  return true;
}

bool take_out(Entries& entries, std::uint64_t id) {
  const auto at = place_of(entries, id);
  if (at == entries.end() || at->id != id) return false;
  entries.erase(at);
  return true;
}

void pack(Packer& out, const Entries& entries) {
  out.count(entries.size());
  for (const Entry& entry : entries) pack(out, entry);
}

Entries unpack_entries(Unpacker& in) {
  Entries entries;
  for (std::uint64_t n = in.count(); n > 0 && in.ok(); --n) entries.push_back(unpack_entry(in));
  return entries;
}

std::string_view TextPool::keep(std::string_view text) {
  if (text.empty()) return {};
  if (chunks_.empty() || chunks_.back().capacity() - chunks_.back().size() < text.size())
    chunks_.emplace_back().reserve(std::max(chunk_bytes, text.size()));
  std::string& chunk = chunks_.back();
  const std::size_t at = chunk.size();
  chunk.append(text);
  return std::string_view{chunk}.substr(at);
}

void TextPool::clear() {
  if (chunks_.size() > 1) chunks_.resize(1);
  if (!chunks_.empty()) chunks_.front().clear();
}

}  // namespace trunkline::conversion
