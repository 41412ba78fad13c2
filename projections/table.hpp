// One table of a read model as its fold sees it: the rows that the batch touches, and a bounded cache of
// others.
//
// For every batch: want() each key that the fold will look at → load() → find(), touch(), remove() → take().
// Several rounds of want and load are fine, where one row names the next. Rows of a batch that has not
// settled are never evicted and never read again, so folding batch n+1 over them while n is being committed
// sees what n made of them.
#pragma once
#include <algorithm>
#include <cassert>
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <type_traits>
#include <vector>

#include "projections/columns.hpp"
#include "projections/key_filter.hpp"
#include "projections/key_index.hpp"
#include "projections/table_write.hpp"
#include "projections/wanted_rows.hpp"

namespace trunkline {

template <TableRow Row>
class Table {
 public:
  using Key = KeyOf<Row>;

  // `rows_cached_max` bounds what stays when nothing needs it; a batch in flight keeps all that it touches.
  explicit Table(std::size_t rows_cached_max) : rows_cached_max_(rows_cached_max) {}

  // The database has no row of any key that will be asked for: until drop(), only those are fetched that were
  // written since (or seem to have been). A catch-up and a rebuild begin so.
  void begins_empty() { written_.emplace(KeyFilter::bytes_of_a_table); }

  // The batch will look at this row. Cheap when the row is in the cache, also when it is known to be absent.
  void want(const Key& key) {
    const std::size_t hash = hash_of(key);
    const std::uint32_t at = slot_of(key, hash);
    if (at != KeyIndex::none) return use(at);
    const std::uint32_t added = add(key, hash);
    if (!written_ || written_->may_hold(hash)) missing_.push_back(added);
  }

  // The same for a row that cannot exist yet because the fold is about to invent its key: nothing is fetched.
  void expect_none(const Key& key) {
    const std::size_t hash = hash_of(key);
    const std::uint32_t at = slot_of(key, hash);
    at != KeyIndex::none ? use(at) : static_cast<void>(add(key, hash));
  }

  // Fetches what is wanted and not cached: one query. After an error it may be called again.
  Status load(Postgres& session) {
    if (missing_.empty()) return done();
    std::vector<const Row*> wanted;
    wanted.reserve(missing_.size());
    for (const std::uint32_t at : missing_) wanted.push_back(&slots_[at].row);
    const auto rows = fetch_by_keys<Row>(session, wanted);
    if (!rows) return rows.error();
    for (std::size_t i = 0; i < rows->size(); ++i) {
      Row row;
      decode_row(*rows, i, row);
      Slot& slot = slots_[slot_of(key_of(row))];
      slot.row = std::move(row);
      slot.exists = slot.stored = true;
    }
    missing_.clear();
    return done();
  }

  // The row, or nullptr if there is none. The key must have been wanted and loaded by this batch.
  const Row* find(const Key& key) const {
    const std::uint32_t at = slot_of(key);
    assert(at != KeyIndex::none);
    return slots_[at].exists ? &slots_[at].row : nullptr;
  }

  // The row for changing it, made if there is none; it will be written whole. The reference lasts until the
  // next want(). The key must have been wanted and loaded by this batch.
  Row& touch(const Key& key) {
    Slot& slot = mark_dirty(key);
    slot.exists = true;
    return slot.row;
  }

  // The row ceases to exist. Nothing happens if there is none.
  void remove(const Key& key) {
    if (find(key) == nullptr) return;
    Slot& slot = mark_dirty(key);
    Row empty{};
    set_key(empty, key);
    slot.row = std::move(empty);  // key parts are copied before the old row dies
    slot.exists = false;
  }

  // Appends what the batch has changed and ends the batch. Where the table has columns that follow from the
  // ones kept here, `whole` makes the written row of a kept one.
  template <class Whole = std::identity>
  void take(WriteSet& writes, Whole whole = {}) {
    using Written = std::remove_cvref_t<std::invoke_result_t<Whole, const Row&>>;
    static_assert(Written::table == Row::table && Written::key_columns == Row::key_columns);
    TableWrite fresh{TableWrite::Kind::insert, Row::table, column_names<Written>(), Row::key_columns, {}, 0};
    TableWrite changed{TableWrite::Kind::replace, Row::table, column_names<Written>(),
                       Row::key_columns,          {},         0};
    TableWrite removed{TableWrite::Kind::remove, Row::table, column_names<Row>(Row::key_columns),
                       Row::key_columns,         {},         0};
    // In the order of the key, so that neighbours in the table's index are written one after the other.
    std::sort(dirty_.begin(), dirty_.end(), [this](std::uint32_t a, std::uint32_t b) {
      return key_of(slots_[a].row) < key_of(slots_[b].row);
    });
    for (const std::uint32_t at : dirty_) {
      Slot& slot = slots_[at];
      slot.dirty = false;
      if (!slot.exists && !slot.stored) continue;  // came and went within the batch
      TableWrite& write = !slot.exists ? removed : slot.stored ? changed : fresh;
      if (written_ && !slot.stored) written_->add(hash_of(key_of(slot.row)));
      slot.stored = slot.exists;
      if (slot.exists)
        encode_row(write.tuples, whole(slot.row));
      else
        encode_row(write.tuples, slot.row, Row::key_columns);
      if (++write.rows == 1)  // rows are alike
        write.tuples.reserve(std::min(write.tuples.size() * dirty_.size(), tuples_reserved_max));
    }
    dirty_.clear();
    ++batch_;
    for (TableWrite* write : {&removed, &changed, &fresh})
      if (write->rows > 0) writes.push_back(std::move(*write));
  }

  // The oldest batch that was taken is committed.
  void settled() {
    ++settled_;
    while (count_ > rows_cached_max_ && slots_[oldest_].last_batch < settled_) evict(oldest_);
  }

  // Forgets everything: what was taken and not settled will never be committed.
  void drop() { *this = Table(rows_cached_max_); }

  std::size_t rows_cached() const { return count_; }

 private:
  struct Slot {
    Row row{};
    std::uint64_t last_batch = 0;  // the newest batch that wanted it
    std::uint32_t newer = KeyIndex::none;
    std::uint32_t older = KeyIndex::none;
    bool exists = false;
    bool stored = false;  // once all that was taken is committed, the table has a row of this key
    bool dirty = false;
  };

  std::uint32_t slot_of(const Key& key) const { return slot_of(key, hash_of(key)); }
  std::uint32_t slot_of(const Key& key, std::size_t hash) const {
    return index_.find(hash, [&](std::uint32_t at) { return key_of(slots_[at].row) == key; });
  }

  Slot& mark_dirty(const Key& key) {
    const std::uint32_t at = slot_of(key);
    assert(at != KeyIndex::none);
    Slot& slot = slots_[at];
    if (!slot.dirty) dirty_.push_back(at);
    slot.dirty = true;
    return slot;
  }

  std::uint32_t add(const Key& key, std::size_t hash) {
    const std::uint32_t at = new_slot();
    set_key(slots_[at].row, key);
    slots_[at].last_batch = batch_;
    index_.insert(hash, at);
    link_newest(at);
    return at;
  }

  std::uint32_t new_slot() {
    ++count_;
    if (free_.empty()) {
      slots_.emplace_back();
      return static_cast<std::uint32_t>(slots_.size() - 1);
    }
    const std::uint32_t at = free_.back();
    free_.pop_back();
    return at;
  }

  void use(std::uint32_t at) {
    slots_[at].last_batch = batch_;
    if (at == newest_) return;
    unlink(at);
    link_newest(at);
  }

  void link_newest(std::uint32_t at) {
    slots_[at].older = newest_;
    slots_[at].newer = KeyIndex::none;
    if (newest_ != KeyIndex::none) slots_[newest_].newer = at;
    newest_ = at;
    if (oldest_ == KeyIndex::none) oldest_ = at;
  }

  void unlink(std::uint32_t at) {
    const Slot& slot = slots_[at];
    (slot.newer == KeyIndex::none ? newest_ : slots_[slot.newer].older) = slot.older;
    (slot.older == KeyIndex::none ? oldest_ : slots_[slot.older].newer) = slot.newer;
  }

  void evict(std::uint32_t at) {
    index_.erase(hash_of(key_of(slots_[at].row)), at);
    unlink(at);
    slots_[at] = Slot{};
    free_.push_back(at);
    --count_;
  }

  static constexpr std::size_t tuples_reserved_max = 32 << 20;

  std::size_t rows_cached_max_;
  std::optional<KeyFilter> written_;
  std::deque<Slot> slots_;  // rows keep their place: references last
  KeyIndex index_;
  std::vector<std::uint32_t> free_, missing_, dirty_;
  std::uint32_t newest_ = KeyIndex::none;  // by last use
  std::uint32_t oldest_ = KeyIndex::none;
  std::size_t count_ = 0;
  std::uint64_t batch_ = 0;    // the one being folded
  std::uint64_t settled_ = 0;  // batches below this are committed
};

}  // namespace trunkline
