// Bytes of a packed column: numbers as LEB128 (signed ones zigzagged first), fixed numbers as 8 bytes and
// stamps as 16, big-endian, texts with their size in front. Equal contents give equal bytes.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/event.hpp"

namespace trunkline {

class Packer {
 public:
  Packer& count(std::uint64_t number) {
    for (; number >= 0x80; number >>= 7) bytes_.push_back(static_cast<char>(number | 0x80));
    bytes_.push_back(static_cast<char>(number));
    return *this;
  }
  Packer& number(std::int64_t number) {
    return count((static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63));
  }
  Packer& text(std::string_view text) {
    count(text.size());
    bytes_.append(text);
    return *this;
  }
  Packer& stamp(const Stamp& stamp) {
    return fixed(static_cast<std::uint64_t>(stamp.time_us)).fixed(stamp.tie);
  }
  Packer& fixed(std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes_.push_back(static_cast<char>(number >> shift));
    return *this;
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads what Packer wrote. Bytes that it did not write end in ok() == false and zeros, never in a wild read.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : rest_(bytes) {}
  bool ok() const { return ok_; }
  bool finished() const { return ok_ && rest_.empty(); }

  std::uint64_t count() {
    std::uint64_t number = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) return fail();
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      number |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0) return number;
    }
    return fail();
  }
  std::int64_t number() {
    const std::uint64_t zigzag = count();
    return static_cast<std::int64_t>(zigzag >> 1) ^ -static_cast<std::int64_t>(zigzag & 1);
  }
  std::string_view text() {
    const std::uint64_t size = count();
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }
  Stamp stamp() {
    const auto time = static_cast<std::int64_t>(fixed());
    return {time, fixed()};
  }
  std::uint64_t fixed() {
    if (rest_.size() < 8) return fail();
    std::uint64_t number = 0;
    for (int i = 0; i < 8; ++i)
      number = number << 8 | static_cast<unsigned char>(rest_[static_cast<std::size_t>(i)]);
    rest_.remove_prefix(8);
    return number;
  }

 private:
  std::uint64_t fail() {
    ok_ = false;
    rest_ = {};
    return 0;
  }
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace trunkline
