// The model's figures counted anew from its facts: every readable column of a fact, the entries that facts
// put into contact points, and every lead and journey derived from its members.
#include "projections/recount.hpp"

#include <map>
#include <unordered_map>

#include "projections/conversion/facts.hpp"
#include "projections/conversion/fold.hpp"
#include "projections/conversion/lead.hpp"

namespace trunkline::conversion {
namespace {

using people::contact_key;

bool of_fact(const Entry& entry) {
  return entry.kind == EntryKind::call || entry.kind == EntryKind::appointment ||
         entry.kind == EntryKind::conversion || entry.kind == EntryKind::alias;
}

bool is_statement(const Entry& entry) {
  return entry.kind == EntryKind::capture || entry.kind == EntryKind::stage || entry.kind == EntryKind::touch;
}

class Recount {
 public:
  void statement(StatementRow stored) {
    std::string key = statement_key(stored.tenant, static_cast<std::uint64_t>(stored.statement));
    statements_.emplace(std::move(key), std::move(stored));
  }

  void fact(const FactRow& stored) {
    const auto fact = leads::unpack_fact(stored.tenant, stored.family, stored.subject, stored.packed);
    if (!fact) return damaged(FactRow::table, key_text(stored));
    compare_row(stored, fact_row(*fact, leads::pack(*fact)), differences_);
    Entries& entries = entries_[contact_key(fact->tenant, fact->fields.value("contact"))];
    for (Entry entry : entries_of(*fact)) {
      for (std::string_view* text :
           {&entry.name, &entry.channel, &entry.agent, &entry.script, &entry.campaign, &entry.source})
        *text = texts_.keep(*text);
      put_in(entries, entry);
    }
  }

  void call_id(const CallIdRow& row) {
    const CallGroup group = unpack_call_group(row.packed);
    if (group.empty()) return damaged(CallIdRow::table, key_text(row));
    compare_row(row, CallIdRow{row.tenant, row.id, std::string{call_of(group)}, row.packed}, differences_);
  }

  void contact(const ContactRow& stored) {
    auto contact = unpack_contact(stored.tenant, stored.contact, texts_.keep(stored.packed));
    if (!contact) return damaged(ContactRow::table, key_text(stored));
    for (const Entry& entry : contact->entries)
      if (is_statement(entry)) compare_statement(stored, entry);
    std::erase_if(contact->entries, of_fact);
    const auto counted = entries_.extract(contact_key(stored.tenant, stored.contact));
    if (!counted.empty())
      for (const Entry& entry : counted.mapped()) put_in(contact->entries, entry);
    const std::string lead{people::lead_of(contact->ties, contact->token)};
    compare_row(stored, ContactRow{stored.tenant, stored.contact, lead, pack(*contact)}, differences_);
    members_[contact_key(stored.tenant, lead)].push_back(std::move(*contact));
  }

  void derive() {
    for (const auto& [key, members] : members_) {
      std::vector<const Contact*> all;
      for (const Contact& member : members) all.push_back(&member);
      Lead lead = derive_lead(all);
      for (JourneyRow& journey : lead.journeys) {
        const std::string name = contact_key(journey.tenant, journey.conversion);
        journeys_.emplace(name, std::move(journey));
      }
      leads_.emplace(key, std::move(lead.row));
    }
  }

  void lead(const LeadRow& stored) { compare(stored, stored.lead, leads_); }
  void journey(const JourneyRow& stored) { compare(stored, stored.conversion, journeys_); }

  std::vector<Difference> take() {
    for (const auto& [key, entries] : entries_)
      if (!entries.empty() && !people::token_in(key).empty()) missing(ContactRow::table, key);
    for (const auto& [key, row] : statements_)
      trunkline::note(differences_,
                      {std::string{StatementRow::table}, key_text(row), "", "a row", "no entry"});
    for (const auto& [key, row] : leads_) missing(LeadRow::table, key);
    for (const auto& [key, row] : journeys_) missing(JourneyRow::table, key);
    return std::move(differences_);
  }

 private:
  template <class Row>
  void compare(const Row& stored, std::string_view name, std::unordered_map<std::string, Row>& counted) {
    const auto found = counted.extract(contact_key(stored.tenant, name));
    if (found.empty())
      return trunkline::note(differences_, {std::string{Row::table}, key_text(stored), "", "a row", "none"});
    compare_row(stored, found.mapped(), differences_);
  }

  static std::string statement_key(std::string_view tenant, std::uint64_t id) {
    return contact_key(tenant, std::to_string(id));
  }

  void compare_statement(const ContactRow& of, const Entry& entry) {
    const StatementRow counted{of.tenant, static_cast<std::int64_t>(entry.id), of.contact,
                               entry.stamp.time_us, static_cast<std::int64_t>(entry.stamp.tie)};
    const auto stored = statements_.extract(statement_key(of.tenant, entry.id));
    if (stored.empty())
      return trunkline::note(
          differences_, {std::string{StatementRow::table}, key_text(counted), "", "no such row", "a row"});
    compare_row(stored.mapped(), counted, differences_);
  }

  void damaged(std::string_view table, std::string key) {
    trunkline::note(differences_,
                    {std::string{table}, std::move(key), "packed", "unreadable", "a packed row"});
  }
  void missing(std::string_view table, const std::string& key) {
    const std::string text = std::string{people::tenant_in(key)} + ", " + std::string{people::token_in(key)};
    trunkline::note(differences_, {std::string{table}, text, "", "no such row", "a row"});
  }

  TextPool texts_;
  std::unordered_map<std::string, StatementRow> statements_;
  std::unordered_map<std::string, Entries> entries_;               // by contact
  std::unordered_map<std::string, std::vector<Contact>> members_;  // by lead
  std::unordered_map<std::string, LeadRow> leads_;
  std::unordered_map<std::string, JourneyRow> journeys_;  // by conversion
  std::vector<Difference> differences_;
};

}  // namespace

Result<std::vector<Difference>> recount(Postgres& snapshot) {
  Recount recount;
  Status status = for_each_row<FactRow>(snapshot, [&](const FactRow& row) { recount.fact(row); });
  if (status)
    status = for_each_row<StatementRow>(snapshot, [&](const StatementRow& row) { recount.statement(row); });
  if (status) status = for_each_row<CallIdRow>(snapshot, [&](const CallIdRow& row) { recount.call_id(row); });
  if (status)
    status = for_each_row<ContactRow>(snapshot, [&](const ContactRow& row) { recount.contact(row); });
  recount.derive();
  if (status) status = for_each_row<LeadRow>(snapshot, [&](const LeadRow& row) { recount.lead(row); });
  if (status)
    status = for_each_row<JourneyRow>(snapshot, [&](const JourneyRow& row) { recount.journey(row); });
  if (!status) return status.error();
  return recount.take();
}

}  // namespace trunkline::conversion
