#include "projections/conversion/loaded.hpp"

#include <set>

#include "core/digest.hpp"
#include "projections/conversion/lead.hpp"

namespace trunkline::conversion {

using people::contact_key;
using people::tenant_in;
using people::token_in;

namespace {

template <class Row>
TableWrite empty_write(TableWrite::Kind kind) {
  const std::size_t columns = kind == TableWrite::Kind::remove ? Row::key_columns : columns_of<Row>;
  return {kind, Row::table, column_names<Row>(columns), Row::key_columns, {}, 0};
}

void remove_row(TableWrite& write, std::string_view tenant, std::string_view name) {
  pg::TupleWriter(write.tuples).begin(2).text(tenant).text(name);
  ++write.rows;
}

template <class Row>
void add_row(TableWrite& write, const Row& row) {
  encode_row(write.tuples, row);
  ++write.rows;
}

}  // namespace

struct LoadedContacts::Writes {
  TableWrite leads_gone = empty_write<LeadRow>(TableWrite::Kind::remove);
  TableWrite leads_new = empty_write<LeadRow>(TableWrite::Kind::insert);
  TableWrite leads = empty_write<LeadRow>(TableWrite::Kind::replace);
  TableWrite journeys_gone = empty_write<JourneyRow>(TableWrite::Kind::remove);
  TableWrite journeys = empty_write<JourneyRow>(TableWrite::Kind::replace);
  std::set<std::string> written;  // tenant NUL conversion
};

bool LoadedContacts::is_new(const std::string& key) const {
  return contact_rows_.find({tenant_in(key), token_in(key)}) == nullptr;
}

void LoadedContacts::conversion_left(std::string_view tenant, std::string_view conversion) {
  left_.insert(contact_key(tenant, conversion));
}

Status LoadedContacts::bring_rows(Postgres& session, std::span<const std::string> keys) {
  std::vector<std::string> missing;
  for (const std::string& key : keys) {
    if (contacts_.contains(key)) continue;
    contact_rows_.want({tenant_in(key), token_in(key)});
    missing.push_back(key);
  }
  if (const auto loaded = contact_rows_.load(session); !loaded) return loaded;
  for (const std::string& key : missing) {
    const ContactRow* row = contact_rows_.find({tenant_in(key), token_in(key)});
    Contact& contact = contacts_[key];
    contact.tenant = tenant_in(key);
    contact.token = token_in(key);
    if (row == nullptr) continue;
    auto known = unpack_contact(tenant_in(key), token_in(key), texts_.keep(row->packed));
    if (!known) return must_stop("row", "conversion: a packed column of table contacts cannot be read");
    contact = std::move(*known);
  }
  return done();
}

void LoadedContacts::store_lead(const std::string& head, Writes& writes) {
  std::vector<const Contact*> members;
  for (const std::string& member : members_around(std::span{&head, 1}))
    members.push_back(&contacts_.at(member));
  const Lead lead = derive_lead(members);
  std::string encoded;
  encode_row(encoded, lead.row);
  const std::uint64_t digest = digest_of(encoded).low | 1;  // 0 is for who leads nobody
  const std::uint64_t before = std::exchange(contact(head).lead_digest, digest);
  if (before != digest) {
    TableWrite& write = before == 0 ? writes.leads_new : writes.leads;
    write.tuples += encoded;
    ++write.rows;
    store_contact(head);
  }
  for (const JourneyRow& journey : lead.journeys)
    if (writes.written.insert(contact_key(journey.tenant, journey.conversion)).second)
      add_row(writes.journeys, journey);
}

void LoadedContacts::store_contact(const std::string& key) {
  const Contact& contact = contacts_.at(key);
  std::string packed = pack(contact);
  const std::string_view lead = people::lead_of(contact.ties, contact.token);
  const ContactRow* known = contact_rows_.find({contact.tenant, contact.token});
  if (known != nullptr && known->packed == packed && known->lead == lead) return;
  ContactRow& row = contact_rows_.touch({contact.tenant, contact.token});
  row.lead = lead;
  row.packed = std::move(packed);
}

void LoadedContacts::store(WriteSet& writes) {
  Writes own;
  std::set<std::string> heads;
  for (const std::string& key : changed()) {
    Contact& each = contacts_.at(key);
    const std::string head = contact_key(each.tenant, people::lead_of(each.ties, each.token));
    heads.insert(head);
    if (head != key && std::exchange(each.lead_digest, 0) != 0)
      remove_row(own.leads_gone, each.tenant, each.token);
  }
  for (const std::string& head : heads) store_lead(head, own);
  for (const std::string& key : changed()) store_contact(key);
  for (const std::string& key : left_)
    if (!own.written.contains(key)) remove_row(own.journeys_gone, tenant_in(key), token_in(key));
  store_peers();
  for (TableWrite* write : {&own.leads_gone, &own.leads_new, &own.leads, &own.journeys_gone, &own.journeys})
    if (write->rows > 0) writes.push_back(std::move(*write));
}

void LoadedContacts::clear() {
  contacts_.clear();
  left_.clear();
  Reach::clear();
}

}  // namespace trunkline::conversion
