#include "projections/leads/script_text.hpp"

#include <algorithm>

#include "core/json.hpp"

namespace trunkline::leads {
namespace {

// Braces of the JSON itself stand before a quote or a bracket, never around a bare word.
bool is_name(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

}  // namespace

std::string filled(std::string_view json, const Values& values, std::set<std::string>& missing) {
  std::string out;
  while (!json.empty()) {
    const std::size_t open = json.find('{');
    out.append(json.substr(0, open));
    if (open == std::string_view::npos) break;
    json.remove_prefix(open);
    const std::size_t close = json.find('}');
    const std::string_view name =
        close == std::string_view::npos ? std::string_view{} : json.substr(1, close - 1);
    if (!is_name(name)) {
      out.push_back('{');
      json.remove_prefix(1);
      continue;
    }
    json.remove_prefix(close + 1);
    const auto value = values.find(name);
    if (value == values.end() || value->second.empty()) {
      missing.insert(std::string{name});
      continue;
    }
    std::string quoted;
    json::write_string(quoted, value->second);
    out.append(quoted, 1, quoted.size() - 2);
  }
  return out;
}

}  // namespace trunkline::leads
