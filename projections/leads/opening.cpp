// Names and literals of contact points that rows hold open, for lists to filter, sort and show. Whoever is
// erased has none, in any order of arrival: what is opened for an erased contact is dropped, and what was
// open goes.
#include "core/json.hpp"
#include "projections/leads/fold.hpp"

namespace trunkline::leads {
namespace {

constexpr std::string_view opened_names[] = {"first_name", "last_name", "business_name", "city"};

bool has_literal(std::string_view key) {
  const std::string_view token = token_in(key);
  return token.starts_with('p') || token.starts_with('e');
}

}  // namespace

bool LeadsFold::wants_opening(const ToOpen& job) {
  if (job.names && !loaded_.contact(job.contacts.front()).erased) return true;
  for (const std::string& key : job.contacts) {
    const Contact& contact = loaded_.contact(key);
    if (has_literal(key) && !contact.erased && contact.literal.empty()) return true;
  }
  return false;
}

Status LeadsFold::open_names() {
  for (const auto& [key, news] : batch_.contacts)
    if (news.erased) loaded_.contact(key).erase();
  if (keys_ == nullptr) return done();
  // Most events name a contact whose literal another event of the batch gives as well: the first one is tried
  // first.
  std::vector<const ToOpen*> first, rest;
  std::unordered_set<std::string> tried;
  for (const ToOpen& job : batch_.to_open) {
    if (!wants_opening(job)) continue;
    bool fresh = job.names;
    for (const std::string& key : job.contacts) fresh |= tried.insert(key).second;
    (fresh ? first : rest).push_back(&job);
  }
  if (const auto opened = open_jobs(first); !opened) return opened;
  std::erase_if(rest, [&](const ToOpen* job) { return !wants_opening(*job); });
  return open_jobs(rest);
}

Status LeadsFold::open_jobs(const std::vector<const ToOpen*>& jobs) {
  if (jobs.empty()) return done();
  std::vector<SealedEvent> sealed;
  sealed.reserve(jobs.size());
  for (const ToOpen* job : jobs) sealed.push_back(job->sealed);
  const auto opened = open_all(*keys_, sealed);
  if (!opened) return opened.error();
  for (std::size_t i = 0; i < jobs.size(); ++i) keep_opened(*jobs[i], (*opened)[i]);
  return done();
}

void LeadsFold::keep_opened(const ToOpen& job, const Opened& opened) {
  for (const std::string& key : job.contacts) {
    Contact& contact = loaded_.contact(key);
    const std::string* literal = opened.literal(contact.token);
    if (literal != nullptr && has_literal(key) && !contact.erased) contact.literal = *literal;
  }
  Contact& about = loaded_.contact(job.contacts.front());
  if (!job.names || about.erased) return;
  for (const std::string_view name : opened_names)
    if (const auto value = opened.text("/" + std::string{name})) about.opened.state(name, *value, job.stamp);
}

}  // namespace trunkline::leads
