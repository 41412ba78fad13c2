#include "projections/people/links.hpp"

namespace trunkline::people {
namespace {

void tokens_in(const EventView& event, std::string_view member, std::vector<std::string>& keys) {
  const auto contact = event.data.object(member);
  if (!contact) return;
  for (const std::string_view kind : {"phone", "email", "visitor_id", "token"})
    if (const auto token = contact->string(kind)) keys.push_back(contact_key(event.tenant, *token));
}

StatedBy stated_by(const EventView& event) {
  return event.data.string("by").value_or("") == "person" ? StatedBy::person : StatedBy::inferred;
}

}  // namespace

std::vector<LinkStatement> stated_links(const EventView& event) {
  std::vector<LinkStatement> links;
  if (event.family() == "subject" || event.type == "lead.unlinked") return links;
  std::vector<std::string> keys;
  tokens_in(event, "contact", keys);
  if (event.type == "lead.linked") tokens_in(event, "other", keys);
  for (std::size_t i = 0; i < keys.size(); ++i)
    for (std::size_t j = i + 1; j < keys.size(); ++j)
      if (keys[i] != keys[j]) links.push_back({keys[i], keys[j], stated_by(event), event.stamp});
  return links;
}

std::optional<UnlinkStatement> stated_unlink(const EventView& event) {
  if (event.type != "lead.unlinked" || event.contacts.empty()) return std::nullopt;
  return UnlinkStatement{contact_key(event.tenant, event.first_contact()), stated_by(event), event.stamp};
}

}  // namespace trunkline::people
