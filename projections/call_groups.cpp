#include "projections/call_groups.hpp"

#include <algorithm>

#include "projections/packing.hpp"

namespace trunkline {
namespace {

std::string key_of_id(std::string_view tenant, std::string_view id) {
  std::string key{tenant};
  key.push_back('\0');
  return key.append(id);
}

}  // namespace

std::string pack(const CallGroup& group) {
  Packer out;
  out.count(group.size());
  for (const auto& [id, subject] : group) out.text(id).count(subject ? 1 : 0);
  return out.take();
}

CallGroup unpack_call_group(std::string_view bytes) {
  Unpacker in(bytes);
  CallGroup group;
  for (std::uint64_t n = in.count(); n > 0 && in.ok(); --n) {
    std::string id{in.text()};
    group.emplace_hint(group.end(), std::move(id), in.count() != 0);
  }
  return in.finished() ? group : CallGroup{};
}

std::string_view call_of(const CallGroup& group) {
  for (const auto& [id, subject] : group)
    if (subject) return id;
  return group.begin()->first;
}

void CallGroups::read(const EventView& event) {
  Named& named = named_[key_of_id(event.tenant, event.subject)];
  if (named.subject.empty()) {
    named.tenant = event.tenant;
    named.subject = event.subject;
  }
  const auto ids = event.data.object("provider_ids");
  if (!ids) return;
  for (const auto [kind, value] : *ids) {
    const auto id = value.as_string();
    if (!id || id->empty() || *id == event.subject) continue;
    if (std::find(named.others.begin(), named.others.end(), *id) == named.others.end())
      named.others.emplace_back(*id);
  }
}

std::size_t CallGroups::node_of(std::string_view tenant, std::string_view id, bool subject) {
  const auto [at, fresh] = by_key_.try_emplace(key_of_id(tenant, id), nodes_.size());
  if (fresh) {
    nodes_.push_back({std::string{tenant}, std::string{id}, false, nodes_.size()});
    rows_.want({tenant, id});
  }
  nodes_[at->second].subject |= subject;
  return at->second;
}

std::size_t CallGroups::root_of(std::size_t node) {
  while (nodes_[node].above != node) node = nodes_[node].above = nodes_[nodes_[node].above].above;
  return node;
}

// The named ids, and whatever their rows join them with.
Status CallGroups::fetch(Postgres& session, const Probe& probe) {
  for (const auto& [key, named] : named_) {
    const std::size_t subject = node_of(named.tenant, named.subject, true);
    for (const std::string& other : named.others)
      nodes_[root_of(node_of(named.tenant, other, false))].above = root_of(subject);
  }
  if (const auto loaded = rows_.load(session); !loaded) return loaded;
  const std::size_t direct = nodes_.size();
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < direct; ++i) {
    const std::string tenant = nodes_[i].tenant;
    const CallIdRow* row = rows_.find({tenant, nodes_[i].id});
    if (row == nullptr) {
      if (!nodes_[i].subject) candidates.push_back({tenant, nodes_[i].id});
      continue;
    }
    const CallGroup group = unpack_call_group(row->packed);
    if (group.empty()) return must_stop("row", "a packed column of table call_ids cannot be read");
    for (const auto& [id, subject] : group) nodes_[root_of(node_of(tenant, id, subject))].above = root_of(i);
  }
  if (!candidates.empty())
    if (const auto probed = probe(session, candidates); !probed) return probed;
  for (const Candidate& candidate : candidates) node_of(candidate.tenant, candidate.id, candidate.is_call);
  return rows_.load(session);
}

Status CallGroups::load(Postgres& session, const Probe& probe) {
  nodes_.clear();
  by_key_.clear();
  calls_.clear();
  moved_.clear();
  changed_.clear();
  if (const auto fetched = fetch(session, probe); !fetched) return fetched;
  std::unordered_map<std::size_t, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < nodes_.size(); ++i) groups[root_of(i)].push_back(i);
  for (const auto& [root, members] : groups)
    if (members.size() > 1) settle_group(members);
  return done();
}

void CallGroups::settle_group(const std::vector<std::size_t>& members) {
  CallGroup group;
  for (const std::size_t at : members) group.emplace(nodes_[at].id, nodes_[at].subject);
  const std::string& tenant = nodes_[members.front()].tenant;
  const std::string now{trunkline::call_of(group)};
  const std::string packed = pack(group);
  CallGroup before;  // the ids by which parts of it were known
  for (const std::size_t at : members) {
    const Node& node = nodes_[at];
    const CallIdRow* row = rows_.find({tenant, node.id});
    if (row != nullptr)
      before.emplace(row->call, true);
    else if (node.subject)
      before.emplace(node.id, true);
    if (node.subject && node.id != now) calls_[key_of_id(tenant, node.id)] = now;
    if (row == nullptr || row->packed != packed) changed_.push_back({tenant, node.id, now, packed});
  }
  for (const auto& [call, known] : before)
    if (call != now) moved_.push_back({tenant, call, now});
}

const std::string& CallGroups::call_of(std::string_view tenant, std::string_view subject) const {
  const std::string key = key_of_id(tenant, subject);
  const auto found = calls_.find(key);
  return found != calls_.end() ? found->second : named_.at(key).subject;
}

void CallGroups::take(WriteSet& writes) {
  for (CallIdRow& row : changed_) rows_.touch({row.tenant, row.id}) = std::move(row);
  rows_.take(writes);
  named_.clear();
  changed_.clear();
}

void CallGroups::drop() {
  rows_.drop();
  named_.clear();
  changed_.clear();
}

}  // namespace trunkline
