#include "core/log/log.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace trunkline {
namespace {

// Kafka's org.apache.kafka.common.utils.Utils.murmur2 (MurmurHash2, seed 0x9747b28c, by Austin Appleby).
std::uint32_t murmur2(std::string_view key) {
  constexpr std::uint32_t m = 0x5bd1e995;
  std::uint32_t h = 0x9747b28c ^ static_cast<std::uint32_t>(key.size());
  while (key.size() >= 4) {
    std::uint32_t k;
    std::memcpy(&k, key.data(), 4);
    k *= m;
    k ^= k >> 24;
    k *= m;
    h = (h * m) ^ k;
    key.remove_prefix(4);
  }
  for (std::size_t i = key.size(); i > 0; --i)
    h ^= static_cast<std::uint32_t>(static_cast<unsigned char>(key[i - 1])) << (8 * (i - 1));
  if (!key.empty()) h *= m;
  h ^= h >> 13;
  h *= m;
  h ^= h >> 15;
  return h;
}

template <class Number>
bool take_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

}  // namespace

RecordBatch& RecordBatch::operator=(RecordBatch&& other) noexcept {
  entries_ = std::exchange(other.entries_, {});
  arena_ = std::exchange(other.arena_, nullptr);
  used_ = std::exchange(other.used_, 0);
  capacity_ = std::exchange(other.capacity_, 0);
  return *this;
}

void RecordBatch::reserve(std::size_t records, std::size_t bytes) {
  entries_.reserve(records);
  const std::size_t needed = bytes + records + 1 + json::padding;
  if (needed > capacity_) grow(needed);
}

void RecordBatch::grow(std::size_t bytes) {
  auto larger = std::make_unique_for_overwrite<char[]>(bytes);
  if (used_ > 0) std::memcpy(larger.get(), arena_.get(), used_ + 1);
  arena_ = std::move(larger);
  capacity_ = bytes;
}

void RecordBatch::add(Offset offset, std::string_view document) {
  const std::size_t needed = used_ + document.size() + 2 + json::padding;
  if (needed > capacity_) grow(std::max(needed, 2 * capacity_));
  arena_[used_] = empty() ? '[' : ',';
  if (!document.empty()) std::memcpy(arena_.get() + used_ + 1, document.data(), document.size());
  entries_.push_back({offset, used_ + 1, document.size()});
  used_ += document.size() + 1;
  arena_[used_] = ']';
}

Partition partition_of(const TenantId& tenant, std::uint32_t partitions) {
  return Partition{(murmur2(tenant.value()) & 0x7fffffffu) % partitions};
}

std::string position_text(const JournalId& journal, Position position) {
  return journal.value() + "-" + std::to_string(position.partition.value()) + "-" +
         std::to_string(position.next.value());
}

Result<Position> parse_position(std::string_view text, const JournalId& journal, std::uint32_t partitions) {
  const auto first = text.find('-');
  const auto second = first == std::string_view::npos ? first : text.find('-', first + 1);
  std::uint32_t partition = 0;
  std::uint64_t next = 0;
  if (second == std::string_view::npos ||
      !take_number(text.substr(first + 1, second - first - 1), partition) ||
      !take_number(text.substr(second + 1), next))
    return rejected("position", "a position reads journal-partition-next, as an answer gave it");
  if (text.substr(0, first) != journal.value())
    return rejected("foreign_position", "the position belongs to another journal than this one");
  if (partition >= partitions)
    return rejected("position", "the position names a partition that this journal does not have");
  return Position{Partition{partition}, Offset{next}};
}

}  // namespace trunkline
