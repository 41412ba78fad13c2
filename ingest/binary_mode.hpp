// CloudEvents' binary mode: attributes in headers, `data` as the body. It becomes the structured document and
// is judged like every other. Over HTTP the headers begin with ce- and arrive percent-decoded (cpp-httplib
// does so to every header); in Kafka they begin with ce_ and are UTF-8 as they are.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "core/http.hpp"

namespace trunkline {

bool is_binary_mode(const http::Request& request);
// Errors: reject "json" when the body is not JSON by itself, "content_type" when it does not say to be,
// "encoding" when a header is not UTF-8.
Result<std::string> structured_from_binary(const http::Request& request, std::string data);

// The same wherever the attributes come from: `attribute_of("subject")` is empty where there is none.
Result<std::string> structured_from_attributes(
    std::string_view content_type, const std::function<std::string_view(std::string_view)>& attribute_of,
    std::string_view data);

}  // namespace trunkline
