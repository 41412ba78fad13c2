// The smallest read model there can be, for testing what carries read models: when each contact was last
// heard of. It refuses events of type "poison.sent", and its table refuses times from 2030 on.
#pragma once
#include "projections/projection.hpp"
#include "projections/table.hpp"

namespace trunkline::testing {

// The smallest read model there can be: when each contact was last heard of.
struct Heard {
  std::string tenant, contact;
  Time last{};
  static constexpr std::string_view table = "heard";
  static constexpr std::size_t key_columns = 2;
  static constexpr auto columns = std::make_tuple(
      column("tenant", &Heard::tenant), column("contact", &Heard::contact), column("last", &Heard::last));
};

class HeardFold final : public Fold {
 public:
  Status read(const EventView& event) override {
    if (event.type == "poison.sent") return rejected("poison", "the heard model takes no poison");
    events_.push_back({std::string{event.tenant}, std::string{event.first_contact()}, event.time});
    heard_.want(key_of(events_.back()));
    return done();
  }
  Status load(Postgres& session) override { return heard_.load(session); }
  void apply() override {
    for (const Heard& event : events_) {
      Heard& row = heard_.touch(key_of(event));
      row.last = std::max(row.last, event.last);
    }
    events_.clear();
  }
  WriteSet take_writes() override {
    WriteSet writes;
    heard_.take(writes);
    return writes;
  }
  void settled() override { heard_.settled(); }
  void drop() override {
    heard_.drop();
    events_.clear();
  }

 private:
  Table<Heard> heard_{100};
  std::vector<Heard> events_;
};

inline std::unique_ptr<Fold> make_heard(const FoldSettings&) {
  return std::make_unique<HeardFold>();
}

inline const Projection heard{
    "heard", 1,
    R"(CREATE TABLE heard (tenant text COLLATE "C", contact text COLLATE "C", last timestamptz NOT NULL CHECK (last < '2030-01-01'),
                           PRIMARY KEY (tenant, contact));)",
    "CREATE OR REPLACE VIEW :views.heard AS SELECT tenant, contact, last FROM :rows.heard;", &make_heard};

}  // namespace trunkline::testing
