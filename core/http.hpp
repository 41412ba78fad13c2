// HTTP as handlers see it: a request, an answer, the table of routes. No library's type is in reach here; the
// sockets are core/http_server.hpp's business.
//
// Every refusal is application/problem+json, made from an Error: {type, title, status, detail, code,
// pointer?, errors?}. A handler runs on the connection's own thread, so handlers must bear being called from
// many threads at once.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "core/result.hpp"

namespace trunkline::http {

enum class Method { get, post, put, patch, remove };

// What a key allows. `open` needs no key; `admin` includes the others.
enum class Scope { open, ingest, read, command, admin };
std::string_view scope_name(Scope scope);
std::optional<Scope> parse_scope(std::string_view name);

inline constexpr std::string_view platform_tenant = "_platform";

// Who is asking, as the key says.
struct Caller {
  TenantId tenant;           // "_platform" for the operator's own keys
  std::string key_id;        // names the key in logs; no secret
  std::uint32_t scopes = 0;  // bit per Scope

  bool may(Scope scope) const;
  bool platform() const { return tenant.value() == platform_tenant; }
};

// Decides about a bearer token; any thread. Errors: reject "unauthorized".
using Authenticate = std::function<Result<Caller>(std::string_view bearer)>;

// The query string, decoded. Readers judge what they give: a parameter that is missing is an empty optional,
// one that is malformed, out of bounds or given twice is reject "query" naming it (never its value).
class Query {
 public:
  Query() = default;
  static Result<Query> parse(
      std::string_view text);  // what stands behind the "?"; reject "query" on bad escapes

  // Refuses every parameter that is not in the list: a misspelt filter must not silently filter nothing.
  Status only(std::initializer_list<std::string_view> names) const;
  bool has(std::string_view name) const;
  Result<std::optional<std::string>> text(std::string_view name, std::size_t bytes_max = 1024) const;
  std::vector<std::string> texts(std::string_view name) const;  // may be given any number of times
  Result<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most,
                               std::int64_t otherwise) const;
  Result<bool> boolean(std::string_view name, bool otherwise) const;  // true | false
  Result<std::optional<Time>> time(std::string_view name) const;      // RFC 3339
  Result<std::optional<std::string>> one_of(std::string_view name,
                                            std::initializer_list<std::string_view> values) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return parameters_; }

 private:
  Result<const std::string*> only_value(std::string_view name) const;  // nullptr when missing
  std::vector<std::pair<std::string, std::string>> parameters_;
};

// The body, read as it arrives. One use: either all() or stream(), once.
class Body {
 public:
  using Sink = std::function<bool(std::string_view piece)>;  // false: enough, stop reading
  virtual ~Body() = default;
  // Gives the pieces to the sink in order, decompressed, until the end. Errors: reject "too_large" beyond
  // bytes_max, "slow_client", "incomplete" (the client went away or broke its framing), "stopped" (the sink
  // had enough).
  virtual Status stream(std::size_t bytes_max, const Sink& sink) = 0;
  Result<std::string> all(std::size_t bytes_max);
};

struct Request {
  Method method = Method::get;
  std::string_view route;  // the template, "/v1/leads/{id}": what logs may name
  std::vector<std::pair<std::string_view, std::string>> path_parameters;
  Query query;
  Caller caller;
  Body* body = nullptr;  // never null in a handler

  // A path parameter of the route's template; it is a bug to ask for another one.
  const std::string& path(std::string_view name) const;
  // A header by name, whatever its case; empty when missing.
  std::function<std::string_view(std::string_view name)> header;
  std::string_view content_type() const;  // lower case not assured; parameters ("; charset=") cut off

  // Whose data this is about: the key's tenant, or for a `_platform` key the one that ?tenant= names.
  // Errors: reject "forbidden" when a tenant's key names another; "tenant_missing" when a platform key names
  // none.
  Result<TenantId> tenant() const;
};

// An answer that is found while it is sent: appends the next piece and says whether more will come. Called on
// the connection's own thread, again when the client has taken the piece before, so memory stays at one piece
// and a slow client holds up nobody but itself. It returns within a second (an empty piece will do): between
// two calls is seen whether the client is gone or the server stops. An error breaks the answer off, and the
// client can tell that it is not whole.
enum class More { yes, no };
using Pieces = std::function<Result<More>(std::string& piece)>;

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  Pieces pieces = nullptr;  // instead of a body; so many at once as ServerSettings::streams_max allows
  std::vector<std::pair<std::string, std::string>> headers;

  Response& header(std::string name, std::string value);
  Response& position(std::string text);  // header Trunkline-Position
};

Response json(std::string body, int status = 200);
// An error as a client sees it. The status follows from code and fault; `errors` is a JSON array, already
// written.
// `more_members` are written besides: "a":1,"b":2
Response problem(const Error& error, std::string_view errors_json = {}, std::string_view more_members = {});
int status_of(const Error& error);

using Handler = std::function<Response(Request& request)>;

// Route templates: "/v1/leads/{id}/timeline". Literal segments win over parameters, whatever the order of
// adding.
class Routes {
 public:
  Routes& get(std::string route, Scope scope, Handler handler);
  Routes& post(std::string route, Scope scope, Handler handler);
  Routes& remove(std::string route, Scope scope, Handler handler);

  struct Route {
    Method method;
    std::string route;
    Scope scope;
    Handler handler;
    std::vector<std::string> segments;
  };
  struct Match {
    const Route* route;
    std::vector<std::pair<std::string_view, std::string>> parameters;
  };
  // The path percent-encoded, as it came. Errors: reject "not_found", "method_not_allowed", "path" (bad
  // escapes).
  Result<Match> find(Method method, std::string_view path) const;

 private:
  Routes& add(Method method, std::string route, Scope scope, Handler handler);
  std::vector<Route> routes_;
};

// %XX (and "+" for a blank where asked); nullopt on a broken escape, a NUL byte, or bytes that are not UTF-8.
enum class Plus { literal, blank };
std::optional<std::string> percent_decoded(std::string_view text, Plus plus = Plus::literal);

}  // namespace trunkline::http
