// How completeness is proven: every stored record has a digest, and a checkpoint keeps how many records it
// has folded and the sum of their digests. `verify` recounts the journal and compares.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trunkline {

// 128 bits: of one record XXH3_128 (seed 0) of its stored bytes; of many the sum modulo 2^128 of theirs. A
// sum does not depend on the order, and doubled records count twice.
struct Digest {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  auto operator<=>(const Digest&) const = default;
  Digest& operator+=(Digest other);
  Digest& operator-=(Digest other);
  friend Digest operator+(Digest a, Digest b) { return a += b; }
  friend Digest operator-(Digest a, Digest b) { return a -= b; }

  std::string text() const;   // 32 lower-case hex digits, as XXH128's canonical form
  std::string bytes() const;  // 16 bytes, big-endian: a bytea column
  static std::optional<Digest> from_text(std::string_view text);
  static std::optional<Digest> from_bytes(std::string_view bytes);
};

Digest digest_of(std::string_view document);

// What a checkpoint keeps beside its offset.
struct Tally {
  std::uint64_t count = 0;
  Digest sum;
  Digest last;  // of the newest record folded: compared on resume, so that a swapped journal is noticed

  bool operator==(const Tally&) const = default;
  void add(std::string_view document) { add(digest_of(document)); }
  void add(const Digest& record);
};

}  // namespace trunkline
