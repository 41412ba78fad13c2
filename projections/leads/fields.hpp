// What was stated about one entity, field by field: the newest statement of a field wins, whenever it
// arrives. merge() is commutative, associative and idempotent, so a fold may gather a batch's statements
// first and merge them into the stored ones later.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.hpp"
#include "projections/packing.hpp"

namespace trunkline::leads {

struct Field {
  std::string name;
  std::string value;
  Stamp stamp;
  std::uint8_t rank = 0;  // a higher rank wins whatever its stamp: "read" over "delivered"

  bool outdone_by(std::uint8_t other_rank, const Stamp& other) const {
    return rank != other_rank ? rank < other_rank : stamp < other;
  }
  bool operator==(const Field&) const = default;
};

class Fields {
 public:
  void state(std::string_view name, std::string_view value, const Stamp& stamp, std::uint8_t rank = 0);
  void merge(const Fields& other);

  const Field* find(std::string_view name) const;
  std::string_view value(std::string_view name) const;           // empty when never stated
  std::optional<std::string> text(std::string_view name) const;  // nullopt when never stated, or as empty
  bool has(std::string_view name) const { return find(name) != nullptr; }
  std::optional<std::int64_t> integer(std::string_view name) const;

  // Drops the fields whose name the test accepts, as if they had never been stated.
  void forget(const std::function<bool(std::string_view name)>& test);

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  bool empty() const { return fields_.empty(); }
  bool operator==(const Fields&) const = default;

  void pack(Packer& out) const;
  static Fields unpack(Unpacker& in);

 private:
  std::vector<Field>::iterator lower(std::string_view name);
  std::vector<Field> fields_;  // by name
};

}  // namespace trunkline::leads
