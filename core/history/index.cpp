#include "core/history/index.hpp"

#include <algorithm>
#include <mutex>

#include "core/history/rocks_index_store.hpp"
#include "core/logs.hpp"

namespace trunkline {
namespace {

constexpr std::size_t step_bytes = 4 << 20;
constexpr auto idle_wait = std::chrono::seconds{1};
constexpr auto after_failure = std::chrono::milliseconds{500};

void add(std::optional<std::string_view> text, std::vector<std::string_view>& to) {
  if (text && !text->empty() && std::find(to.begin(), to.end(), *text) == to.end()) to.push_back(*text);
}

void add_members(const json::Object data, std::string_view member, std::vector<std::string_view>& to) {
  const auto object = data.object(member);
  if (!object) return;
  for (const auto [name, value] : *object) add(value.as_string(), to);
}

// The place is in this journal, and the record before it is still the one that was indexed.
Result<bool> continues(Log& log, const IndexStore::Place& place) {
  const Position at = place.position;
  if (at.next.value() > log.ends()[at.partition.value()].next.value()) return false;
  if (at.next.value() == 0) return true;
  const auto last = log.read({at.partition, Offset{at.next.value() - 1}}, 1);
  if (!last) return last.error();
  return !last->empty() && digest_of((*last)[0].document) == place.last;
}

}  // namespace

// Facts that an event names besides its subject: a reversal's conversion, what a message is part of, how
// providers call a call. An erasure names its tokens in a list.
IndexKeys index_keys(const EventView& event) {
  IndexKeys keys;
  add(event.subject, keys.subjects);
  for (const std::string_view member : {"conversion_id", "call_id", "conversation_id"})
    add(event.data.string(member), keys.subjects);
  add_members(event.data, "provider_ids", keys.subjects);
  for (std::string_view rest = event.contacts; !rest.empty();) {
    const auto blank = std::min(rest.find(' '), rest.size());
    add(rest.substr(0, blank), keys.contacts);
    rest.remove_prefix(std::min(blank + 1, rest.size()));
  }
  add_members(event.data, "contact", keys.contacts);
  add_members(event.data, "other", keys.contacts);
  if (const auto tokens = event.data.array("tokens"))
    for (const json::Value token : *tokens) add(token.as_string(), keys.contacts);
  keys.links = keys.contacts.size() > 1 || event.type == "lead.unlinked";
  // What is said about a lead, and what an analysis learnt of one.
  if (event.family() == "lead" || event.family() == "consent" || event.data.object("analysis"))
    keys.statement.append(event.source).append("#").append(event.id);
  return keys;
}

HistoryIndex::HistoryIndex(std::string directory, Log& log)
    : directory_(std::move(directory)), log_(log), next_(log.partitions()) {
  for (const Position& end : log.ends()) wanted_.push_back(end.next.value());
}

HistoryIndex::~HistoryIndex() = default;

Result<std::unique_ptr<HistoryIndex>> HistoryIndex::open(std::string directory, Log& log) {
  std::unique_ptr<HistoryIndex> index(new HistoryIndex(std::move(directory), log));
  if (auto status = index->open_store(); !status) return status.error();
  return index;
}

Status HistoryIndex::open_store() {
  for (bool afresh = false;; afresh = true) {
    auto store = IndexStore::open(directory_, log_.id(), log_.partitions());
    bool usable = store.ok();
    if (usable)
      for (const auto& place : (*store)->places()) {
        const auto same = continues(log_, place);
        if (!same) return same.error();
        usable = usable && *same;
      }
    if (usable) {
      store_ = std::move(*store);
      damaged_ = false;
      for (const auto& place : store_->places())
        next_[place.position.partition.value()] = place.position.next.value();
      return done();
    }
    if (!store && store.error().fault != Fault::stop) return store.error();
    if (afresh) return try_again("index", "the history's index cannot be made anew");
    logs::warn("history_index_made_anew",
               {{"why", store ? "it is ahead of the journal, or of another" : store.error().message}});
    if (store) (*store).reset();
    if (auto removed = IndexStore::remove(directory_); !removed) return removed;
  }
}

Result<std::size_t> HistoryIndex::step() {
  if (damaged_) {
    const std::unique_lock alone(mutex_);
    store_.reset();
    if (auto removed = IndexStore::remove(directory_); !removed) return removed.error();
    if (auto opened = open_store(); !opened) return opened.error();
  }
  for (const Position& end : log_.ends()) {
    const Offset next{next_[end.partition.value()].load()};
    if (next < end.next) return add({end.partition, next});
  }
  return std::size_t{0};
}

Result<std::size_t> HistoryIndex::add(Position from) {
  const auto records = log_.read(from, step_bytes);
  if (!records) return records.error();
  if (records->empty()) return std::size_t{0};
  for (std::size_t i = 0; i < records->size(); ++i) {
    const Record record = (*records)[i];
    const auto event = view_event(parser_, record.document);
    if (!event) continue;  // not an event that anybody could read
    const IndexKeys keys = index_keys(*event);
    for (const auto subject : keys.subjects) store_->put('s', event->tenant, subject, record.offset);
    if (!keys.statement.empty()) store_->put('i', event->tenant, keys.statement, record.offset);
    for (const auto contact : keys.contacts) {
      store_->put('c', event->tenant, contact, record.offset);
      if (keys.links) store_->put('l', event->tenant, contact, record.offset);
    }
  }
  const Record last = (*records)[records->size() - 1];
  const Position to{from.partition, last.offset + 1};
  if (auto written = store_->commit({to, digest_of(last.document)}); !written) {
    damaged_ = written.error().fault == Fault::stop;
    return try_again("index", written.error().message);
  }
  next_[from.partition.value()] = to.next.value();
  return records->size();
}

void HistoryIndex::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto stepped = step();
    if (!stepped) logs::warn("history_index_failed", {{"why", stepped.error().message}});
    if (stepped && *stepped > 0) continue;
    const auto wait = stepped ? std::chrono::milliseconds{idle_wait} : after_failure;
    const auto positions = stepped ? indexed() : std::vector<Position>{};
    log_.wait(positions, std::chrono::steady_clock::now() + wait);
  }
}

bool HistoryIndex::ready() const {
  for (std::size_t i = 0; i < next_.size(); ++i)
    if (next_[i] < wanted_[i]) return false;
  return true;
}

std::vector<Position> HistoryIndex::indexed() const {
  std::vector<Position> positions;
  for (std::uint32_t i = 0; i < next_.size(); ++i) positions.push_back({Partition{i}, Offset{next_[i]}});
  return positions;
}

Result<std::vector<Offset>> HistoryIndex::find(const TenantId& tenant, Key kind, std::string_view value,
                                               Offset from, std::size_t most) const {
  const std::shared_lock together(mutex_);
  if (!store_) return try_again("index", "the history's index is being made anew");
  auto found = store_->find(static_cast<char>(kind), tenant.value(), value, from, most);
  if (found || found.error().fault != Fault::stop) return found;
  damaged_ = true;
  return try_again("index", found.error().message + "; it is made anew");
}

}  // namespace trunkline
