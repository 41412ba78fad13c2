// Postgres's binary row format, as COPY (FORMAT binary) takes it and binary results give it.
//
//   tuple  = columns (int16) field*            all integers big-endian
//   field  = size (int32, -1 is NULL) bytes
//   bigint, timestamptz = int64 (timestamptz: microseconds since 2000-01-01 UTC)
//   date = int32 days since 2000-01-01, integer = int32, boolean = one byte, double = IEEE 754, text and
//   bytea = bytes
//
// The table's column must have exactly the type that is written: the server converts nothing.
#pragma once
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"

namespace trunkline::pg {

using Date = std::chrono::sys_days;

inline constexpr std::int64_t epoch_2000_us = 946'684'800'000'000;
inline constexpr std::int32_t epoch_2000_days = 10'957;

namespace detail {
template <class Integer>
Integer big_endian(Integer value) {
  if constexpr (std::endian::native == std::endian::big) return value;
  if constexpr (sizeof(Integer) == 8)
    return static_cast<Integer>(__builtin_bswap64(static_cast<std::uint64_t>(value)));
  if constexpr (sizeof(Integer) == 4)
    return static_cast<Integer>(__builtin_bswap32(static_cast<std::uint32_t>(value)));
  if constexpr (sizeof(Integer) == 2)
    return static_cast<Integer>(__builtin_bswap16(static_cast<std::uint16_t>(value)));
}

template <class Integer>
Integer read(std::string_view bytes) {
  Integer value{};
  std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
  return big_endian(value);
}
}  // namespace detail

// Appends tuples to a text that grows; one begin() with the number of columns, then as many fields.
class TupleWriter {
 public:
  explicit TupleWriter(std::string& out) : out_(out) {}

  TupleWriter& begin(std::size_t columns) { return raw(static_cast<std::int16_t>(columns)); }
  TupleWriter& integer(std::int64_t value) { return sized(value); }    // bigint
  TupleWriter& integer32(std::int32_t value) { return sized(value); }  // integer
  TupleWriter& real(double value) { return sized(std::bit_cast<std::int64_t>(value)); }
  TupleWriter& time(Time value) { return sized(to_micros(value) - epoch_2000_us); }
  TupleWriter& date(Date value) {
    return sized(static_cast<std::int32_t>(value.time_since_epoch().count()) - epoch_2000_days);
  }
  TupleWriter& boolean(bool value) {
    raw(std::int32_t{1});
    out_.push_back(value ? '\1' : '\0');
    return *this;
  }
  TupleWriter& bytes(std::string_view value) {  // bytea, text
    raw(static_cast<std::int32_t>(value.size()));
    out_.append(value);
    return *this;
  }
  TupleWriter& text(std::string_view value) { return bytes(value); }
  TupleWriter& null() { return raw(std::int32_t{-1}); }

 private:
  template <class Integer>
  TupleWriter& raw(Integer value) {
    const Integer ordered = detail::big_endian(value);
    out_.append(reinterpret_cast<const char*>(&ordered), sizeof ordered);
    return *this;
  }
  template <class Integer>
  TupleWriter& sized(Integer value) {
    char field[4 + sizeof(Integer)];
    const auto size = detail::big_endian(static_cast<std::int32_t>(sizeof(Integer)));
    const auto ordered = detail::big_endian(value);
    std::memcpy(field, &size, 4);
    std::memcpy(field + 4, &ordered, sizeof ordered);
    out_.append(field, sizeof field);
    return *this;
  }
  std::string& out_;
};

// Fields of a binary result. The column must have the named type.
inline std::int64_t read_integer(std::string_view field) {
  return detail::read<std::int64_t>(field);
}
inline std::int32_t read_integer32(std::string_view field) {
  return detail::read<std::int32_t>(field);
}
inline double read_real(std::string_view field) {
  return std::bit_cast<double>(detail::read<std::int64_t>(field));
}
inline Time read_time(std::string_view field) {
  return from_micros(detail::read<std::int64_t>(field) + epoch_2000_us);
}
inline Date read_date(std::string_view field) {
  return Date{std::chrono::days{detail::read<std::int32_t>(field) + epoch_2000_days}};
}
inline bool read_boolean(std::string_view field) {
  return !field.empty() && field[0] != '\0';
}

// Walks tuples that TupleWriter wrote, for whoever must cut a set of rows in two.
class TupleReader {
 public:
  explicit TupleReader(std::string_view tuples) : rest_(tuples) {}
  bool at_end() const { return rest_.empty(); }
  // The whole next tuple, as bytes.
  std::string_view next() {
    const std::string_view from = rest_;
    const auto columns = detail::read<std::int16_t>(take(2));
    for (std::int16_t i = 0; i < columns; ++i)
      if (const auto size = detail::read<std::int32_t>(take(4)); size > 0)
        take(static_cast<std::size_t>(size));
    return from.substr(0, from.size() - rest_.size());
  }

 private:
  std::string_view take(std::size_t size) {
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view rest_;
};

}  // namespace trunkline::pg
