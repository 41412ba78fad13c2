#include "projections/leads/contact.hpp"

#include "projections/leads/fact.hpp"

namespace trunkline::leads {

void Contact::erase() {
  erased = true;
  opened = {};
  literal.clear();
}

std::string pack(const Contact& contact) {
  Packer out;
  out.count(contact.erased ? 1 : 0);
  people::pack(out, contact.ties);
  contact.details.pack(out);
  contact.opened.pack(out);
  out.text(contact.literal);
  contact.totals.pack(out);
  return out.take();
}

std::optional<Contact> unpack_contact(std::string_view tenant, std::string_view token,
                                      std::string_view bytes) {
  Unpacker in(bytes);
  Contact contact;
  contact.tenant = tenant;
  contact.token = token;
  contact.erased = in.count() != 0;
  contact.ties = people::unpack_ties(in);
  contact.details = Fields::unpack(in);
  contact.opened = Fields::unpack(in);
  contact.literal = in.text();
  contact.totals = Totals::unpack(in);
  if (!in.finished()) return std::nullopt;
  return contact;
}

}  // namespace trunkline::leads
