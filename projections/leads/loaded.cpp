#include "projections/leads/loaded.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace trunkline::leads {
namespace {

template <class Row>
TableWrite empty_write(TableWrite::Kind kind, std::size_t columns) {
  return {kind, Row::table, column_names<Row>(columns), Row::key_columns, {}, 0};
}

Error damaged(std::string_view table) {
  return must_stop("row", "leads: a packed column of table " + std::string{table} + " cannot be read");
}

}  // namespace

Contact& LoadedContacts::contact(const std::string& key) {
  return contacts_.at(key).contact;
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
    Loaded& loaded = contacts_[key];
    loaded.contact.tenant = tenant_in(key);
    loaded.contact.token = token_in(key);
    if (row == nullptr) continue;
    auto contact = unpack_contact(tenant_in(key), token_in(key), row->packed);
    if (!contact) return damaged(ContactRow::table);
    loaded.contact = std::move(*contact);
    loaded.lead_before = row->lead;
  }
  return done();
}

// False: the row stands as it is, so its lead's does too.
bool LoadedContacts::store_contact(const std::string& key) {
  const Contact& contact = contacts_.at(key).contact;
  std::string packed = pack(contact);
  const std::string_view lead = lead_of(contact.ties, contact.token);
  const ContactRow* known = contact_rows_.find({contact.tenant, contact.token});
  if (known != nullptr && known->packed == packed && known->lead == lead) return false;
  ContactRow& row = contact_rows_.touch({contact.tenant, contact.token});
  row.lead = lead;
  row.packed = std::move(packed);
  return true;
}

void LoadedContacts::store(WriteSet& writes) {
  auto gone = empty_write<LeadRow>(TableWrite::Kind::remove, LeadRow::key_columns);
  auto rows = empty_write<LeadRow>(TableWrite::Kind::replace, columns_of<LeadRow>);
  auto fresh = empty_write<LeadRow>(TableWrite::Kind::insert, columns_of<LeadRow>);
  std::set<std::string> heads;
  for (const std::string& key : changed()) {
    if (!store_contact(key)) continue;
    const Loaded& loaded = contacts_.at(key);
    const std::string head{lead_of(loaded.contact.ties, loaded.contact.token)};
    heads.insert(contact_key(tenant_in(key), head));
    if (loaded.lead_before == loaded.contact.token && head != loaded.contact.token) {
      pg::TupleWriter(gone.tuples).begin(2).text(loaded.contact.tenant).text(loaded.contact.token);
      ++gone.rows;
    }
  }
  for (const std::string& head : heads) {
    std::vector<const Contact*> members;
    for (const std::string& member : members_around(std::span{&head, 1}))
      members.push_back(&contacts_.at(member).contact);
    const Loaded& loaded = contacts_.at(head);
    TableWrite& write = loaded.lead_before == loaded.contact.token ? rows : fresh;
    encode_row(write.tuples, lead_row(members));
    ++write.rows;
  }
  store_peers();
  for (TableWrite* write : {&gone, &rows, &fresh})
    if (write->rows > 0) writes.push_back(std::move(*write));
}

void LoadedContacts::clear() {
  contacts_.clear();
  Reach::clear();
}

}  // namespace trunkline::leads
