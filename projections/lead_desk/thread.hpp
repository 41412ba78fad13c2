// A long thread's facts lie in segments, so that a contact with 100,000 messages costs as little as any
// other.
//
// Segments are the leaves of a binary tree over the fact's id: node 1 is the root and lies in the lead's own
// row; node n splits into 2n and 2n+1 by the id's next bit when it holds more than 256 facts of the thread.
// Facts are never taken away, so the tree depends on which facts there are and not on the order in which they
// came.
//
//   leads.segments = { node (u64), eight numbers of its summary (i64 each) } for each leaf, by range; empty:
//   no split
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "projections/lead_desk/facts.hpp"

namespace trunkline::desk {

inline constexpr std::size_t segment_facts_max = 256;

struct Leaf {
  std::uint64_t node = 1;
  Summary summary;

  std::uint64_t first_id() const;  // its facts have ids from here to the next leaf's
};

using Leaves = std::vector<Leaf>;

Leaves unpack_leaves(std::string_view packed);
std::string pack_leaves(const Leaves& leaves);

// The index of the leaf that a fact belongs to.
std::size_t leaf_of(const Leaves& leaves, std::uint64_t fact_id);

// A leaf with the facts that it now holds: at most segment_facts_max.
struct Split {
  Leaf leaf;
  const Fact* first;
  const Fact* last;
};

// Splits a leaf's facts as often as it takes; one element when it need not be split.
std::vector<Split> split(std::uint64_t node, const Fact* first, const Fact* last);

}  // namespace trunkline::desk
