// CloudEvents' binary mode over HTTP: attributes in ce- headers, `data` as the body. It becomes the
// structured document and is judged like every other. Values arrive percent-decoded: cpp-httplib does so to
// every header.
#pragma once
#include <string>

#include "core/http.hpp"

namespace trunkline {

bool is_binary_mode(const http::Request& request);
// Errors: reject "json" when the body is not JSON by itself, "content_type" when it does not say to be,
// "encoding" when a header is not UTF-8.
Result<std::string> structured_from_binary(const http::Request& request, std::string data);

}  // namespace trunkline
