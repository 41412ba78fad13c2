#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "core/http.hpp"
#include "core/json.hpp"

namespace trunkline::http {
namespace {

constexpr std::array<std::string_view, 5> scope_names = {"open", "ingest", "read", "command", "admin"};

constexpr std::uint32_t bit(Scope scope) {
  return 1u << static_cast<unsigned>(scope);
}

Error bad_query(std::string_view name, std::string_view why) {
  return rejected("query", "the query parameter \"" + std::string{name} + "\" " + std::string{why});
}

struct CodeStatus {
  std::string_view code;
  int status;
};
constexpr CodeStatus statuses[] = {
    {"json", 400},        {"too_deep", 400},         {"query", 400},
    {"path", 400},        {"encoding", 400},         {"incomplete", 400},
    {"position", 400},    {"foreign_position", 400}, {"framing", 400},
    {"empty", 400},       {"tenant_missing", 400},   {"unauthorized", 401},
    {"forbidden", 403},   {"not_found", 404},        {"method_not_allowed", 405},
    {"slow_client", 408}, {"conflict", 409},         {"stale", 409},
    {"too_large", 413},   {"content_type", 415},     {"headers_too_large", 431},
};

std::string_view title_of(int status) {
  switch (status) {
    case 400:
      return "Bad request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not found";
    case 405:
      return "Method not allowed";
    case 408:
      return "Request timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content too large";
    case 414:
      return "URI too long";
    case 415:
      return "Unsupported media type";
    case 422:
      return "Unprocessable content";
    case 431:
      return "Request header fields too large";
    case 503:
      return "Service unavailable";
    default:
      return status < 500 ? "Refused" : "Internal error";
  }
}

}  // namespace

std::string_view scope_name(Scope scope) {
  return scope_names[static_cast<std::size_t>(scope)];
}

std::optional<Scope> parse_scope(std::string_view name) {
  const auto found = std::find(scope_names.begin() + 1, scope_names.end(), name);
  if (found == scope_names.end()) return std::nullopt;
  return static_cast<Scope>(found - scope_names.begin());
}

bool Caller::may(Scope scope) const {
  return scope == Scope::open || (scopes & (bit(scope) | bit(Scope::admin))) != 0;
}

int status_of(const Error& error) {
  for (const auto& [code, status] : statuses)
    if (code == error.code) return status;
  return error.fault == Fault::reject ? 422 : error.fault == Fault::retry ? 503 : 500;
}

Response problem(const Error& error, std::string_view errors_json, std::string_view more_members) {
  Response response;
  response.status = status_of(error);
  response.content_type = "application/problem+json";
  json::Writer out(response.body);
  out.open('{').key("type").string("urn:trunkline:problem:" + error.code);
  out.key("title").string(title_of(response.status)).key("status").number(response.status);
  out.key("detail").string(error.message).key("code").string(error.code);
  if (!error.pointer.empty()) out.key("pointer").string(error.pointer);
  if (!errors_json.empty()) out.key("errors").raw(errors_json);
  if (!more_members.empty()) out.raw(more_members);
  out.close('}');
  if (response.status == 401) response.header("WWW-Authenticate", "Bearer");
  if (response.status == 503) response.header("Retry-After", "1");
  return response;
}

Response json(std::string body, int status) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

Response& Response::header(std::string name, std::string value) {
  headers.emplace_back(std::move(name), std::move(value));
  return *this;
}

Response& Response::position(std::string text) {
  return header("Trunkline-Position", std::move(text));
}

Result<std::string> Body::all(std::size_t bytes_max) {
  std::string whole;
  const auto read = stream(bytes_max, [&](std::string_view piece) {
    whole.append(piece);
    return true;
  });
  if (!read) return read.error();
  return whole;
}

const std::string& Request::path(std::string_view name) const {
  const auto found = std::find_if(path_parameters.begin(), path_parameters.end(),
                                  [&](const auto& parameter) { return parameter.first == name; });
  if (found == path_parameters.end()) throw std::logic_error("the route has no such path parameter");
  return found->second;
}

std::string_view Request::content_type() const {
  std::string_view type = header("Content-Type");
  type = type.substr(0, type.find(';'));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
  return type;
}

Result<TenantId> Request::tenant() const {
  const auto named = query.text("tenant", 64);
  if (!named) return named.error();
  if (!named->has_value()) {
    if (caller.platform()) return rejected("tenant_missing", "an operator's key names the tenant: ?tenant=…");
    return caller.tenant;
  }
  if (!caller.platform() && **named != caller.tenant.value())
    return rejected("forbidden", "this key belongs to another tenant than the one named");
  return TenantId{**named};
}

Result<Query> Query::parse(std::string_view text) {
  Query query;
  while (!text.empty()) {
    const auto pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto name = percent_decoded(pair.substr(0, equals), Plus::blank);
    auto value = percent_decoded(equals == pair.npos ? "" : pair.substr(equals + 1), Plus::blank);
    if (!name || !value) return rejected("query", "the query string is not percent-encoded UTF-8");
    query.parameters_.emplace_back(std::move(*name), std::move(*value));
  }
  return query;
}

Status Query::only(std::initializer_list<std::string_view> names) const {
  for (const auto& [name, value] : parameters_) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    std::string known;
    for (const auto each : names) known.append(known.empty() ? "" : ", ").append(each);
    return rejected("query", "unknown query parameter; this address knows: " + known);
  }
  return done();
}

bool Query::has(std::string_view name) const {
  return !texts(name).empty();
}

std::vector<std::string> Query::texts(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [each, value] : parameters_)
    if (each == name) values.push_back(value);
  return values;
}

Result<const std::string*> Query::only_value(std::string_view name) const {
  const std::string* found = nullptr;
  for (const auto& [each, value] : parameters_) {
    if (each != name) continue;
    if (found != nullptr) return bad_query(name, "is given twice");
    found = &value;
  }
  return found;
}

Result<std::optional<std::string>> Query::text(std::string_view name, std::size_t bytes_max) const {
  const auto value = only_value(name);
  if (!value) return value.error();
  if (*value == nullptr) return std::optional<std::string>{};
  if ((*value)->size() > bytes_max)
    return bad_query(name, "is longer than " + std::to_string(bytes_max) + " bytes");
  return std::optional{**value};
}

Result<std::int64_t> Query::integer(std::string_view name, std::int64_t least, std::int64_t most,
                                    std::int64_t otherwise) const {
  const auto value = only_value(name);
  if (!value) return value.error();
  if (*value == nullptr) return otherwise;
  const std::string& text = **value;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most)
    return bad_query(name, "is a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return number;
}

Result<bool> Query::boolean(std::string_view name, bool otherwise) const {
  const auto value = only_value(name);
  if (!value) return value.error();
  if (*value == nullptr) return otherwise;
  if (**value != "true" && **value != "false") return bad_query(name, "is true or false");
  return **value == "true";
}

Result<std::optional<Time>> Query::time(std::string_view name) const {
  const auto value = only_value(name);
  if (!value) return value.error();
  if (*value == nullptr) return std::optional<Time>{};
  const auto time = parse_time(**value);
  if (!time) return bad_query(name, "is an RFC 3339 time with its offset, as 2026-11-21T09:00:00Z");
  return time;
}

Result<std::optional<std::string>> Query::one_of(std::string_view name,
                                                 std::initializer_list<std::string_view> values) const {
  const auto value = only_value(name);
  if (!value) return value.error();
  if (*value == nullptr) return std::optional<std::string>{};
  if (std::find(values.begin(), values.end(), **value) != values.end()) return std::optional{**value};
  std::string known;
  for (const auto each : values) known.append(known.empty() ? "" : ", ").append(each);
  return bad_query(name, "is one of " + known);
}

}  // namespace trunkline::http
