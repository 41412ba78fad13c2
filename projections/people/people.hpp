// Who is who: contact points that are one person. Pure; the folds bring the rows (reach.hpp).
//
// A link joins two contact points; it was stated by a person or inferred. An un-link names one contact point
// and voids its links so far (whoever stated them); one by a person also voids its inferred links of any
// time: only a person links again. A contact with more than peers_max live peers of one kind (a reception's
// number, info@) is shared and joins nobody. A lead is a connected component of live links among contacts
// that are not shared. One that was ever linked with more than peers_known_max others is a hub: shared for
// ever, and its peers are forgotten, so that no row grows without end.
//
// Every rule reads newest stamps and sets only, so any order and any repetition of statements ends the same.
#pragma once
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.hpp"
#include "projections/packing.hpp"

namespace trunkline::people {

enum class StatedBy { person, inferred };
inline constexpr std::size_t peers_max = 8;
inline constexpr std::size_t peers_known_max = 64;

struct Unlinks {
  Stamp person, inferred;  // the newest of each
  void merge(const Unlinks& other);
  bool operator==(const Unlinks&) const = default;
};

struct Link {
  Stamp person, inferred;  // the newest statement of each
  Unlinks unlinked;        // the newest of either end: a copy, so that one end suffices to judge
  void merge(const Link& other);
  bool live() const;
  bool operator==(const Link&) const = default;
};

// What a contact point's own row keeps about its person.
struct Ties {
  Unlinks unlinks;
  bool shared = false;
  bool hub = false;                // shared for ever
  std::vector<std::string> group;  // tokens of the lead's members, sorted; empty: this contact alone
  bool operator==(const Ties&) const = default;
};

using Peers = std::map<std::string, Link, std::less<>>;  // by the peer's key

// Keys are "tenant NUL token"; pure tests use bare tokens.
std::string contact_key(std::string_view tenant, std::string_view token);
std::string_view tenant_in(std::string_view key);
std::string_view token_in(std::string_view key);

// Packed forms for rows: ties in a contact point's own, peers by token in one beside it.
void pack(Packer& out, const Ties& ties);
Ties unpack_ties(Unpacker& in);
std::string pack(const Peers& peers);
std::optional<Peers> unpack_peers(std::string_view tenant, std::string_view bytes);

// The rows that a batch of statements reaches. Asking for what was not loaded is the caller's bug.
class PeopleRows {
 public:
  virtual ~PeopleRows() = default;
  virtual Ties& ties(const std::string& key) = 0;
  virtual Peers& peers(const std::string& key) = 0;  // all of them
};

struct LinkStatement {
  std::string a, b;
  StatedBy by = StatedBy::inferred;
  Stamp stamp;
};
struct UnlinkStatement {
  std::string contact;
  StatedBy by = StatedBy::inferred;
  Stamp stamp;
};

struct LinkChanges {
  std::vector<std::pair<std::string, std::string>> links;  // both directions of every link that was touched
  std::vector<std::string> regroup;                        // contacts whose lead may be another now; sorted
  std::vector<std::string> hubs;                           // contacts that became hubs: settle_hubs()
};

// Folds the statements into links and un-links and settles who is shared. Needs ties and peers of every
// contact that a statement names, and peers of the peers of every un-linked one.
LinkChanges state_links(PeopleRows& rows, std::span<const LinkStatement> links,
                        std::span<const UnlinkStatement> unlinks);

// Forgets the peers of changes.hubs and goes on with the changes. A link with a hub remains known to the
// other end only, as nothing but its name: it counts towards that one's own peers_known_max. Needs ties and
// peers of every peer of the hubs.
void settle_hubs(PeopleRows& rows, LinkChanges& changes);

// Rewrites `group` of all these contacts, which must be whole former groups around LinkChanges::regroup.
// Needs ties of all and peers of those that are not shared.
void regroup(PeopleRows& rows, std::span<const std::string> contacts);

bool is_shared(const Peers& peers);

// The public id of a contact's lead: the smallest member token.
std::string_view lead_of(const Ties& ties, std::string_view token);

}  // namespace trunkline::people
