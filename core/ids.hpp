// Names and numbers that must not be mistaken for one another are distinct types.
#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace trunkline {

template <class Tag, class T>
class Named {
 public:
  Named() = default;
  explicit Named(T value) : value_(std::move(value)) {}
  const T& value() const { return value_; }
  auto operator<=>(const Named&) const = default;
  bool operator==(const Named&) const = default;

 private:
  T value_{};
};

using TenantId = Named<struct TenantTag, std::string>;  // [a-z0-9_-]{1,64}; "_platform" is reserved
using Token = Named<struct TokenTag, std::string>;      // a contact point, keyed-hashed: see core/contact.hpp
using JournalId = Named<struct JournalTag, std::string>;  // 12 hex digits, made with the journal
using Partition = Named<struct PartitionTag, std::uint32_t>;
using Offset = Named<struct OffsetTag, std::uint64_t>;

inline Offset operator+(Offset offset, std::uint64_t n) {
  return Offset{offset.value() + n};
}

}  // namespace trunkline

template <class Tag, class T>
struct std::hash<trunkline::Named<Tag, T>> {
  std::size_t operator()(const trunkline::Named<Tag, T>& id) const { return std::hash<T>{}(id.value()); }
};
