#include <algorithm>

#include "core/http.hpp"
#include "core/json.hpp"

namespace trunkline::http {
namespace {

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  segments.reserve(6);
  if (!path.empty() && path.front() == '/') path.remove_prefix(1);
  while (true) {
    const auto slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == path.npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool fits(const Routes::Route& route, const std::vector<std::string_view>& segments) {
  return route.segments.size() == segments.size() &&
         std::equal(segments.begin(), segments.end(), route.segments.begin(),
                    [](std::string_view given, const std::string& wanted) {
                      return is_parameter(wanted) ? !given.empty() : given == wanted;
                    });
}

// At the first segment where they differ in kind, the literal one wins.
bool more_literal(const Routes::Route& a, const Routes::Route& b) {
  for (std::size_t i = 0; i < a.segments.size(); ++i)
    if (is_parameter(a.segments[i]) != is_parameter(b.segments[i])) return is_parameter(b.segments[i]);
  return false;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text, Plus plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::blank) {
      decoded.push_back(' ');
    } else if (text[i] != '%') {
      decoded.push_back(text[i]);
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  if (decoded.find('\0') != decoded.npos || !json::valid_utf8(decoded)) return std::nullopt;
  return decoded;
}

Routes& Routes::add(Method method, std::string route, Scope scope, Handler handler) {
  std::vector<std::string> segments;
  for (const auto segment : segments_of(route)) segments.emplace_back(segment);
  routes_.push_back({method, std::move(route), scope, std::move(handler), std::move(segments)});
  return *this;
}

Routes& Routes::get(std::string route, Scope scope, Handler handler) {
  return add(Method::get, std::move(route), scope, std::move(handler));
}
Routes& Routes::post(std::string route, Scope scope, Handler handler) {
  return add(Method::post, std::move(route), scope, std::move(handler));
}
Routes& Routes::remove(std::string route, Scope scope, Handler handler) {
  return add(Method::remove, std::move(route), scope, std::move(handler));
}

Result<Routes::Match> Routes::find(Method method, std::string_view path) const {
  const auto segments = segments_of(path);
  const Route* best = nullptr;
  bool path_known = false;
  for (const Route& route : routes_) {
    if (!fits(route, segments)) continue;
    path_known = true;
    if (route.method == method && (best == nullptr || more_literal(route, *best))) best = &route;
  }
  if (best == nullptr)
    return path_known ? rejected("method_not_allowed", "this address does not take that method")
                      : rejected("not_found", "there is nothing at this address");
  Match match{best, {}};
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (!is_parameter(best->segments[i])) continue;
    auto value = percent_decoded(segments[i]);
    if (!value) return rejected("path", "the path is not percent-encoded UTF-8");
    const std::string_view name = best->segments[i];
    match.parameters.emplace_back(name.substr(1, name.size() - 2), std::move(*value));
  }
  return match;
}

}  // namespace trunkline::http
