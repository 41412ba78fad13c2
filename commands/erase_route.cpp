#include "commands/erase_route.hpp"

#include "core/json.hpp"

namespace trunkline {
namespace {

constexpr std::int64_t wait_ms_max = 30'000;
constexpr std::int64_t wait_ms_default = 10'000;

http::Response erase(http::Request& request, Erasing& erasing) {
  const auto tenant = request.tenant();
  if (!tenant) return http::problem(tenant.error());
  if (const auto known = request.query.only({"tenant", "wait_ms"}); !known)
    return http::problem(known.error());
  const auto wait_ms = request.query.integer("wait_ms", 0, wait_ms_max, wait_ms_default);
  if (!wait_ms) return http::problem(wait_ms.error());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds{*wait_ms};
  const auto erased = erasing.erase({*tenant, request.path("id"), request.caller.key_id, deadline});
  if (!erased) return http::problem(erased.error());
  std::string body;
  json::Writer(body)
      .open('{')
      .key("lead_id")
      .string(erased->lead_id)
      .key("erased_contacts")
      .number(erased->contacts)
      .key("event_id")
      .string(erased->event_id)
      .key("position")
      .string(erased->position)
      .close('}');
  auto response = http::json(std::move(body));
  response.position(erased->position);
  return response;
}

}  // namespace

void add_erase_route(http::Routes& routes, Erasing& erasing) {
  routes.post("/v1/leads/{id}/erase", http::Scope::command,
              [&erasing](http::Request& request) { return erase(request, erasing); });
}

}  // namespace trunkline
