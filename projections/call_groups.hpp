// One physical call is told by several providers, each under an id of its own (Retell over Twilio over a
// LiveKit room). Ids that one event names together, as its subject and in `provider_ids`, are one call; a
// call is a connected component of them, known by the smallest id that is a subject. Ids are never taken
// apart again, so facts of one call may be merged for good.
//
// Only ids that stand beside others have a row (table call_ids of the model that owns this), and each such
// row holds the whole group: sets that only grow, so any order of events ends in the same rows.
#pragma once
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/event.hpp"
#include "projections/table.hpp"

namespace trunkline {

struct CallIdRow {
  std::string tenant, id, call;  // call: the id by which the models know it
  std::string packed;            // the group

  static constexpr std::string_view table = "call_ids";
  static constexpr std::size_t key_columns = 2;
  static constexpr auto columns =
      std::make_tuple(column("tenant", &CallIdRow::tenant), column("id", &CallIdRow::id),
                      column("call", &CallIdRow::call), column("packed", &CallIdRow::packed));
};

// An id of a group and whether events have it as their subject.
using CallGroup = std::map<std::string, bool>;
std::string pack(const CallGroup& group);
CallGroup unpack_call_group(std::string_view bytes);  // empty: the bytes were damaged
std::string_view call_of(const CallGroup& group);

class CallGroups {
 public:
  explicit CallGroups(std::size_t rows_cached_max) : rows_(rows_cached_max) {}

  void read(const EventView& event);  // of the family call
  // An id that stands in no group yet: is it a call of its own, with a row in the model's table of calls?
  struct Candidate {
    std::string tenant, id;
    bool is_call = false;
  };
  using Probe = std::function<Status(Postgres&, std::vector<Candidate>&)>;
  // The model's table of calls as a probe; `key_of` gives the key of a candidate's row.
  template <class Row, class KeyOfCall>
  static Probe probe_of(Table<Row>& calls, KeyOfCall key_of) {
    return [&calls, key_of](Postgres& session, std::vector<Candidate>& candidates) {
      for (const Candidate& each : candidates) calls.want(key_of(each));
      const Status loaded = calls.load(session);
      if (loaded)
        for (Candidate& each : candidates) each.is_call = calls.find(key_of(each)) != nullptr;
      return loaded;
    };
  }
  // Joins what the batch names. May be called again after an error.
  Status load(Postgres& session, const Probe& probe);

  // After load(): by which id the call is known that the batch names by this subject.
  const std::string& call_of(std::string_view tenant, std::string_view subject) const;
  // Calls that were known by another id until now: their facts move to the new one.
  struct Moved {
    std::string tenant, before, now;
  };
  const std::vector<Moved>& moved() const { return moved_; }

  void take(WriteSet& writes);
  void settled() { rows_.settled(); }
  void begins_empty() { rows_.begins_empty(); }
  void drop();

 private:
  struct Node {
    std::string tenant, id;
    bool subject = false;
    std::size_t above = 0;  // in nodes_; itself: a root
  };
  std::size_t node_of(std::string_view tenant, std::string_view id, bool subject);
  std::size_t root_of(std::size_t node);
  Status fetch(Postgres& session, const Probe& probe);
  void settle_group(const std::vector<std::size_t>& members);

  struct Named {
    std::string tenant, subject;
    std::vector<std::string> others;
  };
  Table<CallIdRow> rows_;
  std::unordered_map<std::string, Named> named_;  // what the batch states, by tenant NUL subject
  std::vector<Node> nodes_;
  std::unordered_map<std::string, std::size_t> by_key_;
  std::unordered_map<std::string, std::string> calls_;  // tenant NUL subject → call, where they differ
  std::vector<Moved> moved_;
  std::vector<CallIdRow> changed_;
};

}  // namespace trunkline
