#include "projections/analytics/plans.hpp"

namespace trunkline::analytics {
namespace {

constexpr std::int64_t unlimited = -1;

struct Plan {
  std::string_view name;
  std::int64_t chat_messages, voice_minutes, numbers, agents, pages;
};
constexpr Plan plans[] = {{"starter", 1'000, 0, 0, 1, 50},
                          {"pro", 5'000, 500, 1, 3, 200},
                          {"business", unlimited, 2'000, 3, 10, 500},
                          {"agency", unlimited, 5'000, 10, 25, 1'000}};

std::int64_t included(const Plan& plan, std::string_view name) {
  if (name == "chat_messages") return plan.chat_messages;
  if (name == "voice_minutes") return plan.voice_minutes;
  if (name == "numbers") return plan.numbers;
  if (name == "agents") return plan.agents;
  return name == "pages" ? plan.pages : unlimited;
}

}  // namespace

std::optional<std::int64_t> limit_of(const TenantSettings& settings, std::string_view name) {
  const auto own = settings.limits.find(std::string{name});
  if (own != settings.limits.end()) return own->second;
  for (const Plan& plan : plans)
    if (plan.name == settings.plan && included(plan, name) != unlimited) return included(plan, name);
  return std::nullopt;
}

}  // namespace trunkline::analytics
