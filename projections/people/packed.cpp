// The packed forms of ties and peers.
#include "projections/people/people.hpp"

namespace trunkline::people {
namespace {

void pack_stamp(Packer& out, const Stamp& stamp) {
  out.count(stamp.stated() ? 1 : 0);
  if (stamp.stated()) out.stamp(stamp);
}

Stamp unpack_stamp(Unpacker& in) {
  return in.count() == 0 ? Stamp{} : in.stamp();
}

}  // namespace

void pack(Packer& out, const Ties& ties) {
  out.count(ties.hub ? 2 : ties.shared ? 1 : 0);
  pack_stamp(out, ties.unlinks.person);
  pack_stamp(out, ties.unlinks.inferred);
  out.count(ties.group.size());
  for (const std::string& member : ties.group) out.text(member);
}

Ties unpack_ties(Unpacker& in) {
  Ties ties;
  const std::uint64_t shared = in.count();
  ties.shared = shared != 0;
  ties.hub = shared == 2;
  ties.unlinks.person = unpack_stamp(in);
  ties.unlinks.inferred = unpack_stamp(in);
  for (std::uint64_t n = in.count(); n > 0 && in.ok(); --n) ties.group.emplace_back(in.text());
  return ties;
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

}  // namespace trunkline::people
