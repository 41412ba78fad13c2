// What was stated about one entity, field by field: the newest statement of a field wins, whenever it
// arrives. merge() is commutative, associative and idempotent, so a fold may gather a batch's statements
// first and merge them into the stored ones later.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.hpp"
#include "projections/leads/field_name.hpp"
#include "projections/packing.hpp"

namespace trunkline::leads {

// A view: lives until its Fields change.
struct Field {
  std::string_view name;
  std::string_view value;
  Stamp stamp;
  std::uint8_t rank = 0;  // a higher rank wins whatever its stamp: "read" over "delivered"
  bool operator==(const Field&) const = default;
};

class Fields {
 public:
  // `value` is no view of these fields.
  void state(FieldName name, std::string_view value, const Stamp& stamp, std::uint8_t rank = 0);
  void merge(const Fields& other);

  std::optional<Field> find(FieldName name) const;
  std::string_view value(FieldName name) const;           // empty when never stated
  std::optional<std::string> text(FieldName name) const;  // nullopt when never stated, or as empty
  std::optional<std::int64_t> integer(FieldName name) const;
  std::optional<Time> time(FieldName name) const;
  bool has(FieldName name) const { return place_of(name).found; }

  // Drops every other field, as if it had never been stated.
  void keep_only(const FieldNames& names);

  // In an order that follows from the names alone; names that are not known stand last, sorted.
  class Iterator {
   public:
    Iterator(const Fields& fields, std::size_t at) : fields_(&fields), at_(at) {}
    Field operator*() const { return fields_->field(fields_->entries_[at_]); }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    const Fields* fields_;
    std::size_t at_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, entries_.size()}; }
  bool empty() const { return entries_.empty(); }
  bool operator==(const Fields& other) const;

  void pack(Packer& out) const;
  static Fields unpack(Unpacker& in);

 private:
  // Its text stands in text_: the name, unless it is a known one, then the value.
  struct Entry {
    Stamp stamp;
    std::uint32_t at = 0, value_size = 0;
    std::uint32_t name_size = 0;
    std::uint8_t code = 0, rank = 0;

    bool outdone_by(std::uint8_t other_rank, const Stamp& other) const {
      return rank != other_rank ? rank < other_rank : stamp < other;
    }
  };
  struct Place {
    std::size_t at;
    bool found;
  };

  Field field(const Entry& entry) const;
  Place place_of(const FieldName& name) const;
  void write(Entry& entry, const FieldName& name, std::string_view value);

  std::vector<Entry> entries_;  // known names by number, then the others by name
  FieldNames known_;            // that there are entries of
  std::string text_;
};

}  // namespace trunkline::leads
