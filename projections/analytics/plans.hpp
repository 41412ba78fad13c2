// What the plans include per calendar month (domain §8), unless the tenant's own limits say otherwise.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "projections/tenant_settings.hpp"

namespace trunkline::analytics {

// nullopt: unlimited, or no plan is known. Names: chat_messages, voice_minutes, numbers, agents, pages.
std::optional<std::int64_t> limit_of(const TenantSettings& settings, std::string_view name);

}  // namespace trunkline::analytics
