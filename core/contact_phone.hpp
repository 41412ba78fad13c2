// Phone numbers in E.164: the part of core/contact.hpp that asks libphonenumber.
#pragma once
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace trunkline {

// As normalise(ContactKind::phone, …). North American numbers that are already in E.164 are taken as they are
// (0.02 µs); others are asked of libphonenumber (some 10 µs) and kept in a bounded cache. Any thread.
Result<std::string> normalise_phone(std::string_view text, std::string_view region);

// The same without fast path and cache: what tests compare with.
Result<std::string> normalise_phone_by_library(std::string_view text, std::string_view region);

}  // namespace trunkline
