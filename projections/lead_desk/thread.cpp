#include "projections/lead_desk/thread.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace trunkline::desk {
namespace {

int depth_of(std::uint64_t node) {
  return static_cast<int>(std::bit_width(node)) - 1;
}

void split_into(std::vector<Split>& leaves, std::uint64_t node, const Fact* first, const Fact* last) {
  if (static_cast<std::size_t>(last - first) <= segment_facts_max || depth_of(node) == 63) {
    Split leaf{{node, {}}, first, last};
    for (const Fact* fact = first; fact != last; ++fact) leaf.leaf.summary.add(*fact);
    leaves.push_back(leaf);
    return;
  }
  const std::uint64_t middle = Leaf{2 * node + 1, {}}.first_id();
  const Fact* const border =
      std::lower_bound(first, last, middle, [](const Fact& fact, std::uint64_t id) { return fact.id < id; });
  split_into(leaves, 2 * node, first, border);
  split_into(leaves, 2 * node + 1, border, last);
}

static_assert(sizeof(Leaf) == 9 * 8 && std::is_trivially_copyable_v<Leaf>,
              "a leaf is packed as it lies in memory");

}  // namespace

std::uint64_t Leaf::first_id() const {
  const int depth = depth_of(node);
  return depth == 0 ? 0 : node << (64 - depth);  // the bits behind the leading one
}

Leaves unpack_leaves(std::string_view packed) {
  Leaves leaves(packed.size() / sizeof(Leaf));
  if (!leaves.empty()) std::memcpy(leaves.data(), packed.data(), leaves.size() * sizeof(Leaf));
  return leaves;
}

std::string pack_leaves(const Leaves& leaves) {
  return {reinterpret_cast<const char*>(leaves.data()), leaves.size() * sizeof(Leaf)};
}

std::size_t leaf_of(const Leaves& leaves, std::uint64_t fact_id) {
  const auto behind =
      std::upper_bound(leaves.begin(), leaves.end(), fact_id,
                       [](std::uint64_t id, const Leaf& leaf) { return id < leaf.first_id(); });
  return static_cast<std::size_t>(behind - leaves.begin()) - 1;
}

std::vector<Split> split(std::uint64_t node, const Fact* first, const Fact* last) {
  std::vector<Split> leaves;
  split_into(leaves, node, first, last);
  return leaves;
}

}  // namespace trunkline::desk
