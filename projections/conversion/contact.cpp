#include "projections/conversion/contact.hpp"

namespace trunkline::conversion {

bool Worth::merge(const Worth& stated) {
  if (!(stamp < stated.stamp)) return false;
  *this = stated;
  return true;
}

std::string pack(const Contact& contact) {
  Packer out;
  people::pack(out, contact.ties);
  out.number(contact.first_seen_us == never_us ? 0 : contact.first_seen_us);
  out.count(contact.worth.stamp.stated() ? 1 : 0);
  if (contact.worth.stamp.stated())
    out.stamp(contact.worth.stamp).number(contact.worth.value_e4).text(contact.worth.currency);
  out.fixed(contact.lead_digest);
  pack(out, contact.entries);
  return out.take();
}

std::optional<Contact> unpack_contact(std::string_view tenant, std::string_view token,
                                      std::string_view bytes) {
  Unpacker in(bytes);
  Contact contact;
  contact.tenant = tenant;
  contact.token = token;
  contact.ties = people::unpack_ties(in);
  const std::int64_t seen_us = in.number();
  if (seen_us != 0) contact.first_seen_us = seen_us;
  if (in.count() != 0) {
    contact.worth.stamp = in.stamp();
    contact.worth.value_e4 = in.number();
    contact.worth.currency = in.text();
  }
  contact.lead_digest = in.fixed();
  contact.entries = unpack_entries(in);
  if (!in.finished()) return std::nullopt;
  return contact;
}

}  // namespace trunkline::conversion
