// A map from text that forgets: at most `entries_max` entries, about the least recently used go first. For
// many threads: 16 shards with a lock each. Every shard has two generations: what is used moves into the
// young one; when that is full, it becomes the old one and the former old one is dropped whole. No list to
// maintain on a hit.
#pragma once
#include <array>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace trunkline {

template <class Value>
class BoundedCache {
 public:
  explicit BoundedCache(std::size_t entries_max) : generation_max_(entries_max / shards_.size() / 2) {
    if (generation_max_ == 0) generation_max_ = 1;
  }

  std::optional<Value> find(std::string_view key) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    if (const auto found = shard.young.find(key); found != shard.young.end()) return found->second;
    const auto found = shard.old.find(key);
    if (found == shard.old.end()) return std::nullopt;
    auto node = shard.old.extract(found);
    const Value value = node.mapped();
    make_room(shard);
    shard.young.insert(std::move(node));
    return value;
  }

  void put(std::string_view key, Value value) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    shard.old.erase(std::string{key});
    make_room(shard);
    shard.young.insert_or_assign(std::string{key}, std::move(value));
  }

  void forget(std::string_view key) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    shard.old.erase(std::string{key});
    shard.young.erase(std::string{key});
  }

  std::size_t size() {
    std::size_t entries = 0;
    for (Shard& shard : shards_) {
      const std::lock_guard lock(shard.mutex);
      entries += shard.young.size() + shard.old.size();
    }
    return entries;
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Generation = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;
  struct alignas(64) Shard {
    std::mutex mutex;
    Generation young, old;
  };

  Shard& shard_of(std::string_view key) {
    return shards_[Hash{}(key) >> 60];
  }  // 16 shards: the top four bits
  void make_room(Shard& shard) {
    if (shard.young.size() < generation_max_) return;
    shard.old = std::move(shard.young);
    shard.young.clear();
  }

  std::array<Shard, 16> shards_;
  std::size_t generation_max_;
};

}  // namespace trunkline
