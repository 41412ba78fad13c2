// The leads model's numbers counted anew from its facts: every readable column of a fact, every contact
// point's totals, and every lead derived from its members.
#include "projections/recount.hpp"

#include <map>
#include <unordered_map>

#include "projections/leads/fold.hpp"

namespace trunkline::leads {
namespace {

class Recount {
 public:
  void fact(const FactRow& stored) {
    const auto fact = unpack_fact(stored.tenant, stored.family, stored.subject, stored.packed);
    if (!fact) return damaged(FactRow::table, key_text(stored));
    compare_row(stored, fact_row(*fact, pack(*fact)), differences_);
    if (fact->family == "conversation") with_[contact_key(fact->tenant, fact->subject)] = fact->contact();
    if (fact->inherits())
      inheriting_.push_back({key_text(stored),
                             contact_key(fact->tenant, fact->fields.value("conversation_id")),
                             fact->inherited});
    const Contribution to = contribution(*fact);
    if (to.contact.empty()) return;
    Totals& totals = totals_[contact_key(fact->tenant, to.contact)];
    totals.count(to, +1);
    for (std::size_t i = 0; i < moments; ++i)
      if (to.at(i)) totals.ranges[i].include(to.at_us);
  }

  void contact(const ContactRow& stored) {
    auto contact = unpack_contact(stored.tenant, stored.contact, stored.packed);
    if (!contact) return damaged(ContactRow::table, key_text(stored));
    const auto counted = totals_.extract(contact_key(stored.tenant, stored.contact));
    contact->totals = counted.empty() ? Totals{} : counted.mapped();
    const std::string lead{lead_of(contact->ties, contact->token)};
    compare_row(stored, ContactRow{stored.tenant, stored.contact, lead, pack(*contact)}, differences_);
    members_[contact_key(stored.tenant, lead)].push_back(std::move(*contact));
  }

  void lead(const LeadRow& stored) {
    const auto members = members_.extract(contact_key(stored.tenant, stored.lead));
    if (members.empty())
      return note(differences_, {std::string{LeadRow::table}, key_text(stored), "", "a row", "no such lead"});
    std::vector<const Contact*> all;
    for (const Contact& member : members.mapped()) all.push_back(&member);
    compare_row(stored, lead_row(all), differences_);
  }

  std::vector<Difference> take() {
    for (const auto& [message, conversation, contact] : inheriting_)
      if (with_[conversation] != contact)
        note(differences_,
             {std::string{FactRow::table}, message, "contact", "another", "its conversation's"});
    for (const auto& [key, totals] : totals_) missing(ContactRow::table, key);
    for (const auto& [key, members] : members_) missing(LeadRow::table, key);
    return std::move(differences_);
  }

 private:
  void damaged(std::string_view table, std::string key) {
    note(differences_, {std::string{table}, std::move(key), "packed", "unreadable", "a packed row"});
  }
  void missing(std::string_view table, const std::string& key) {
    const std::string text = key.substr(0, key.find('\0')) + ", " + std::string{token_in(key)};
    note(differences_, {std::string{table}, text, "", "no such row", "a row"});
  }

  struct InheritingMessage {
    std::string key, conversation, contact;
  };
  std::vector<InheritingMessage> inheriting_;
  std::unordered_map<std::string, std::string> with_;              // conversations: their contact
  std::unordered_map<std::string, Totals> totals_;                 // by contact
  std::unordered_map<std::string, std::vector<Contact>> members_;  // by lead
  std::vector<Difference> differences_;
};

}  // namespace

Result<std::vector<Difference>> recount(Postgres& snapshot) {
  Recount recount;
  Status status = for_each_row<FactRow>(snapshot, [&](const FactRow& row) { recount.fact(row); });
  if (status)
    status = for_each_row<ContactRow>(snapshot, [&](const ContactRow& row) { recount.contact(row); });
  if (status) status = for_each_row<LeadRow>(snapshot, [&](const LeadRow& row) { recount.lead(row); });
  if (!status) return status.error();
  return recount.take();
}

}  // namespace trunkline::leads
