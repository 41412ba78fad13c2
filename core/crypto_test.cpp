#include "core/crypto.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace trunkline;

namespace {

std::string bytes(std::string_view hex_text) {
  return from_hex(hex_text).value();
}

Key256 key(std::string_view hex_text) {
  const auto text = bytes(hex_text);
  Key256 key;
  std::copy(text.begin(), text.end(), key.begin());
  return key;
}

Key256 some_key(std::uint8_t seed) {
  Key256 key;
  key.fill(seed);
  return key;
}

}  // namespace

TEST_CASE("SHA-256 gives the digest of FIPS 180-4's example") {
  CHECK(hex(as_text(sha256("abc"))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("HMAC-SHA256 gives the answers of RFC 4231, and gives them again") {
  const auto mac = [](const std::string& with, std::string_view text) {
    return hex(as_text(Hmac{with}.of({text})));
  };
  CHECK(mac(std::string(20, '\x0b'), "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(mac("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(mac(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  const Hmac reused{"Jefe"};
  const auto first = reused.of({"what do ya want ", "for nothing?"});
  CHECK(reused.of({"something else"}) != first);
  CHECK(reused.of({"what do ya want for nothing?"}) == first);
}

TEST_CASE("AES-256-GCM opens the box of the GCM specification's test case 16") {
  const auto nonce = bytes("cafebabefacedbaddecaf888");
  const auto sealed = bytes(
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e"
      "6393ba7a0a"
      "bcc9f662");
  const auto tag = bytes("76fc6ece0f4e1768cddf8853bb2d551b");
  const auto bound = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const auto opened = open_box(key("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"),
                               nonce + sealed + tag, bound);
  REQUIRE(opened);
  CHECK(hex(*opened) ==
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16a"
        "edf5aa0de65"
        "7ba637b39");
}

TEST_CASE("a box opens with its key and its bound text, and with nothing else") {
  const auto box = seal_box(some_key(1), "hello", "acme\0event-1");
  CHECK(box.size() == 5 + box_overhead_bytes);
  CHECK(open_box(some_key(1), box, "acme\0event-1") == "hello");
  CHECK_FALSE(open_box(some_key(2), box, "acme\0event-1"));
  CHECK_FALSE(open_box(some_key(1), box, "other\0event-1"));
  CHECK(open_box(some_key(1), seal_box(some_key(1), "", ""), "") == "");
}

TEST_CASE("no byte of a box can be changed or cut off unnoticed") {
  const auto box = seal_box(some_key(1), "hello", "b");
  for (std::size_t i = 0; i < box.size(); ++i) {
    auto altered = box;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    CHECK_FALSE(open_box(some_key(1), altered, "b"));
    CHECK_FALSE(open_box(some_key(1), std::string_view{box}.substr(0, i), "b"));
  }
}

TEST_CASE("the same text is never sealed into the same bytes") {
  std::set<std::string> boxes;
  for (int i = 0; i < 1000; ++i) boxes.insert(seal_box(some_key(1), "hello", ""));
  CHECK(boxes.size() == 1000);
}

TEST_CASE("keys are wrapped as in RFC 3394, section 4.6, and an altered wrap is refused") {
  const auto wrapping = key("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  const auto inner = key("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f");
  const auto wrapped = wrap_key(wrapping, inner);
  CHECK(hex(wrapped) == "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21");
  CHECK(unwrap_key(wrapping, wrapped) == inner);
  CHECK_FALSE(unwrap_key(some_key(3), wrapped));
  CHECK_FALSE(unwrap_key(wrapping, wrapped.substr(1)));
  for (std::size_t i = 0; i < wrapped.size(); ++i) {
    auto altered = wrapped;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    CHECK_FALSE(unwrap_key(wrapping, altered));
  }
}

TEST_CASE("random keys and derived keys differ from each other") {
  std::set<Key256> keys;
  for (int i = 0; i < 500; ++i) keys.insert(random_key());
  keys.insert(derive_key(some_key(1), "wrap"));
  keys.insert(derive_key(some_key(1), "access"));
  CHECK(keys.size() == 502);
  CHECK(derive_key(some_key(1), "wrap") == derive_key(some_key(1), "wrap"));
}

TEST_CASE("base64 is that of RFC 4648, and only what it writes is read") {
  const std::pair<const char*, const char*> known[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : known) {
    CHECK(base64(plain) == text);
    CHECK(from_base64(text) == plain);
  }
  CHECK(base64url("\xfb\xff\xfe") == "-__-");
  CHECK(from_base64url("-__-") == "\xfb\xff\xfe");
  for (const char* wrong : {"Zg", "Zg=", "Zh==", "Z===", "Zg==Zg==", "Zm9*", "Zm9v\n", "===="})
    CHECK_FALSE(from_base64(wrong));
  CHECK_FALSE(from_base64url("Zg=="));
  CHECK_FALSE(from_hex("0"));
  CHECK_FALSE(from_hex("0g"));
}

TEST_CASE("equal in constant time is equal") {
  CHECK(equal_in_constant_time("abc", "abc"));
  CHECK_FALSE(equal_in_constant_time("abc", "abd"));
  CHECK_FALSE(equal_in_constant_time("abc", "ab"));
}
