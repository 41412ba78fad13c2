#include "projections/leads/contact.hpp"

#include "projections/leads/fact.hpp"

namespace trunkline::leads {
namespace {

void pack_stamp(Packer& out, const Stamp& stamp) {
  out.count(stamp.stated() ? 1 : 0);
  if (stamp.stated()) out.stamp(stamp);
}

Stamp unpack_stamp(Unpacker& in) {
  return in.count() == 0 ? Stamp{} : in.stamp();
}

}  // namespace

void Contact::erase() {
  erased = true;
  opened = {};
  literal.clear();
}

std::string pack(const Contact& contact) {
  Packer out;
  out.count(contact.erased ? 1 : 0).count(contact.ties.shared ? 1 : 0);
  pack_stamp(out, contact.ties.unlinks.person);
  pack_stamp(out, contact.ties.unlinks.inferred);
  out.count(contact.ties.group.size());
  for (const std::string& member : contact.ties.group) out.text(member);
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
  contact.ties.shared = in.count() != 0;
  contact.ties.unlinks.person = unpack_stamp(in);
  contact.ties.unlinks.inferred = unpack_stamp(in);
  for (std::uint64_t n = in.count(); n > 0 && in.ok(); --n) contact.ties.group.emplace_back(in.text());
  contact.details = Fields::unpack(in);
  contact.opened = Fields::unpack(in);
  contact.literal = in.text();
  contact.totals = Totals::unpack(in);
  if (!in.finished()) return std::nullopt;
  return contact;
}

std::string pack(const Peers& peers) {
  Packer out;
  out.count(peers.size());
  for (const auto& [peer, link] : peers) {
    out.text(token_in(peer));
    for (const Stamp& stamp : {link.person, link.inferred, link.unlinked.person, link.unlinked.inferred})
      pack_stamp(out, stamp);
  }
  return out.take();
}

std::optional<Peers> unpack_peers(std::string_view tenant, std::string_view bytes) {
  Unpacker in(bytes);
  Peers peers;
  for (std::uint64_t n = in.count(); n > 0 && in.ok(); --n) {
    const std::string peer = contact_key(tenant, in.text());
    Link link;
    for (Stamp* stamp : {&link.person, &link.inferred, &link.unlinked.person, &link.unlinked.inferred})
      *stamp = unpack_stamp(in);
    peers.emplace_hint(peers.end(), peer, link);
  }
  if (!in.finished()) return std::nullopt;
  return peers;
}

}  // namespace trunkline::leads
