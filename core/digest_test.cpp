#include "core/digest.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

using namespace trunkline;

TEST_CASE("a record's digest is XXH3_128 of its bytes, as xxhsum -H2 prints it") {
  CHECK(digest_of("").text() == "99aa06d3014798d86001c324468d497f");
  CHECK(digest_of("a").text() == "a96faf705af16834e6c632b61e964e1f");
}

TEST_CASE("a sum of digests carries over 64 bits and wraps at 128") {
  const Digest ones{~0ull, ~0ull};
  CHECK(Digest{0, ~0ull} + Digest{0, 1} == Digest{1, 0});
  CHECK(ones + Digest{0, 1} == Digest{0, 0});
  CHECK(Digest{1, 0} - Digest{0, 1} == Digest{0, ~0ull});
  CHECK(Digest{0, 0} - Digest{0, 1} == ones);
}

TEST_CASE("a tally's sum does not depend on the order, and counts a doubled record twice") {
  std::vector<std::string> documents;
  for (int i = 0; i < 100; ++i) documents.push_back("record " + std::to_string(i));
  Tally forward;
  for (const auto& document : documents) forward.add(document);
  std::shuffle(documents.begin(), documents.end(), std::mt19937{7});
  Tally shuffled;
  for (const auto& document : documents) shuffled.add(document);
  CHECK(forward.sum == shuffled.sum);
  CHECK(forward.count == shuffled.count);
  CHECK(shuffled.last == digest_of(documents.back()));
  shuffled.add(documents.front());
  CHECK(shuffled.count == 101);
  CHECK(shuffled.sum - forward.sum == digest_of(documents.front()));
}

TEST_CASE("a digest survives its text and its bytes, and nothing else reads as one") {
  const Digest digest = digest_of("round trip");
  CHECK(Digest::from_text(digest.text()) == digest);
  CHECK(Digest::from_bytes(digest.bytes()) == digest);
  CHECK(digest.bytes().size() == 16);
  CHECK_FALSE(Digest::from_text(digest.text().substr(1)));
  CHECK_FALSE(Digest::from_text(std::string(31, '0') + "x"));
  CHECK_FALSE(Digest::from_text(std::string(31, '0') + "A"));
  CHECK_FALSE(Digest::from_bytes(digest.bytes() + "x"));
}
